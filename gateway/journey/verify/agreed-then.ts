/**
 * By what a report that is here already is judged once more: what was agreed when it was found to hold. Two facilities agree upon
 * another level one day, readers leave, seals are changed: what they had agreed upon until then makes the reports of that time, and
 * its long-term copies go on. A key that was in other hands is its authority's to revoke, which counts as ever.
 */
import type { Verdict } from "../../standards/dsg/verdict.ts"
import type { Agreement } from "../agreement.ts"
import { holds } from "./verify.ts"

const LEVELS: Readonly<Partial<Record<Verdict["kind"], Agreement["reportSignature"]>>> = {
  hpki: "hpki",
  qualified: "qualified-other",
  seal: "seal+passkey",
}

/**
 * Only for the very signature that was judged: whose key it may be by, and whom it may name, was looked at then.
 *
 * @param before what was found the last time; what did not hold then is judged by what is agreed today
 */
export function agreedThen(agreement: Agreement, before: Verdict | null): Agreement {
  const level = before !== null && holds(before.outcome) ? LEVELS[before.kind] : undefined
  if (before === null || level === undefined) return agreement
  const { reportRoles = [] } = agreement
  return {
    ...agreement,
    reportSignature: level,
    readers: [],
    sealPins: [],
    ...(before.role === "" ? {} : { reportRoles: [...reportRoles, before.role] }),
  }
}
