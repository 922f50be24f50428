/**
 * Writes the elements of a small object of our own: explicit VR little endian, text in ISO_IR 192, sequences and items
 * of defined length. For authored objects only; received data sets are never written again from values.
 */
import { Malformed } from "../malformed.ts"
import { dictionaryRow, tagOf } from "./dictionary.ts"
import { isoBytes, joined, u16Bytes, u32Bytes } from "./octets.ts"

/** Keyword → text (values joined by backslash), or the items of a sequence. */
export type AuthoredItem = Readonly<Record<string, string | readonly AuthoredItem[]>>

const ITEM_GROUP = 0xfffe
const ITEM = 0xe000
const MAX_SHORT_LENGTH = 0xffff
const LONG_VRS = new Set(["SQ", "UT", "UC", "UR"])

/**
 * The data set, elements in ascending order of tags (PS3.5 7.1).
 *
 * @throws Malformed AUTHORED_ELEMENT for a keyword PS3.6 does not know or a value too long for its VR's length field
 */
export function authoredBytes(item: AuthoredItem): Uint8Array {
  const elements = Object.entries(item)
    .map(([keyword, value]) => ({ tag: requiredTag(keyword), keyword, value }))
    .sort((a, b) => a.tag - b.tag)
  return joined(elements.map(({ tag, keyword, value }) => elementBytes(tag, keyword, value)))
}

function requiredTag(keyword: string): number {
  const tag = tagOf(keyword)
  if (tag === null) throw new Malformed("AUTHORED_ELEMENT", "PS3.6", `${keyword} is no keyword`)
  return tag
}

function elementBytes(tag: number, keyword: string, value: AuthoredItem[string]): Uint8Array {
  const vr = dictionaryRow(tag)?.vr ?? "UN"
  const bytes = typeof value === "string" ? textBytes(vr, value) : joined(value.map(itemBytes))
  if (!LONG_VRS.has(vr) && bytes.length > MAX_SHORT_LENGTH)
    throw new Malformed("AUTHORED_ELEMENT", "PS3.5 7.1.2", `${keyword} has ${bytes.length} bytes`)
  const length = LONG_VRS.has(vr)
    ? joined([u16Bytes(0), u32Bytes(bytes.length, true)])
    : u16Bytes(bytes.length, true)
  return joined([u16Bytes(tag >>> 16, true), u16Bytes(tag & 0xffff, true), isoBytes(vr), length, bytes])
}

/** Even length: UIDs are padded with NUL, text with a space (PS3.5 6.2). */
function textBytes(vr: string, value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value)
  if (bytes.length % 2 === 0) return bytes
  return joined([bytes, Uint8Array.of(vr === "UI" ? 0 : 0x20)])
}

function itemBytes(item: AuthoredItem): Uint8Array {
  const bytes = authoredBytes(item)
  return joined([u16Bytes(ITEM_GROUP, true), u16Bytes(ITEM, true), u32Bytes(bytes.length, true), bytes])
}
