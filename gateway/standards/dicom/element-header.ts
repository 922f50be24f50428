/**
 * One element header of a data set, in any of the three uncompressed encodings (PS3.5 7.1), read from bytes that may
 * end anywhere.
 */
import type { Encoding } from "./transfer-syntaxes.generated.ts"

export const UNDEFINED_LENGTH = 0xffffffff

export interface ElementHeader {
  /** Group in the upper 16 bits. */
  readonly tag: number
  /** "" in implicit VR, and for items and delimiters. */
  readonly vr: string
  readonly headerBytes: number
  /** Value length, or UNDEFINED_LENGTH. */
  readonly lengthBytes: number
}

/** VRs whose length field has 16 bits (PS3.5 table 7.1-2); every other one, also one yet to come, has 32. */
const SHORT_VR = new Set([..."AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split(" ")])
/** What no edition will ever define, two blanks for example, was written by devices that know only 16 bits. */
const NO_VR = /[^A-Z]/
const DELIMITATION_GROUP = 0xfffe

/**
 * The header at `offset`.
 *
 * @param view     bytes known so far
 * @param encoding of the surrounding data set; "deflated" is read as the explicit little endian it inflates to
 * @returns null when the header is not whole yet
 */
export function readElementHeader(view: DataView, offset: number, encoding: Encoding): ElementHeader | null {
  const little = encoding !== "explicit-be"
  if (offset + 8 > view.byteLength) return null
  const group = view.getUint16(offset, little)
  const tag = group * 0x10000 + view.getUint16(offset + 2, little)
  if (encoding === "implicit-le" || group === DELIMITATION_GROUP)
    return { tag, vr: "", headerBytes: 8, lengthBytes: view.getUint32(offset + 4, little) }
  const vr = String.fromCharCode(view.getUint8(offset + 4), view.getUint8(offset + 5))
  if (SHORT_VR.has(vr) || NO_VR.test(vr))
    return { tag, vr, headerBytes: 8, lengthBytes: view.getUint16(offset + 6, little) }
  if (offset + 12 > view.byteLength) return null
  return { tag, vr, headerBytes: 12, lengthBytes: view.getUint32(offset + 8, little) }
}
