/** The names of PS3.5 annex H as a modality writes them, and as people read them. */

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string, "latin1")))

/** JIS X 0208 by ISO 2022 IR 87: 山田^太郎 and やまだ^たろう. */
const IDEOGRAPHIC = ["\x1b$B;3ED", "\x1b$BB@O:"] as const
const PHONETIC = ["\x1b$B$d$^$@", "\x1b$B$?$m$&"] as const
/** JIS X 0201 by ISO 2022 IR 13: ﾔﾏﾀﾞ^ﾀﾛｳ. */
const HALF_WIDTH = bytes([0xd4, 0xcf, 0xc0, 0xde], "^", [0xc0, 0xdb, 0xb3])

const name = (first: Uint8Array, back: string): Uint8Array =>
  bytes(
    [...first],
    `=${IDEOGRAPHIC[0]}${back}^${IDEOGRAPHIC[1]}${back}=${PHONETIC[0]}${back}^${PHONETIC[1]}${back}`,
  )

export interface JapaneseName {
  readonly what: string
  readonly SpecificCharacterSet: string
  readonly PatientName: Uint8Array
  readonly alphabetic: string
}

export const IDEOGRAPHIC_NAME = "山田 太郎"
export const PHONETIC_NAME = "やまだ たろう"

export const ANNEX_H: readonly JapaneseName[] = [
  {
    what: "IR 87 (H.3.1)",
    SpecificCharacterSet: "\\ISO 2022 IR 87",
    PatientName: name(bytes("Yamada^Tarou"), "\x1b(B"),
    alphabetic: "Yamada Tarou",
  },
  {
    what: "IR 13 with IR 87 (H.3.2)",
    SpecificCharacterSet: "ISO 2022 IR 13\\ISO 2022 IR 87",
    PatientName: name(HALF_WIDTH, "\x1b(J"),
    alphabetic: "ﾔﾏﾀﾞ ﾀﾛｳ",
  },
  {
    what: "UTF-8",
    SpecificCharacterSet: "ISO_IR 192",
    PatientName: Buffer.from("Yamada^Tarou=山田^太郎=やまだ^たろう"),
    alphabetic: "Yamada Tarou",
  },
]
