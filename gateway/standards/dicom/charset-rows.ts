/** Character → bytes of each coded set, by reading Node's decoders backwards; built when first needed. */
import { decoderOf, type G0, type G1 } from "./charset-sets.ts"

export type Rows = ReadonlyMap<string, Uint8Array>
/** A set of 94 or 96 characters, or of pairs, that can be designated. */
export type CodedSet = Exclude<G0 | G1, "none">

const built = new Map<CodedSet, Rows>()

export function rowsOf(set: CodedSet): Rows {
  const known = built.get(set)
  if (known) return known
  const rows = new Map(BUILDERS[set]?.() ?? rightHalf(set))
  built.set(set, rows)
  return rows
}

type Entry = readonly [string, Uint8Array]

const BUILDERS: Readonly<Partial<Record<CodedSet, () => Iterable<Entry>>>> = {
  ascii: () => leftHalf((char) => char),
  // JIS X 0201 differs from ASCII in two places.
  romaji: () => leftHalf((char) => ({ "\\": "¥", "~": "‾" })[char] ?? char),
  katakana: () => span(0xa1, 0xdf).map((byte) => [String.fromCharCode(byte + 0xfec0), Uint8Array.of(byte)]),
  jis0208: () => [
    ...pairs("euc-jp", JIS_X_0208_ROWS, (lead, trail) => [lead | 0x80, trail | 0x80]),
    ...JIS_NAMES.map(([char, lead, trail]): Entry => [char, Uint8Array.of(lead, trail)]),
  ],
  jis0212: () => pairs("euc-jp", span(1, 94), (lead, trail) => [0x8f, lead | 0x80, trail | 0x80]),
  ksc5601: () => highPairs("euc-kr", span(1, 94)),
  gb2312: () => highPairs("gbk", GB_2312_ROWS),
}

/** Rows that the standard fills; 13 and 89 to 92 are vendors' own and not to be written. */
const JIS_X_0208_ROWS = [...span(1, 8), ...span(16, 84)]
/** Rows without additions of GBK. */
const GB_2312_ROWS = [1, 3, 4, 5, ...span(16, 87)]

/** Characters of JIS X 0208 under their other name in Unicode, as people and other systems type them. */
const JIS_NAMES: readonly (readonly [string, number, number])[] = [
  ["\u301c", 0x21, 0x41], // WAVE DASH
  ["\u2016", 0x21, 0x42], // DOUBLE VERTICAL LINE
  ["\u2014", 0x21, 0x3d], // EM DASH
  ["\u2212", 0x21, 0x5d], // MINUS SIGN
  ["\u00a2", 0x21, 0x71], // CENT SIGN
  ["\u00a3", 0x21, 0x72], // POUND SIGN
  ["\u00ac", 0x22, 0x4c], // NOT SIGN
]

function span(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}

const leftHalf = (nameOf: (char: string) => string): Entry[] =>
  span(0x20, 0x7e).map((byte) => [nameOf(String.fromCharCode(byte)), Uint8Array.of(byte)])

function rightHalf(label: CodedSet): Entry[] {
  return span(0xa0, 0xff).flatMap((byte) => entry(label, Uint8Array.of(byte), Uint8Array.of(byte)))
}

/** 94 × 94, written in the left half: `decoded` tells how the decoder wants a pair. */
function pairs(
  label: string,
  rows: readonly number[],
  decoded: (lead: number, trail: number) => readonly number[],
): Entry[] {
  return rows.flatMap((row) =>
    span(0x21, 0x7e).flatMap((trail) => {
      const lead = row + 0x20
      return entry(label, Uint8Array.from(decoded(lead, trail)), Uint8Array.of(lead, trail))
    }),
  )
}

/** 94 × 94, written in the right half. */
const highPairs = (label: string, rows: readonly number[]): Entry[] =>
  rows.flatMap((row) =>
    span(0xa1, 0xfe).flatMap((trail) => {
      const pair = Uint8Array.of(row + 0xa0, trail)
      return entry(label, pair, pair)
    }),
  )

/** Nothing when the decoder has no one character for it. */
function entry(label: string, decoded: Uint8Array, written: Uint8Array): Entry[] {
  const char = decoderOf(label, false).decode(decoded)
  const isOne = Array.from(char).length === 1 && !/[\uFFFD\uE000-\uF8FF]/.test(char)
  return isOne ? [[char, written]] : []
}

/** GBK and the two-byte part of GB18030, which stand alone: pairs of all their area. */
export function gbkRows(): Rows {
  gbk ??= new Map(
    span(0x81, 0xfe).flatMap((lead) =>
      span(0x40, 0xfe).flatMap((trail) => {
        const pair = Uint8Array.of(lead, trail)
        return trail === 0x7f ? [] : entry("gbk", pair, pair)
      }),
    ),
  )
  return gbk
}
let gbk: Rows | null = null
