/**
 * The seven Protocol Data Units of the DICOM Upper Layer (PS3.8 9.3): bytes ⇄ values. Reserved fields are not
 * tested on receipt (9.3.1); everything else has one shape, and a length that leads outside is refused before use.
 */
import { Malformed } from "../malformed.ts"
import { OctetReader, isoBytes, joined, u16Bytes, u32Bytes } from "./octets.ts"
import {
  MAX_CONTEXTS,
  decodeAnsweredContext,
  decodeProposedContext,
  encodeAnsweredContext,
  encodeProposedContext,
  type AnsweredContext,
  type ProposedContext,
} from "./presentation-context.ts"
import { decodeUserInformation, encodeUserInformation, type UserInformation } from "./user-information.ts"

/** PS3.7 A.2.1, the only application context there is. */
export const DICOM_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"

interface AssociateFields<Context> {
  /** Bit 0 set = version 1. */
  readonly protocolVersion: number
  readonly calledAE: string
  readonly callingAE: string
  readonly applicationContext: string
  readonly contexts: readonly Context[]
  readonly userInformation: UserInformation
}
export interface AssociateRQ extends AssociateFields<ProposedContext> {
  readonly type: "A-ASSOCIATE-RQ"
}
/** AE titles repeat the request (PS3.8 table 9-17). */
export interface AssociateAC extends AssociateFields<AnsweredContext> {
  readonly type: "A-ASSOCIATE-AC"
}
/** PS3.8 table 9-21: result 1 permanent, 2 transient; source 1 user, 2 ACSE, 3 presentation. */
export interface AssociateRJ {
  readonly type: "A-ASSOCIATE-RJ"
  readonly result: number
  readonly source: number
  readonly reason: number
}
/** One presentation data value (PS3.8 9.3.5.1, annex E). `fragment` is a view into the PDU. */
export interface PresentationDataValue {
  readonly contextId: number
  readonly command: boolean
  readonly last: boolean
  readonly fragment: Uint8Array
}
export interface PDataTF {
  readonly type: "P-DATA-TF"
  readonly values: readonly PresentationDataValue[]
}
export interface ReleaseRQ {
  readonly type: "A-RELEASE-RQ"
}
export interface ReleaseRP {
  readonly type: "A-RELEASE-RP"
}
/** PS3.8 table 9-26: source 0 user, 2 provider; the reason counts only for 2. */
export interface Abort {
  readonly type: "A-ABORT"
  readonly source: number
  readonly reason: number
}
export type Pdu = AssociateRQ | AssociateAC | AssociateRJ | PDataTF | ReleaseRQ | ReleaseRP | Abort

export const PDU_HEADER_BYTES = 6
/** Item length, context id, message control header. */
export const PDV_HEADER_BYTES = 6
const TYPE = {
  "A-ASSOCIATE-RQ": 1,
  "A-ASSOCIATE-AC": 2,
  "A-ASSOCIATE-RJ": 3,
  "P-DATA-TF": 4,
  "A-RELEASE-RQ": 5,
  "A-RELEASE-RP": 6,
  "A-ABORT": 7,
} as const satisfies Record<Pdu["type"], number>

const APPLICATION_CONTEXT = 0x10
const PROPOSED_CONTEXT = 0x20
const ANSWERED_CONTEXT = 0x21
const USER_INFORMATION = 0x50
const AE_BYTES = 16
const RESERVED_BYTES = 32

interface Items {
  applicationContext: string | null
  contexts: Map<number, OctetReader>
  userInformation: UserInformation | null
}

function readItems(reader: OctetReader, contextType: number, clause: string): Items {
  const items: Items = { applicationContext: null, contexts: new Map(), userInformation: null }
  while (reader.remaining > 0) {
    const type = reader.u8()
    reader.skip(1)
    const content = reader.within(reader.u16())
    if (type === APPLICATION_CONTEXT) {
      if (items.applicationContext !== null)
        throw new Malformed("PDU_ITEM_TWICE", clause, "two application contexts")
      items.applicationContext = content.text(content.remaining)
    } else if (type === USER_INFORMATION) {
      if (items.userInformation) throw new Malformed("PDU_ITEM_TWICE", clause, "two user information items")
      items.userInformation = decodeUserInformation(content)
    } else if (type === contextType) {
      // The id is peeked here so that a repeated context is refused before its syntaxes are read.
      const id = content.bytes[0] ?? 0
      if (items.contexts.has(id))
        throw new Malformed("PDU_CONTEXT_ID", clause, `presentation context ${id} twice`)
      items.contexts.set(id, content)
      if (items.contexts.size > MAX_CONTEXTS)
        throw new Malformed(
          "PDU_TOO_MANY_CONTEXTS",
          clause,
          `more than ${MAX_CONTEXTS} presentation contexts`,
        )
    }
  }
  return items
}

function decodeAssociate<Context>(
  reader: OctetReader,
  contextType: number,
  decodeContext: (reader: OctetReader) => Context,
  clause: string,
): AssociateFields<Context> {
  const protocolVersion = reader.u16()
  reader.skip(2)
  const calledAE = reader.text(AE_BYTES)
  const callingAE = reader.text(AE_BYTES)
  reader.skip(RESERVED_BYTES)
  const { applicationContext, contexts, userInformation } = readItems(reader, contextType, clause)
  if (applicationContext === null || userInformation === null || contexts.size === 0)
    throw new Malformed(
      "PDU_ITEM_MISSING",
      clause,
      "application context, presentation contexts, user information",
    )
  const decoded = [...contexts.values()].map(decodeContext)
  return { protocolVersion, calledAE, callingAE, applicationContext, contexts: decoded, userInformation }
}

