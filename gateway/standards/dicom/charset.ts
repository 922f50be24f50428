/**
 * Text of a data set (PS3.5 6.1, PS3.3 C.12.1.1.2): single-byte repertoires, code extensions by ISO 2022, and the
 * multi-byte sets that stand alone.
 *
 * What the standard forbids but devices in use do is read and said so (`marked`): undeclared Shift_JIS or UTF-8,
 * escapes that were not declared or not closed, vendor characters. Bytes that no table explains become 〓.
 */
import {
  ESC,
  ESCAPES,
  INITIAL,
  ONLY_LATER,
  WHOLE,
  decoderOf,
  registrationOf,
  type Active,
} from "./charset-sets.ts"

/** Decoded text; `marked` = a person should know that it was not written by the rules it declares. */
export interface Decoded {
  readonly text: string
  readonly marked: boolean
}

/** GETA MARK, the printer's sign for a character that is not to be had. */
export const GETA = "〓"

function decodeFatal(label: string, bytes: Uint8Array): string | null {
  try {
    return decoderOf(label, true).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

/** The private use area (vendor 外字 of F040 to F9FC) and what no table has become 〓. */
const UNKNOWN = /[\uE000-\uF8FF\uFFFD]/g

/** Undeclared bytes: UTF-8 if it is one, else Shift_JIS with its extensions, else Latin-1. */
function guess(bytes: Uint8Array): string {
  return (
    decodeFatal("utf-8", bytes) ?? decodeFatal("shift_jis", bytes) ?? decoderOf("latin1", false).decode(bytes)
  )
}

const isTrail = (byte: number | undefined): byte is number =>
  byte !== undefined && byte >= 0x21 && byte <= 0x7e
const isHigh = (byte: number | undefined): byte is number =>
  byte !== undefined && byte >= 0xa1 && byte <= 0xfe

/** Rows of JIS X 0208 that the standard leaves empty and vendors filled: 13 (NEC), 89 to 92 (髙, 﨑). */
const isVendorRow = (lead: number): boolean => lead === 0x20 + 13 || (lead >= 0x20 + 89 && lead <= 0x20 + 92)

class Iso2022 {
  readonly #bytes: Uint8Array
  readonly #initial: Active
  readonly #declared: ReadonlySet<string>
  readonly #delimiters: ReadonlySet<number>
  #active: Active
  #at = 0
  #text = ""
  marked = false

  constructor(bytes: Uint8Array, initial: Active, declared: ReadonlySet<string>, delimiters: string) {
    this.#bytes = bytes
    this.#initial = initial
    this.#active = initial
    this.#declared = declared
    // 6.1.2.5.3: line and page ends reset as well as the delimiters of the VR.
    this.#delimiters = new Set(Array.from(`\t\n\f\r${delimiters}`, (char) => char.charCodeAt(0)))
  }

  decode(): string {
    for (let byte = this.#bytes[this.#at]; byte !== undefined; byte = this.#bytes[this.#at]) {
      if (byte === ESC) this.#escape()
      else if (byte < 0x80) this.#left(byte)
      else this.#right(byte)
    }
    return this.#text.replace(UNKNOWN, () => {
      this.marked = true
      return GETA
    })
  }

  #escape(): void {
    const after = String.fromCharCode(...this.#bytes.subarray(this.#at + 1, this.#at + 4))
    const found = ESCAPES.find(([sequence]) => after.startsWith(sequence))
    if (!found) {
      this.marked = true
      this.#emit("\uFFFD", 1)
      return
    }
    const [sequence, designates, registration] = found
    if (registration !== "6" && !this.#declared.has(registration)) this.marked = true
    this.#active = { ...this.#active, ...designates }
    this.#at += 1 + sequence.length
  }

  /** A byte of the left half: G0. */
  #left(byte: number): void {
    const { g0 } = this.#active
    if ((g0 === "jis0208" || g0 === "jis0212") && byte > 0x20) this.#pair(byte, g0)
    else this.#single(byte)
  }

  #pair(lead: number, g0: "jis0208" | "jis0212"): void {
    if (this.#delimiters.has(lead) && this.#runBytes() % 2 === 1) {
      // The way back to ASCII was forgotten: an odd run cannot be pairs alone, so this ^, = or \ stands for itself.
      this.marked = true
      this.#emit(String.fromCharCode(lead), 1)
      this.#active = { ...this.#initial, g0 }
      return
    }
    const trail = this.#bytes[this.#at + 1]
    if (!isTrail(trail)) {
      // Half a character.
      this.marked = true
      this.#single(lead)
      return
    }
    if (isVendorRow(lead) && g0 === "jis0208") this.marked = true
    const prefix = g0 === "jis0212" ? [0x8f] : []
    this.#emit(decoderOf("euc-jp", false).decode(Uint8Array.of(...prefix, lead | 0x80, trail | 0x80)), 2)
  }

  /** Bytes up to the next escape, byte of the right half, or the end, without padding. */
  #runBytes(): number {
    const rest = this.#bytes.subarray(this.#at)
    const next = rest.findIndex((byte) => byte === ESC || byte >= 0x80)
    let end = next < 0 ? rest.length : next
    while (rest[end - 1] === 0x20 || rest[end - 1] === 0) end--
    return end
  }

  #single(byte: number): void {
    const delimits = this.#delimiters.has(byte)
    const char = String.fromCharCode(byte)
    // JIS X 0201 differs from ASCII in two places; a delimiter stays what it is.
    const romaji = this.#active.g0 === "romaji" && !delimits ? { "\\": "¥", "~": "‾" }[char] : undefined
    this.#emit(romaji ?? char, 1)
    if (delimits) this.#active = this.#initial
  }

  /** A byte of the right half: G1, or bytes that were never declared. */
  #right(byte: number): void {
    const { g1 } = this.#active
    if (g1 === "ksc5601" || g1 === "gb2312") {
      const trail = this.#bytes[this.#at + 1]
      if (isHigh(byte) && isHigh(trail))
        return this.#emit(
          decoderOf(g1 === "gb2312" ? "gbk" : "euc-kr", false).decode(Uint8Array.of(byte, trail)),
          2,
        )
      return this.#undeclared()
    }
    if (g1 === "katakana" && byte >= 0xa1 && byte <= 0xdf)
      return this.#emit(String.fromCharCode(byte + 0xfec0), 1)
    if (g1 === "none" || g1 === "katakana" || byte < 0xa0) return this.#undeclared()
    this.#emit(decoderOf(g1, false).decode(Uint8Array.of(byte)), 1)
  }

  /** Everything up to the next escape, by guess; delimiters are found afterwards, for 0x5C may be half of 表. */
  #undeclared(): void {
    const next = this.#bytes.indexOf(ESC, this.#at)
    const run = this.#bytes.subarray(this.#at, next < 0 ? this.#bytes.length : next)
    this.marked = true
    this.#emit(guess(run), run.length)
    this.#active = this.#initial
  }

  #emit(text: string, lengthBytes: number): void {
    this.#text += text
    this.#at += lengthBytes
  }
}

