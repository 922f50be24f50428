/**
 * A small message as a tree, and how to walk it. For large messages use `XmlStream` and build trees of the parts
 * that are small (`TreeBuilder`).
 */
import { Malformed } from "../malformed.ts"
import { XML_LIMITS, type XmlLimits } from "./limits.ts"
import { XmlStream, type XmlTag } from "./stream.ts"

export interface XmlElement extends XmlTag {
  /** Elements and texts in document order, for mixed content. */
  readonly nodes: readonly (XmlElement | string)[]
  readonly children: readonly XmlElement[]
  /** The element's own character data, without that of its children. */
  readonly text: string
}

interface Growing extends XmlTag {
  readonly nodes: (XmlElement | string)[]
  readonly children: XmlElement[]
  text: string
}

/** Builds the tree of one element from the events that follow its start tag. */
export class TreeBuilder {
  readonly #open: Growing[] = []
  #root: XmlElement | null = null

  /** The finished element, or null while it is open. */
  get root(): XmlElement | null {
    return this.#root
  }

  open(tag: XmlTag): void {
    const grown: Growing = { ...tag, nodes: [], children: [], text: "" }
    const parent = this.#open.at(-1)
    parent?.nodes.push(grown)
    parent?.children.push(grown)
    this.#open.push(grown)
  }

  text(text: string): void {
    const parent = this.#open.at(-1)
    if (parent === undefined) return
    parent.text += text
    parent.nodes.push(text)
  }

  close(): void {
    const closed = this.#open.pop()
    if (this.#open.length === 0 && closed !== undefined) this.#root = closed
  }
}

/**
 * Parse one whole document.
 *
 * @param source bytes (UTF-8, or UTF-16 by mark) or a string of our own
 * @throws Malformed XML_… (see XmlStream)
 */
export function readXml(source: Uint8Array | string, limits: XmlLimits = XML_LIMITS): XmlElement {
  const tree = new TreeBuilder()
  const stream = new XmlStream(limits, {
    open: (tag) => {
      tree.open(tag)
      return undefined
    },
    text: (text) => tree.text(text),
    close: () => tree.close(),
  })
  stream.write(typeof source === "string" ? new TextEncoder().encode(source) : source)
  stream.end()
  if (tree.root === null) throw new Malformed("XML_NOT_WELL_FORMED", "XML 1.0 §2.1", "no root element")
  return tree.root
}

export function isElement(element: XmlTag, namespace: string, local: string): boolean {
  return element.local === local && element.namespace === namespace
}

export function childrenOf(parent: XmlElement, namespace: string, local: string): readonly XmlElement[] {
  return parent.children.filter((child) => isElement(child, namespace, local))
}

/** The first such child, or null. */
export function childOf(parent: XmlElement, namespace: string, local: string): XmlElement | null {
  return parent.children.find((child) => isElement(child, namespace, local)) ?? null
}

/** Value of an attribute without namespace, or with one when it is given; null when absent. */
export function attributeOf(element: XmlTag, local: string, namespace = ""): string | null {
  return element.attributes.get(namespace === "" ? local : `{${namespace}}${local}`) ?? null
}

/** All character data below the element, in document order. */
export function textOf(element: XmlElement): string {
  return element.nodes.map((node) => (typeof node === "string" ? node : textOf(node))).join("")
}
