/**
 * The character sets of PS3.3 C.12.1.1.2 as tables: which stands first for what, which escape sequence designates
 * which, and how Node decodes each. Decoder and encoder read the same rows.
 */

export type G0 = "ascii" | "romaji" | "jis0208" | "jis0212"
export type G1 = "none" | "katakana" | "ksc5601" | "gb2312" | SingleByte
export type SingleByte =
  | "iso-8859-1"
  | "iso-8859-2"
  | "iso-8859-3"
  | "iso-8859-4"
  | "iso-8859-5"
  | "iso-8859-6"
  | "iso-8859-7"
  | "iso-8859-8"
  | "iso-8859-9"
  | "iso-8859-15"
  | "tis-620"
export interface Active {
  readonly g0: G0
  readonly g1: G1
}

export const ESC = 0x1b

/** Registration number → what is active when the term stands first (PS3.3 tables C.12-2 and C.12-3). */
export const INITIAL: Readonly<Record<string, Active>> = {
  "6": { g0: "ascii", g1: "none" },
  "100": { g0: "ascii", g1: "iso-8859-1" },
  "101": { g0: "ascii", g1: "iso-8859-2" },
  "109": { g0: "ascii", g1: "iso-8859-3" },
  "110": { g0: "ascii", g1: "iso-8859-4" },
  "144": { g0: "ascii", g1: "iso-8859-5" },
  "127": { g0: "ascii", g1: "iso-8859-6" },
  "126": { g0: "ascii", g1: "iso-8859-7" },
  "138": { g0: "ascii", g1: "iso-8859-8" },
  "148": { g0: "ascii", g1: "iso-8859-9" },
  "203": { g0: "ascii", g1: "iso-8859-15" },
  "166": { g0: "ascii", g1: "tis-620" },
  "13": { g0: "romaji", g1: "katakana" },
  // These may only stand later (table C.12-4); where one stands first its G1 set is what the writer meant.
  "87": { g0: "ascii", g1: "none" },
  "159": { g0: "ascii", g1: "none" },
  "149": { g0: "ascii", g1: "ksc5601" },
  "58": { g0: "ascii", g1: "gb2312" },
}
export const ONLY_LATER = new Set(["87", "159", "149", "58"])

/** Escape sequence without ESC → what it designates, and the registration that declares it (tables C.12-3, C.12-4). */
export const ESCAPES: readonly (readonly [string, Partial<Active>, string])[] = [
  ["(B", { g0: "ascii" }, "6"],
  ["(J", { g0: "romaji" }, "13"],
  [")I", { g1: "katakana" }, "13"],
  ["-A", { g1: "iso-8859-1" }, "100"],
  ["-B", { g1: "iso-8859-2" }, "101"],
  ["-C", { g1: "iso-8859-3" }, "109"],
  ["-D", { g1: "iso-8859-4" }, "110"],
  ["-L", { g1: "iso-8859-5" }, "144"],
  ["-G", { g1: "iso-8859-6" }, "127"],
  ["-F", { g1: "iso-8859-7" }, "126"],
  ["-H", { g1: "iso-8859-8" }, "138"],
  ["-M", { g1: "iso-8859-9" }, "148"],
  ["-b", { g1: "iso-8859-15" }, "203"],
  ["-T", { g1: "tis-620" }, "166"],
  ["$B", { g0: "jis0208" }, "87"],
  ["$(D", { g0: "jis0212" }, "159"],
  ["$)C", { g1: "ksc5601" }, "149"],
  ["$)A", { g1: "gb2312" }, "58"],
  // Not in the tables: the edition of 1978, and the long form of $B (ISO 2022); both are met.
  ["$@", { g0: "jis0208" }, ""],
  ["$(B", { g0: "jis0208" }, ""],
]

/** Terms that stand alone and need no escapes (table C.12-5). */
export const WHOLE: Readonly<Record<string, string>> = { "192": "utf-8", GB18030: "gb18030", GBK: "gbk" }

type Decoder = InstanceType<typeof TextDecoder>
const decoders = new Map<string, Decoder>()
/** One decoder for each label and strictness. */
export function decoderOf(label: string, fatal: boolean): Decoder {
  const key = `${label} ${fatal}`
  const known = decoders.get(key)
  if (known) return known
  const decoder = new TextDecoder(label, { fatal, ignoreBOM: true })
  decoders.set(key, decoder)
  return decoder
}

/** A value of (0008,0005) → registration number or name; tolerates the usual misspellings. */
export function registrationOf(term: string): { readonly name: string; readonly exact: boolean } {
  const exact = /^ISO(?:_IR| 2022 IR) (\d+)$/.exec(term)?.[1]
  if (exact !== undefined) return { name: exact, exact: true }
  if (term === "GB18030" || term === "GBK") return { name: term, exact: true }
  const loose = /^ISO[ _-]?(?:2022)?[ _-]?IR[ _-]?(\d+)$/i.exec(term)?.[1]
  if (loose !== undefined) return { name: loose, exact: false }
  return { name: /^UTF-?8$/i.test(term) ? "192" : term, exact: false }
}
