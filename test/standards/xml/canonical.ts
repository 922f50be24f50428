/** What our reader has read, in canonical form (Canonical XML 1.0), without comments and instructions, which it passes over. */
import { declarationsOf } from "../../../gateway/standards/xml/fragment.ts"
import type { XmlLimits } from "../../../gateway/standards/xml/limits.ts"
import { XML_NAMESPACE, XmlStream, type XmlHandler } from "../../../gateway/standards/xml/stream.ts"

/** @param pieces a document's bytes, cut anywhere @throws Malformed */
export function canonicalOf(pieces: readonly Uint8Array[], limits: XmlLimits): string {
  const writer = new CanonicalWriter()
  const stream = new XmlStream(limits, writer)
  for (const piece of pieces) stream.write(piece)
  stream.end()
  return writer.toString()
}

class CanonicalWriter implements XmlHandler {
  readonly #pieces: string[] = []
  /** Of each open element: its name and what is declared in it. */
  readonly #open: { readonly name: string; readonly declared: ReadonlyMap<string, string> }[] = []

  open: XmlHandler["open"] = ({ name, attributes }, written) => {
    const around = this.#open.at(-1)?.declared ?? new Map([["xmlns", ""]])
    const own = declarationsOf(written).filter(([, uri]) => uri !== XML_NAMESPACE)
    const fresh = own.filter(([key, uri]) => around.get(key) !== uri)
    const declared = new Map([...around, ...own])
    const plain = Object.entries(written).filter(([key]) => key !== "xmlns" && !key.startsWith("xmlns:"))
    // The map of attributes has them in the order of what is written, by expanded name.
    const expanded = [...attributes.keys()]
    const sorted = plain
      .map(([key, { value }], at) => ({ key, value, order: orderOf(expanded[at] ?? "") }))
      .toSorted((a, b) => Buffer.compare(a.order, b.order))
    this.#open.push({ name, declared })
    this.#pieces.push(
      `<${name}`,
      ...fresh.toSorted(byName).map(([key, uri]) => ` ${key}=${namespaceName(uri)}`),
      ...sorted.map(({ key, value }) => ` ${key}="${attributeText(value)}"`),
      ">",
    )
    return undefined
  }

  text: XmlHandler["text"] = (text) => void this.#pieces.push(contentText(text))

  close: XmlHandler["close"] = () => void this.#pieces.push(`</${this.#open.pop()?.name ?? ""}>`)

  toString(): string {
    return this.#pieces.join("")
  }
}

/** By namespace, then by local name; those without namespace first. */
const orderOf = (expanded: string): Buffer => {
  const [, namespace = "", local = expanded] = /^\{([^]*)\}([^}]*)$/.exec(expanded) ?? []
  return Buffer.from(`${namespace}\0${local}`)
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b))

const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
}
const referred = (character: string): string => REFERENCES[character] ?? character
const contentText = (text: string): string => text.replace(/[&<>\r]/g, referred)
/** As libxml2 writes it: Canonical XML would have it escaped like any attribute. */
const namespaceName = (uri: string): string =>
  uri.includes('"') && !uri.includes("'") ? `'${uri}'` : `"${uri.replaceAll('"', "&quot;")}"`
const attributeText = (text: string): string => text.replace(/[&<"\t\n\r]/g, referred)
