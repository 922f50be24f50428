/**
 * Text ⇄ narrative block (CDA R2 4.3.5): one paragraph, line ends as `<br/>`, nothing else.
 */
import { element, type Markup, type XmlContent } from "../xml/writer.ts"
import type { XmlElement } from "../xml/reader.ts"
import { reportText } from "./report-text.ts"

/** A paragraph that reads back as exactly the same text (after `reportText`). */
export function paragraph(text: string): Markup {
  const lines = reportText(text).split("\n")
  const content = lines.flatMap((line, index): XmlContent[] => (index === 0 ? [line] : [element("br"), line]))
  return element("paragraph", {}, content)
}

/** Block elements of the narrative after which a reader starts a new line. */
const BLOCKS = ["paragraph", "item", "tr", "caption"]
const CONTAINERS = ["list", "table", "thead", "tbody", "tfoot"]
/** Beside one another in a row. */
const CELLS = ["td", "th"]

/** The text of any narrative block, ours or a neighbour's: line per paragraph, list item and table row, its cells apart. */
export function narrativeText(block: XmlElement): string {
  return linesOf(block).replace(/\n$/, "")
}

function linesOf(element: XmlElement): string {
  // White space between blocks is layout of the XML, not text.
  const layout = [...BLOCKS, ...CONTAINERS, ...CELLS]
  const ownLayout = element.children.some(({ local }) => layout.includes(local))
  const cells = element.children.filter(({ local }) => CELLS.includes(local))
  return element.nodes
    .map((node) => {
      if (typeof node === "string") return ownLayout && node.trim() === "" ? "" : node
      if (node.local === "br") return "\n"
      if (CELLS.includes(node.local)) return linesOf(node) + (node === cells.at(-1) ? "" : "\u3000")
      return linesOf(node) + (BLOCKS.includes(node.local) ? "\n" : "")
    })
    .join("")
}
