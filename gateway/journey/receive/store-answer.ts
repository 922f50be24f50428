/** What the sender of an object is told, as a C-STORE status (PS3.4 table B.2-1, PS3.7 annex C, PS3.18 I.2.2). */
import { Malformed } from "../../standards/malformed.ts"
import { LedgerError, LeverError, SpoolError } from "../errors.ts"
import type { StoreAnswer } from "../ports/inbound.ts"

export const STORED: StoreAnswer = { status: 0x0000, comment: "" }

const MAX_COMMENT_LENGTH = 64
const DOES_NOT_MATCH = 0xa900
const OUT_OF_RESOURCES = 0xa700

/** By Malformed code; every other one: Cannot Understand. */
const STATUS: Readonly<Record<string, number>> = {
  AFFECTED_UID: DOES_NOT_MATCH,
  OTHER_STUDY: DOES_NOT_MATCH,
  SOP_CLASS: 0x0122,
  TRANSFER_SYNTAX: 0xc122,
}

export const CANNOT_UNDERSTAND = (comment: string): StoreAnswer => ({ status: 0xc000, comment })

/** Rethrows what is no foreseen failure of an object or of our disk. */
export function answerTo(error: unknown): StoreAnswer {
  if (error instanceof Malformed)
    return { ...CANNOT_UNDERSTAND(error.message.slice(0, MAX_COMMENT_LENGTH)), ...statusOf(error.code) }
  if (error instanceof SpoolError || error instanceof LedgerError || error instanceof LeverError)
    return { status: OUT_OF_RESOURCES, comment: error.code }
  throw error
}

function statusOf(code: string): Partial<StoreAnswer> {
  const status = STATUS[code]
  return status === undefined ? {} : { status }
}