function decodeValues(reader: OctetReader): PresentationDataValue[] {
  const clause = "PS3.8 9.3.5.1"
  const values: PresentationDataValue[] = []
  while (reader.remaining > 0) {
    const lengthBytes = reader.u32()
    if (lengthBytes < 2)
      throw new Malformed("PDV_LENGTH", clause, `a PDV of ${lengthBytes} bytes has no header`)
    const content = reader.within(lengthBytes)
    const contextId = content.u8()
    const control = content.u8()
    const fragment = content.take(content.remaining)
    values.push({ contextId, command: (control & 1) !== 0, last: (control & 2) !== 0, fragment })
  }
  if (values.length === 0) throw new Malformed("PDV_LENGTH", "PS3.8 9.3.5", "P-DATA-TF without a PDV")
  return values
}

/** Fixed PDUs are four bytes of content; the length field says so or the PDU is refused. */
function fixedFields(reader: OctetReader, clause: string): readonly [number, number, number] {
  if (reader.remaining !== 4) throw new Malformed("PDU_LENGTH", clause, `length ${reader.remaining}, not 4`)
  reader.skip(1)
  return [reader.u8(), reader.u8(), reader.u8()]
}

const DECODE: Readonly<Record<number, (reader: OctetReader) => Pdu>> = {
  1: (reader) => ({
    type: "A-ASSOCIATE-RQ",
    ...decodeAssociate(reader, PROPOSED_CONTEXT, decodeProposedContext, "PS3.8 9.3.2"),
  }),
  2: (reader) => ({
    type: "A-ASSOCIATE-AC",
    ...decodeAssociate(reader, ANSWERED_CONTEXT, decodeAnsweredContext, "PS3.8 9.3.3"),
  }),
  3: (reader) => {
    const [result, source, reason] = fixedFields(reader, "PS3.8 9.3.4")
    return { type: "A-ASSOCIATE-RJ", result, source, reason }
  },
  4: (reader) => ({ type: "P-DATA-TF", values: decodeValues(reader) }),
  5: (reader) => {
    fixedFields(reader, "PS3.8 9.3.6")
    return { type: "A-RELEASE-RQ" }
  },
  6: (reader) => {
    fixedFields(reader, "PS3.8 9.3.7")
    return { type: "A-RELEASE-RP" }
  },
  7: (reader) => {
    const [, source, reason] = fixedFields(reader, "PS3.8 9.3.8")
    return { type: "A-ABORT", source, reason }
  },
}

/**
 * Decode one whole PDU.
 *
 * @param bytes header and variable field, nothing after; the values share its memory
 * @throws Malformed `PDU_UNKNOWN_TYPE`, `PDU_LENGTH`, `PDU_ITEM_LENGTH` and the codes of the items
 */
export function decodePdu(bytes: Uint8Array): Pdu {
  const reader = new OctetReader(bytes, "PDU_ITEM_LENGTH", "PS3.8 9.3.1")
  const type = reader.u8()
  const decode = DECODE[type]
  if (!decode) throw new Malformed("PDU_UNKNOWN_TYPE", "PS3.8 9.3.1", `PDU type ${type}`)
  reader.skip(1)
  const lengthBytes = reader.u32()
  if (lengthBytes !== reader.remaining)
    throw new Malformed("PDU_LENGTH", "PS3.8 9.3.1", `length ${lengthBytes}, ${reader.remaining} bytes there`)
  return decode(reader.within(lengthBytes))
}

const aeTitle = (title: string): Uint8Array => isoBytes(title.slice(0, AE_BYTES).padEnd(AE_BYTES, " "))

function encodeAssociate(fields: AssociateFields<unknown>, contexts: readonly Uint8Array[]): Uint8Array {
  const applicationContext = isoBytes(fields.applicationContext)
  return joined([
    u16Bytes(fields.protocolVersion),
    new Uint8Array(2),
    aeTitle(fields.calledAE),
    aeTitle(fields.callingAE),
    new Uint8Array(RESERVED_BYTES),
    Uint8Array.of(APPLICATION_CONTEXT, 0),
    u16Bytes(applicationContext.length),
    applicationContext,
    ...contexts,
    encodeUserInformation(fields.userInformation),
  ])
}

function encodeValue({ contextId, command, last, fragment }: PresentationDataValue): Uint8Array {
  const control = (command ? 1 : 0) | (last ? 2 : 0)
  return joined([u32Bytes(fragment.length + 2), Uint8Array.of(contextId, control), fragment])
}

function content(pdu: Pdu): Uint8Array {
  switch (pdu.type) {
    case "A-ASSOCIATE-RQ":
      return encodeAssociate(pdu, pdu.contexts.map(encodeProposedContext))
    case "A-ASSOCIATE-AC":
      return encodeAssociate(pdu, pdu.contexts.map(encodeAnsweredContext))
    case "A-ASSOCIATE-RJ":
      return Uint8Array.of(0, pdu.result, pdu.source, pdu.reason)
    case "P-DATA-TF":
      return joined(pdu.values.map(encodeValue))
    case "A-ABORT":
      return Uint8Array.of(0, 0, pdu.source, pdu.reason)
    case "A-RELEASE-RQ":
    case "A-RELEASE-RP":
      return new Uint8Array(4)
  }
}

/** The PDU as bytes, in one array so that it can be one write to the socket. */
export function encodePdu(pdu: Pdu): Uint8Array {
  const body = content(pdu)
  return joined([Uint8Array.of(TYPE[pdu.type], 0), u32Bytes(body.length), body])
}
