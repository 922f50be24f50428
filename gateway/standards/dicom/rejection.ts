/**
 * Why an association is refused (PS3.8 table 9-21) or broken off (table 9-26): every row, by name, in both directions.
 * What we answer is taken from here, and what a peer answers is told in these words.
 */
import type { Abort, AssociateRJ } from "./pdu.ts"

/** A-ASSOCIATE-RJ result: whether asking again can help. */
export const PERMANENT = 1
export const TRANSIENT = 2

interface Reason {
  /** 1 service user, 2 provider (ACSE), 3 provider (presentation). */
  readonly source: number
  readonly reason: number
  readonly meaning: string
}
const row = (source: number, reason: number, meaning: string): Reason => ({ source, reason, meaning })

/** PS3.8 table 9-21 without its reserved values. */
export const REJECT_REASON = {
  noReason: row(1, 1, "no reason given"),
  applicationContext: row(1, 2, "application context name not supported"),
  callingAE: row(1, 3, "calling AE title not recognized"),
  calledAE: row(1, 7, "called AE title not recognized"),
  noReasonOfProvider: row(2, 1, "no reason given by the provider"),
  protocolVersion: row(2, 2, "protocol version not supported"),
  temporaryCongestion: row(3, 1, "temporary congestion"),
  localLimitExceeded: row(3, 2, "local limit exceeded"),
} as const satisfies Record<string, Reason>
export type RejectReason = keyof typeof REJECT_REASON

/** The PDU for a row of table 9-21. */
export function rejection(result: number, name: RejectReason): AssociateRJ {
  const { source, reason } = REJECT_REASON[name]
  return { type: "A-ASSOCIATE-RJ", result, source, reason }
}

/** A rejection in words, for whoever was rejected. */
export function explainRejection({ result, source, reason }: AssociateRJ): string {
  const found = Object.values(REJECT_REASON).find((each) => each.source === source && each.reason === reason)
  const meaning = found?.meaning ?? `source ${source}, reason ${reason}, which PS3.8 does not give`
  return `rejected ${result === TRANSIENT ? "for now" : "for good"}: ${meaning}`
}

/** Reason/Diag. of a provider's A-ABORT (PS3.8 table 9-26). */
export const ABORT_REASON = {
  notSpecified: 0,
  unrecognizedPdu: 1,
  unexpectedPdu: 2,
  unrecognizedParameter: 4,
  unexpectedParameter: 5,
  invalidParameterValue: 6,
} as const

const ABORT_MEANING: Readonly<Record<number, string>> = {
  [ABORT_REASON.notSpecified]: "reason not specified",
  [ABORT_REASON.unrecognizedPdu]: "unrecognized PDU",
  [ABORT_REASON.unexpectedPdu]: "unexpected PDU",
  [ABORT_REASON.unrecognizedParameter]: "unrecognized PDU parameter",
  [ABORT_REASON.unexpectedParameter]: "unexpected PDU parameter",
  [ABORT_REASON.invalidParameterValue]: "invalid PDU parameter value",
}

/** An abort in words. */
export function explainAbort({ source, reason }: Abort): string {
  if (source === 0) return "aborted by its application"
  return `aborted by its upper layer: ${ABORT_MEANING[reason] ?? `reason ${reason}`}`
}

/** What stands twice, or where nothing was asked for, is out of place rather than wrong in value. */
const OUT_OF_PLACE = new Set(["PDV_UNEXPECTED", "PDU_ITEM_TWICE"])

/** The reason that tells a peer what was wrong with its PDU, by the code of our `Malformed`. */
export function abortReason(fault: { readonly code: string }): number {
  if (fault.code === "PDU_UNKNOWN_TYPE") return ABORT_REASON.unrecognizedPdu
  return OUT_OF_PLACE.has(fault.code) ? ABORT_REASON.unexpectedParameter : ABORT_REASON.invalidParameterValue
}
