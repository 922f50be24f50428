/** A self-test in words: a line for each stage, and where the road broke with whom to call. */
import { ERRORS } from "../../journey/errors.ts"
import type { SelfTestStage, SelfTestView } from "../../journey/views/self-test.ts"
import type { Verdict } from "../../journey/views/verdict.ts"

export type Say = (line: string) => void

/** Of the agreement what a person needs who is to call somebody. */
export interface SelfTestPartner {
  readonly id: string
  readonly name: string
  readonly firstResponder: string
  readonly demarcation: readonly { readonly segment: string; readonly responsible: string }[]
  readonly timeZone: string
}

/** What is left of a self-test when all its objects are destroyed. */
export interface SelfTestResult {
  readonly view: SelfTestView
  /** Null = nothing was left to destroy. */
  readonly destroyed: { readonly objects: number; readonly at: string } | null
  readonly endedAt: string
}

const STAGES: Readonly<Record<SelfTestStage["name"], (partner: string) => string>> = {
  sealed: () => "the phantom is sealed, signed and time-stamped here",
  taken: (partner) => `${partner} has taken it: line, agreement and seal fit`,
  answered: (partner) => `${partner} has verified it and its signed report is here`,
  judged: () => "the report's signature holds",
}

export const lineOf = (stage: SelfTestStage, partner: SelfTestPartner): string =>
  `  ok    ${timeIn(stage.at, partner.timeZone)}  ${STAGES[stage.name](partner.name)}`

/** While it is tried again by itself: nobody sits before a silent command. */
export const waitOf = (stage: SelfTestStage, partner: SelfTestPartner): string =>
  `  waits           ${STAGES[stage.name](partner.name)}: not yet, ${stage.code ?? ""}`

/** After the stages: the verdict, what became of the phantom, and for one that did not pass what to do. */
export function endOf(result: SelfTestResult, partner: SelfTestPartner): readonly string[] {
  const { view, destroyed } = result
  const broke = brokeAt(view)
  const tookMs = new Date(result.endedAt).getTime() - new Date(view.beganAt).getTime()
  return [
    ...(broke === null ? signedBy(view.signature) : failure(broke, partner)),
    ...(destroyed === null
      ? []
      : [
          `  ok    ${timeIn(destroyed.at, partner.timeZone)}  destroyed here: ${destroyed.objects} objects, their key read back as zero`,
        ]),
    broke === null
      ? `passed in ${(tookMs / 1000).toFixed(1)} s; ${partner.name} destroys its copy by itself`
      : "not passed",
  ]
}

const signedBy = (signature: Verdict | null): readonly string[] =>
  signature === null
    ? []
    : [
        `                  ${signature.tests.length} tests, by the seal of ${signature.holder} (an organisation's, nobody's signature)`,
      ]

function failure(broke: SelfTestStage, partner: SelfTestPartner): readonly string[] {
  const row = rowOf(broke)
  const word = broke.state === "failed" ? "broke" : "waits"
  return [
    `  ${word} here      ${STAGES[broke.name](partner.name)}: not reached`,
    ...(broke.code === null ? [] : [`        ${broke.code}${row === null ? "" : `: ${row.meaning}`}`]),
    ...(row === null ? [] : [`        what to do: ${row.action}`]),
    ...(broke.name === "taken" && broke.code?.startsWith("ERR_SUBMISSION_REFUSED") === true
      ? [
          `        just joined?  ${partner.name} has to put its half of the agreement in force (agreement.yaml of the`,
          "                      joining, into its configuration, and a new start); then run this again",
        ]
      : []),
    `        whom to call: ${partner.firstResponder}`,
    ...partner.demarcation.map(({ segment, responsible }) => `          ${segment}: ${responsible}`),
  ]
}

const timeIn = (at: string | null, timeZone: string): string =>
  at === null ? "        " : new Date(at).toLocaleTimeString("sv-SE", { timeZone })

/** Where it stays or broke; null when it passed. */
export const brokeAt = ({ stages }: SelfTestView): SelfTestStage | null =>
  stages.find(({ state }) => state !== "done") ?? null

/** What errors.ts says of a stage's code: it may have the partner's words behind it. */
export function rowOf({ code }: SelfTestStage): (typeof ERRORS)[keyof typeof ERRORS] | null {
  const name = code?.split(" ")[0] ?? ""
  return name in ERRORS ? ERRORS[name as keyof typeof ERRORS] : null
}
