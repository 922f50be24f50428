/**
 * Text into a data set's own character set (PS3.5 6.1.2.5, annexes H to K): what a study is written in, an object that
 * joins it is written in as well. Nothing is replaced: what cannot be written is said, and the caller chooses.
 */
import { ESC, ESCAPES, INITIAL, WHOLE, registrationOf, type Active } from "./charset-sets.ts"
import { gbkRows, rowsOf, type CodedSet, type Rows } from "./charset-rows.ts"
import { isoBytes, joined } from "./octets.ts"

/**
 * Writes text; null when a character is in none of the declared sets.
 *
 * @param delimiters of the VR: `\` for multi-valued text, `\^=` for PN, "" for ST, LT and UT; the text holds them as
 *   delimiters and nothing else
 */
export type TextEncoding = (text: string, delimiters: string) => Uint8Array | null

/** Line and page ends reset as well as the delimiters of the VR (6.1.2.5.3). */
const ENDS = "\t\n\f\r"

/** @param SpecificCharacterSet values of (0008,0005), [] when absent; the first may be "" (ISO-IR 6) */
export function textEncoding(SpecificCharacterSet: readonly string[]): TextEncoding {
  const [first = "6", ...others] = SpecificCharacterSet.map(
    (term) => registrationOf(term === "" ? "ISO_IR 6" : term).name,
  )
  const whole = WHOLE[first]
  if (whole === "utf-8") return (text) => new TextEncoder().encode(text)
  if (whole !== undefined) return (text) => wholly(text, gbkRows())
  const initial = INITIAL[first] ?? { g0: "ascii", g1: "none" }
  // Without a second value there are no code extensions, hence no escapes (6.1.2.3).
  const declared = new Set(others.length === 0 ? [] : [first, ...others])
  return (text, delimiters) => new Iso2022Writer(initial, declared, delimiters).write(text)
}

function wholly(text: string, rows: Rows): Uint8Array | null {
  const parts = Array.from(text, (char) => (char < "\x80" ? isoBytes(char) : rows.get(char)))
  return parts.some((part) => part === undefined) ? null : joined(parts as Uint8Array[])
}

/** A set that may be designated, with the escape sequence that does it. */
interface Designation {
  readonly half: "g0" | "g1"
  readonly set: CodedSet
  readonly sequence: string
}

function designations(declared: ReadonlySet<string>): Designation[] {
  return ESCAPES.flatMap(([sequence, { g0, g1 }, registration]): Designation[] => {
    if (!declared.has(registration)) return []
    if (g0 !== undefined) return [{ half: "g0", set: g0, sequence }]
    return g1 === undefined || g1 === "none" ? [] : [{ half: "g1", set: g1, sequence }]
  })
}

class Iso2022Writer {
  readonly #initial: Active
  readonly #choices: readonly Designation[]
  readonly #ends: ReadonlySet<string>
  readonly #parts: Uint8Array[] = []
  #active: Active

  constructor(initial: Active, declared: ReadonlySet<string>, delimiters: string) {
    this.#initial = initial
    this.#active = initial
    this.#choices = designations(declared)
    this.#ends = new Set(`${ENDS}${delimiters}`)
  }

  write(text: string): Uint8Array | null {
    for (const char of text) {
      if (this.#ends.has(char)) this.#end(char)
      else if (!this.#char(char)) return null
    }
    this.#reset()
    return joined(this.#parts)
  }

  /** A delimiter stands in the initial set, where its byte is what it is in ASCII. */
  #end(char: string): void {
    this.#reset()
    this.#parts.push(isoBytes(char))
    this.#active = this.#initial
  }

  #char(char: string): boolean {
    const bytes = this.#inActive(char) ?? this.#inInitial(char) ?? this.#inDeclared(char)
    if (bytes) this.#parts.push(bytes)
    return bytes !== null
  }

  /** Left half first: a set in it needs no bit 8. */
  #inActive(char: string): Uint8Array | null {
    const { g0, g1 } = this.#active
    return this.#row(g0, char) ?? (g1 === "none" ? null : this.#row(g1, char))
  }

  /** The byte of a delimiter is taken: JIS X 0201 has no ¥ where \ divides values. */
  #row(set: CodedSet, char: string): Uint8Array | null {
    const bytes = rowsOf(set).get(char)
    if (bytes === undefined) return null
    const [only = 0] = bytes
    return bytes.length === 1 && this.#ends.has(String.fromCharCode(only)) ? null : bytes
  }

  /** Going back needs no set to be declared: it is the one the data set begins with. */
  #inInitial(char: string): Uint8Array | null {
    const bytes = this.#row(this.#initial.g0, char)
    if (bytes === null) return null
    this.#reset()
    return bytes
  }

  #inDeclared(char: string): Uint8Array | null {
    for (const { half, set, sequence } of this.#choices) {
      const bytes = this.#row(set, char)
      if (bytes === null) continue
      this.#escape(sequence)
      this.#active = half === "g0" ? { ...this.#active, g0: set as Active["g0"] } : this.#withG1(set)
      return bytes
    }
    return null
  }

  #withG1(set: CodedSet): Active {
    return { ...this.#active, g1: set as Active["g1"] }
  }

  /** 6.1.2.5.3: the initial sets are active again before the end of a value, a component or a line. */
  #reset(): void {
    const { g0, g1 } = this.#initial
    if (this.#active.g0 !== g0) this.#escape(sequenceOf("g0", g0))
    // Where the first value has no right half there is nothing to go back to.
    if (this.#active.g1 !== g1 && g1 !== "none") this.#escape(sequenceOf("g1", g1))
    this.#active = { g0, g1: g1 === "none" ? this.#active.g1 : g1 }
  }

  #escape(sequence: string): void {
    this.#parts.push(Uint8Array.of(ESC), isoBytes(sequence))
  }
}

function sequenceOf(half: "g0" | "g1", set: string): string {
  return ESCAPES.find(([, designates]) => designates[half] === set)?.[0] ?? ""
}
