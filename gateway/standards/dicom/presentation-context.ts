/**
 * Presentation Context Items of an A-ASSOCIATE (PS3.8 9.3.2.2 and 9.3.3.2): what the requestor offers, and what the
 * acceptor takes of it.
 */
import { Malformed } from "../malformed.ts"
import { OctetReader, isoBytes, joined, u16Bytes } from "./octets.ts"

/** As offered: one abstract syntax, transfer syntaxes in the offered order. */
export interface ProposedContext {
  /** Odd, 1..255. */
  readonly id: number
  readonly abstractSyntax: string
  readonly transferSyntaxes: readonly string[]
}

/** PS3.8 table 9-18. */
export type ContextResult = 0 | 1 | 2 | 3 | 4
export const CONTEXT_RESULT = {
  acceptance: 0,
  userRejection: 1,
  noReason: 2,
  abstractSyntaxNotSupported: 3,
  transferSyntaxesNotSupported: 4,
} as const

/** As answered; `transferSyntax` means something only when `result` is 0. */
export interface AnsweredContext {
  readonly id: number
  readonly result: ContextResult
  readonly transferSyntax: string
}

/** All odd numbers of one byte. */
export const MAX_CONTEXTS = 128
/** PS3.8 sets none; every syntax of PS3.6 fits. */
export const MAX_TRANSFER_SYNTAXES = 64
/** PS3.5 9.1. */
const MAX_UID_BYTES = 64

const ABSTRACT_SYNTAX = 0x30
const TRANSFER_SYNTAX = 0x40

function syntaxName(reader: OctetReader): string {
  const name = reader.text(reader.remaining)
  if (name.length > MAX_UID_BYTES)
    throw new Malformed("PDU_SYNTAX_NAME", "PS3.5 9.1", `syntax name of ${name.length} characters`)
  return name
}

function contextId(reader: OctetReader, clause: string): number {
  const id = reader.u8()
  if (id % 2 === 0) throw new Malformed("PDU_CONTEXT_ID", clause, `presentation context id ${id} is not odd`)
  return id
}

/** Content of item 20H. Unknown sub-items are skipped (PS3.8 9.3.1). */
export function decodeProposedContext(reader: OctetReader): ProposedContext {
  const clause = "PS3.8 9.3.2.2"
  const id = contextId(reader, clause)
  reader.skip(3)
  const abstractSyntaxes: string[] = []
  const transferSyntaxes: string[] = []
  while (reader.remaining > 0) {
    const type = reader.u8()
    reader.skip(1)
    const content = reader.within(reader.u16())
    if (type === ABSTRACT_SYNTAX) abstractSyntaxes.push(syntaxName(content))
    if (type === TRANSFER_SYNTAX) transferSyntaxes.push(syntaxName(content))
    if (transferSyntaxes.length > MAX_TRANSFER_SYNTAXES)
      throw new Malformed(
        "PDU_TOO_MANY_SYNTAXES",
        clause,
        `more than ${MAX_TRANSFER_SYNTAXES} transfer syntaxes`,
      )
  }
  const [abstractSyntax, ...others] = abstractSyntaxes
  if (abstractSyntax === undefined || others.length > 0 || transferSyntaxes.length === 0)
    throw new Malformed(
      "PDU_CONTEXT",
      clause,
      "a context has one abstract syntax and at least one transfer syntax",
    )
  return { id, abstractSyntax, transferSyntaxes }
}

/** Content of item 21H. */
export function decodeAnsweredContext(reader: OctetReader): AnsweredContext {
  const clause = "PS3.8 9.3.3.2"
  const id = contextId(reader, clause)
  reader.skip(1)
  const result = reader.u8()
  if (result > 4) throw new Malformed("PDU_CONTEXT", clause, `result ${result} is not in table 9-18`)
  reader.skip(1)
  let transferSyntax = ""
  while (reader.remaining > 0) {
    const type = reader.u8()
    reader.skip(1)
    const content = reader.within(reader.u16())
    if (type === TRANSFER_SYNTAX) transferSyntax = syntaxName(content)
  }
  return { id, result: result as ContextResult, transferSyntax }
}

const item = (type: number, content: Uint8Array): Uint8Array =>
  joined([Uint8Array.of(type, 0), u16Bytes(content.length), content])

/** Whole item 20H. */
export function encodeProposedContext({ id, abstractSyntax, transferSyntaxes }: ProposedContext): Uint8Array {
  return item(
    0x20,
    joined([
      Uint8Array.of(id, 0, 0, 0),
      item(ABSTRACT_SYNTAX, isoBytes(abstractSyntax)),
      ...transferSyntaxes.map((uid) => item(TRANSFER_SYNTAX, isoBytes(uid))),
    ]),
  )
}

/** Whole item 21H. */
export function encodeAnsweredContext({ id, result, transferSyntax }: AnsweredContext): Uint8Array {
  return item(
    0x21,
    joined([Uint8Array.of(id, 0, result, 0), item(TRANSFER_SYNTAX, isoBytes(transferSyntax))]),
  )
}
