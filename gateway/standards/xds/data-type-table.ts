/**
 * The data types of XDS metadata by name: what is one, what a complaint about another may say
 * (ITI TF-3 table 4.2.3.1.7-2). docs/metadata.md is printed from this table.
 */
import * as types from "./data-types.ts"
import { valueKind } from "./value-kind.ts"
import { DOCUMENT_ENTRY } from "./vocabulary.ts"

export interface DataType {
  /** What it looks like, in one phrase. */
  readonly rule: string
  readonly isOne: (value: string) => boolean
  /** May it name a person? Then a complaint says of what kind it is, and never repeats it. */
  readonly isSecret: boolean
  /** What exactly is wrong, without the value. */
  readonly explain?: (value: string) => string
}

/** What is repeated of a wrong value. */
const MAX_SHOWN_LENGTH = 64

const shown = (rule: string, isOne: DataType["isOne"]): DataType => ({ rule, isOne, isSecret: false })
const secret = (rule: string, isOne: DataType["isOne"], explain?: DataType["explain"]): DataType => ({
  rule,
  isOne,
  isSecret: true,
  ...(explain === undefined ? {} : { explain }),
})
const isText = (value: string): boolean => value.length <= types.MAX_NAME_LENGTH

export const DATA_TYPES = {
  text: secret(`text of at most ${types.MAX_NAME_LENGTH} characters`, isText),
  entryUUID: shown("urn:uuid: and a UUID, or a symbolic name that does not begin so", types.isEntryId),
  objectType: shown(
    `${DOCUMENT_ENTRY.stable}, the objectType of a stable DocumentEntry`,
    (value) => value.toLowerCase() === DOCUMENT_ENTRY.stable,
  ),
  OID: shown("an OID: numbers with dots, at most 64 characters", types.isOid),
  uniqueId: shown("an OID, OID^extension, or a URI; at most 128 characters", types.isUniqueId),
  homeCommunityId: shown("urn:oid: and an OID", types.isHomeCommunityId),
  DTM: shown("YYYY[MM[DD[hh[mm[ss]]]]] in UTC", types.isDtm),
  CX: secret("ID^^^&OID&ISO", types.isCx, types.explainCx),
  CXi: secret("ID^^^[&OID&ISO]^type[^&OID&ISO]", types.isCxi),
  XCN: secret("id^family^given^…^^^&OID&ISO, with an id or a family name", types.isXcn),
  XON: shown("name^^^^^&OID&ISO^^^^id, or name^^^^^^^^^OID", types.isXon),
  XTN: secret("^^Internet^mail@host, or ^PRN^PH^…", types.isXtn),
  recipient: secret("XON|XCN|XTN, one of them at least", types.isRecipient),
  PID: secret("PID-n|field, n neither 2, 4, 12 nor 19", types.isPatientInfo),
  SHA1: shown("40 hex digits, SHA-1 of the transmitted octets", types.isHash),
  size: shown("decimal number of octets", types.isSize),
  mimeType: shown("type/subtype without parameters", types.isMimeType),
  language: shown("a language tag such as ja-JP (RFC 5646)", types.isLanguageCode),
} as const satisfies Record<string, DataType>

export type DataTypeName = keyof typeof DATA_TYPES

/** What is wrong with a value of this type, to follow the attribute's name; null when nothing is. */
export function faultOf(name: DataTypeName, value: string): string | null {
  const type: DataType = DATA_TYPES[name]
  if (type.isOne(value)) return null
  if (type.explain !== undefined) return type.explain(value)
  const kind = valueKind(value)
  if (type.isSecret) return `is ${kind}, and not ${type.rule}`
  return `cannot be "${value.slice(0, MAX_SHOWN_LENGTH)}": that is ${kind}, and not ${type.rule}`
}
