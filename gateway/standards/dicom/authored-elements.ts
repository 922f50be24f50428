/**
 * Writes the elements of a small object of our own, sequences and items of defined length. For authored objects only;
 * received data sets are never written again from values.
 */
import { Malformed } from "../malformed.ts"
import { dictionaryRow, tagOf } from "./dictionary.ts"
import { isoBytes, joined, u16Bytes, u32Bytes } from "./octets.ts"

/**
 * By keyword of PS3.6: text (values joined by backslash), a number of a binary VR, bytes as they stand (a value copied
 * from another data set, or a bulk), or the items of a sequence.
 */
export type AuthoredItem = Readonly<Record<string, string | number | Uint8Array | readonly AuthoredItem[]>>
type AuthoredValue = AuthoredItem[string]

/** How it is written. */
export interface Writing {
  readonly encoding: "explicit-le" | "implicit-le"
  /** Text of a VR that (0008,0005) speaks for, in the data set's character set. */
  readonly text: (value: string, vr: string) => Uint8Array
}

/** Explicit VR little endian, text in ISO_IR 192. */
const UTF8: Writing = { encoding: "explicit-le", text: (value) => new TextEncoder().encode(value) }

const ITEM_GROUP = 0xfffe
const ITEM = 0xe000
const MAX_SHORT_LENGTH = 0xffff
const LONG_VRS = new Set(["SQ", "UT", "UC", "UR", "OB", "OW", "UN"])
/** VRs that (0008,0005) speaks for (PS3.5 6.1.2.3). */
const IN_CHARACTER_SET = new Set(["LO", "LT", "PN", "SH", "ST", "UC", "UT"])
const PADDED_WITH_NUL = new Set(["UI", "OB", "UN"])

/**
 * The data set, elements in ascending order of tags (PS3.5 7.1).
 *
 * @throws Malformed AUTHORED_ELEMENT for a keyword PS3.6 does not know, a value too long for its VR's length field, or
 *   a number in a VR that is not binary; whatever `text` throws
 */
export function authoredBytes(item: AuthoredItem, writing: Writing = UTF8): Uint8Array {
  const elements = Object.entries(item)
    .map(([keyword, value]) => ({ tag: requiredTag(keyword), keyword, value }))
    .sort((a, b) => a.tag - b.tag)
  return joined(elements.map(({ tag, keyword, value }) => elementBytes(tag, keyword, value, writing)))
}

function requiredTag(keyword: string): number {
  const tag = tagOf(keyword)
  if (tag === null) throw new Malformed("AUTHORED_ELEMENT", "PS3.6", `${keyword} is no keyword`)
  return tag
}

function elementBytes(tag: number, keyword: string, value: AuthoredValue, writing: Writing): Uint8Array {
  const vr = dictionaryRow(tag)?.vr ?? "UN"
  const bytes = even(valueBytes(keyword, vr, value, writing), vr)
  const head = joined([u16Bytes(tag >>> 16, true), u16Bytes(tag & 0xffff, true)])
  if (writing.encoding === "implicit-le") return joined([head, u32Bytes(bytes.length, true), bytes])
  if (LONG_VRS.has(vr)) return joined([head, isoBytes(vr), u16Bytes(0), u32Bytes(bytes.length, true), bytes])
  if (bytes.length > MAX_SHORT_LENGTH)
    throw new Malformed("AUTHORED_ELEMENT", "PS3.5 7.1.2", `${keyword} has ${bytes.length} bytes`)
  return joined([head, isoBytes(vr), u16Bytes(bytes.length, true), bytes])
}

function valueBytes(keyword: string, vr: string, value: AuthoredValue, writing: Writing): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (typeof value === "number") return numberBytes(keyword, vr, value)
  if (typeof value === "string") return IN_CHARACTER_SET.has(vr) ? writing.text(value, vr) : isoBytes(value)
  return joined(value.map((item) => itemBytes(item, writing)))
}

function numberBytes(keyword: string, vr: string, value: number): Uint8Array {
  if (vr === "US") return u16Bytes(value, true)
  if (vr === "UL") return u32Bytes(value, true)
  throw new Malformed("AUTHORED_ELEMENT", "PS3.5 6.2", `${keyword} of VR ${vr} is not written from a number`)
}

/** Even length: UIDs and bytes are padded with NUL, text with a space (PS3.5 6.2). */
function even(bytes: Uint8Array, vr: string): Uint8Array {
  if (bytes.length % 2 === 0) return bytes
  return joined([bytes, Uint8Array.of(PADDED_WITH_NUL.has(vr) ? 0 : 0x20)])
}

function itemBytes(item: AuthoredItem, writing: Writing): Uint8Array {
  const bytes = authoredBytes(item, writing)
  return joined([u16Bytes(ITEM_GROUP, true), u16Bytes(ITEM, true), u32Bytes(bytes.length, true), bytes])
}
