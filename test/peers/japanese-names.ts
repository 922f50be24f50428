/** Names of PS3.5 annexes H to K as a modality writes them, and as people read them. */

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

/** The same of other character sets: what was read, by group. */
export const OTHER_NAMES: readonly (Omit<JapaneseName, "alphabetic"> & { readonly text: string })[] = [
  {
    what: "IR 159 beside IR 87",
    SpecificCharacterSet: "\\ISO 2022 IR 87\\ISO 2022 IR 159",
    PatientName: bytes("Kou^Tarou=\x1b$(D0!\x1b(B^\x1b$BB@O:\x1b(B"),
    text: "Kou^Tarou=丂^太郎",
  },
  {
    what: "IR 149 (annex I)",
    SpecificCharacterSet: "\\ISO 2022 IR 149",
    PatientName: bytes(
      "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
    ),
    text: "Hong^Gildong=洪^吉洞=홍^길동",
  },
  {
    what: "IR 58 (annex K)",
    SpecificCharacterSet: "\\ISO 2022 IR 58",
    PatientName: bytes("Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab"),
    text: "Zhang^XiaoDong=张^小东",
  },
  {
    what: "GB18030 (annex J)",
    SpecificCharacterSet: "GB18030",
    PatientName: bytes("Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab"),
    text: "Wang^XiaoDong=王^小东",
  },
  {
    what: "Latin-1",
    SpecificCharacterSet: "ISO_IR 100",
    PatientName: bytes("M\xfcller^J\xfcrgen"),
    text: "Müller^Jürgen",
  },
]
