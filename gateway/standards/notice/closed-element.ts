/**
 * Reading our own small documents: a closed vocabulary, in which everything is asked for and nothing is left over.
 *
 * An element or attribute the reader does not know is refused instead of dropped: it may say "not". What is new gets a
 * new namespace, which an older reader refuses as a whole.
 */
import { Malformed } from "../malformed.ts"
import { readXml, type XmlElement } from "../xml/reader.ts"
import { isUid } from "../dicom/uid.ts"

/** Instants of these documents: ISO 8601 with seconds and zone. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/
const DATE = /^\d{4}-\d\d-\d\d$/
const COUNT = /^(0|[1-9]\d{0,14})$/

export class ClosedElement {
  readonly #element: XmlElement
  readonly #vocabulary: string
  readonly #askedElements = new Set<string>()
  readonly #askedAttributes = new Set<string>()

  constructor(element: XmlElement, vocabulary: string) {
    this.#element = element
    this.#vocabulary = vocabulary
  }

  fault(code: "NOTICE_UNKNOWN" | "NOTICE_INCOMPLETE" | "NOTICE_VALUE", what: string): Malformed {
    return new Malformed(code, this.#vocabulary, `${this.#element.local}: ${what}`)
  }

  has(attribute: string): boolean {
    return this.#element.attributes.has(attribute)
  }

  attribute(attribute: string): string {
    this.#askedAttributes.add(attribute)
    const value = this.#element.attributes.get(attribute)
    if (value === undefined) throw this.fault("NOTICE_INCOMPLETE", `no @${attribute}`)
    return value
  }

  oneOf<Value extends string>(attribute: string, values: readonly Value[]): Value {
    const written = this.attribute(attribute)
    const found = values.find((value) => value === written)
    if (found === undefined)
      throw this.fault("NOTICE_VALUE", `@${attribute} is not one of ${values.join(", ")}`)
    return found
  }

  flag(attribute: string): boolean {
    return this.oneOf(attribute, ["true", "false"]) === "true"
  }

  count(attribute: string): number {
    return Number(this.#shaped(attribute, COUNT, "a count"))
  }

  instant(attribute: string): string {
    const written = this.#shaped(attribute, INSTANT, "an instant with zone")
    if (Number.isNaN(Date.parse(written))) throw this.fault("NOTICE_VALUE", `@${attribute} is no instant`)
    return written
  }

  /** Null when absent. */
  date(attribute: string): string | null {
    return this.has(attribute) ? this.#shaped(attribute, DATE, "a date") : null
  }

  uid(attribute: string): string {
    const written = this.attribute(attribute)
    if (!isUid(written)) throw this.fault("NOTICE_VALUE", `@${attribute} is not a UID`)
    return written
  }

  /** Text of a child that stands at most once; "" when absent. Exactly as written, white space included. */
  text(child: string): string {
    return this.child(child)?.content() ?? ""
  }

  /** The element's own text, when it has nothing else. */
  content(): string {
    this.finish("text")
    return this.#element.text
  }

  child(name: string): ClosedElement | null {
    const found = this.children(name)
    if (found.length > 1) throw this.fault("NOTICE_UNKNOWN", `${name} stands more than once`)
    return found[0] ?? null
  }

  required(name: string): ClosedElement {
    const found = this.child(name)
    if (!found) throw this.fault("NOTICE_INCOMPLETE", `no ${name}`)
    return found
  }

  children(name: string): readonly ClosedElement[] {
    this.#askedElements.add(name)
    return this.#element.children
      .filter((child) => child.local === name && child.namespace === this.#vocabulary)
      .map((child) => new ClosedElement(child, this.#vocabulary))
  }

  /** Throws NOTICE_UNKNOWN for whatever was not asked for; text only where it was. */
  finish(kind: "elements" | "text" = "elements"): void {
    for (const attribute of this.#element.attributes.keys())
      if (!this.#askedAttributes.has(attribute)) throw this.fault("NOTICE_UNKNOWN", `@${attribute}`)
    for (const { local, namespace } of this.#element.children)
      if (namespace !== this.#vocabulary || !this.#askedElements.has(local))
        throw this.fault("NOTICE_UNKNOWN", `<${local}>`)
    if (kind === "elements" && this.#element.text.trim() !== "") throw this.fault("NOTICE_UNKNOWN", "text")
  }

  #shaped(attribute: string, shape: RegExp, what: string): string {
    const written = this.attribute(attribute)
    if (!shape.test(written)) throw this.fault("NOTICE_VALUE", `@${attribute} is not ${what}`)
    return written
  }
}

/**
 * The root of a document of one vocabulary.
 *
 * @throws Malformed NOTICE_UNKNOWN for another root or namespace, and XML_…
 */
export function readClosed(bytes: Uint8Array, vocabulary: string, root: string): ClosedElement {
  const element = readXml(bytes)
  if (element.local !== root || element.namespace !== vocabulary)
    throw new Malformed("NOTICE_UNKNOWN", vocabulary, `the root is not ${root} of this namespace`)
  return new ClosedElement(element, vocabulary)
}