/**
 * A decoder for one data set.
 *
 * @param SpecificCharacterSet values of (0008,0005), [] when absent; the first may be "" (ISO-IR 6)
 * @returns a function of the raw value and the delimiters of its VR: `\` for multi-valued text, `\^=` for PN, "" for
 * ST, LT and UT; the delimiters stay in the text
 */
export function textDecoder(
  SpecificCharacterSet: readonly string[],
): (bytes: Uint8Array, delimiters: string) => Decoded {
  const terms = SpecificCharacterSet.map((term) => registrationOf(term === "" ? "ISO_IR 6" : term))
  const first = terms[0] ?? { name: "6", exact: true }
  const misspelt = terms.some(({ exact }) => !exact) || (ONLY_LATER.has(first.name) && terms.length === 1)
  const whole = WHOLE[first.name]
  if (whole !== undefined) return (bytes) => decodeWhole(whole, bytes, misspelt)
  const initial = INITIAL[first.name] ?? { g0: "ascii", g1: "none" }
  const declared = new Set(terms.map(({ name }) => name))
  return (bytes, delimiters) => {
    const iso2022 = new Iso2022(bytes, initial, declared, delimiters)
    const text = iso2022.decode()
    return {
      text,
      marked: iso2022.marked || (misspelt && bytes.some((byte) => byte >= 0x80 || byte === ESC)),
    }
  }
}

function decodeWhole(label: string, bytes: Uint8Array, misspelt: boolean): Decoded {
  const exact = decodeFatal(label, bytes)
  // ISO 2022 escapes under a UTF-8 label are what a faulty router leaves behind.
  if (exact !== null && !bytes.includes(ESC))
    return { text: exact, marked: misspelt && bytes.some((byte) => byte >= 0x80) }
  if (bytes.includes(ESC)) {
    const iso2022 = new Iso2022(bytes, { g0: "ascii", g1: "none" }, new Set(), "\\^=")
    return { text: iso2022.decode(), marked: true }
  }
  return { text: guess(bytes).replace(UNKNOWN, GETA), marked: true }
}
