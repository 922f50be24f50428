/**
 * By what a report that is here already is judged once more: the level by which it was found to hold. Two facilities may agree upon
 * another one day; what they had agreed upon until then makes the reports of that time, and its long-term copies go on.
 */
import type { Verdict } from "../../standards/dsg/verdict.ts"
import type { Agreement } from "../agreement.ts"
import { holds } from "./verify.ts"

const LEVELS: Readonly<Partial<Record<Verdict["kind"], Agreement["reportSignature"]>>> = {
  hpki: "hpki",
  qualified: "qualified-other",
  seal: "seal+passkey",
}

/** @param before what was found the last time; what did not hold then is judged by what is agreed today */
export function agreedThen<Terms extends Pick<Agreement, "reportSignature">>(
  agreement: Terms,
  before: Verdict | null,
): Terms {
  const level = before !== null && holds(before.outcome) ? LEVELS[before.kind] : undefined
  return level === undefined ? agreement : { ...agreement, reportSignature: level }
}
