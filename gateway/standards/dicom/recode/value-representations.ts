/** What the encoding of a value depends on: its VR (PS3.5 6.2, 7.1.2). */

/** Bytes that are swapped together in big endian (PS3.5 7.3); text, OB and UN are never swapped. */
const WORD_BYTES: Readonly<Record<string, number>> = {
  ...Object.fromEntries("AT OW SS US".split(" ").map((vr) => [vr, 2])),
  ...Object.fromEntries("FL OF OL SL UL".split(" ").map((vr) => [vr, 4])),
  ...Object.fromEntries("FD OD OV SV UV".split(" ").map((vr) => [vr, 8])),
}

/** VRs whose explicit length has 16 bits (PS3.5 table 7.1-2). */
const SHORT = new Set("AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split(" "))
const LONG = new Set("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split(" "))
/** The largest even length that fits 16 bits. */
const MAX_SHORT_BYTES = 0xfffe

export const isKnownVr = (vr: string): boolean => SHORT.has(vr) || LONG.has(vr)

/** In a data set of explicit VR: does the header have eight bytes? */
export const hasShortHeader = (vr: string): boolean => SHORT.has(vr)

/** A value too long for its VR's length field is written as UN (PS3.5 6.2.2). */
export const vrForLength = (vr: string, lengthBytes: number): string =>
  SHORT.has(vr) && lengthBytes > MAX_SHORT_BYTES ? "UN" : vr

export const wordBytes = (vr: string): number => WORD_BYTES[vr] ?? 1

/** Big endian words as little endian ones and back; a copy. Bytes after the last whole word stay. */
export function swappedWords(value: Uint8Array, vr: string): Uint8Array {
  const width = wordBytes(vr)
  const out = Uint8Array.from(value)
  for (let at = 0; at + width <= out.length; at += width) out.subarray(at, at + width).reverse()
  return out
}
