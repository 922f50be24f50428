/**
 * One element of a message written out again, prefixes and all, so that it stands by itself: with the namespaces that were
 * declared around it. For what carries a signature of its own; comments and instructions are lost, as in canonical XML
 * without comments they are not signed either.
 */
import { Malformed } from "../malformed.ts"
import { escapeAttribute, escapeText } from "./writer.ts"

/** Attributes by qualified name as written, namespace declarations among them. */
export type WrittenAttributes = Readonly<Record<string, { readonly value: string }>>

/** The namespace declarations among them, by `xmlns` or `xmlns:prefix`. */
export const declarationsOf = (written: WrittenAttributes): readonly (readonly [string, string])[] =>
  Object.entries(written)
    .filter(([name]) => name === "xmlns" || name.startsWith("xmlns:"))
    .map(([name, { value }]) => [name, value])

export class FragmentWriter {
  readonly #around: ReadonlyMap<string, string>
  readonly #maxLength: number
  readonly #open: string[] = []
  readonly #pieces: string[] = []
  #length = 0

  /** @param around what is declared where it stands · maxLength in UTF-16 code units */
  constructor(around: ReadonlyMap<string, string>, maxLength: number) {
    this.#around = around
    this.#maxLength = maxLength
  }

  open(name: string, written: WrittenAttributes): void {
    const own = Object.entries(written).map(([key, { value }]): [string, string] => [key, value])
    const attributes = this.#open.length === 0 ? new Map([...this.#around, ...own]) : new Map(own)
    this.#open.push(name)
    this.#write(
      `<${name}${[...attributes].map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`).join("")}>`,
    )
  }

  text(text: string): void {
    this.#write(escapeText(text))
  }

  close(): void {
    this.#write(`</${this.#open.pop() ?? ""}>`)
  }

  toString(): string {
    return this.#pieces.join("")
  }

  #write(piece: string): void {
    this.#length += piece.length
    if (this.#length > this.#maxLength)
      throw new Malformed("XML_TOO_LONG", "limit of this message kind", "a signed header over the limit")
    this.#pieces.push(piece)
  }
}
