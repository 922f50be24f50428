/**
 * What is drawn on the pages of a report, page by page, so that the same page can be drawn in pixels as well. Text is
 * heard where pdfkit has broken and placed it; boxes and pictures are told by `Sheet`, which draws them.
 */

/** Points from the upper left corner of the page. */
export type Mark =
  | { readonly kind: "glyphs"; readonly x: number; readonly baseline: number; readonly text: PlacedText }
  | { readonly kind: "box"; readonly box: Box; readonly ink: string }
  | { readonly kind: "picture"; readonly box: Box; readonly png: Uint8Array }

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface PlacedText {
  readonly content: string
  readonly font: OutlineFont
  readonly size: number
  readonly spacing: number
  readonly ink: string
}

/** What we need of fontkit's font. Lengths in units of `unitsPerEm`. */
export interface OutlineFont {
  readonly unitsPerEm: number
  layout(text: string): {
    readonly glyphs: readonly { readonly path: { readonly commands: readonly PathCommand[] } }[]
    readonly positions: readonly {
      readonly xAdvance: number
      readonly xOffset: number
      readonly yOffset: number
    }[]
  }
}
export interface PathCommand {
  readonly command: "moveTo" | "lineTo" | "quadraticCurveTo" | "bezierCurveTo" | "closePath"
  readonly args: readonly number[]
}

/** Fields and a method of pdfkit 0.20 that its types do not tell of. */
interface Inside {
  _fragment(text: string, x: number, y: number, options: FragmentOptions): void
  readonly _font: { readonly font: OutlineFont; readonly ascender: number }
  readonly _fontSize: number
}
interface FragmentOptions {
  readonly align?: string
  readonly width?: number
  readonly lineWidth?: number
  readonly textWidth?: number
  readonly characterSpacing?: number
}

/** Keeps marks by the page that was current when they were made. */
export class PageRecorder {
  readonly #pages = new Map<object, Mark[]>()

  mark(page: object, made: Mark): void {
    const marks = this.#pages.get(page) ?? []
    marks.push(made)
    this.#pages.set(page, marks)
  }

  /** In the order in which the pages were begun. */
  get pages(): readonly (readonly Mark[])[] {
    return [...this.#pages.values()]
  }
}

/** What was written, once pdfkit has broken it into lines and placed them. */
export type Placed = Omit<PlacedText, "ink"> & { readonly x: number; readonly baseline: number }

/** Tells of every line of text that is written on `doc` from now on. */
export function hearText(doc: PDFKit.PDFDocument, heard: (placed: Placed) => void): void {
  const inside = doc as unknown as Inside
  const write = inside._fragment.bind(doc)
  inside._fragment = (content, x, y, options) => {
    const { font, ascender } = inside._font
    const size = inside._fontSize
    heard({
      // Line ends come along; pdfkit drops them when it writes.
      content: content.replaceAll("\n", ""),
      font,
      size,
      spacing: options.characterSpacing ?? 0,
      x: x + indent(doc, content, options),
      baseline: y + (ascender / 1000) * size,
    })
    write(content, x, y, options)
  }
}

/** pdfkit moves aligned lines when it writes them. */
function indent(doc: PDFKit.PDFDocument, content: string, options: FragmentOptions): number {
  const { align = "left", width, lineWidth = 0, textWidth = 0, characterSpacing = 0 } = options
  if (width === undefined || align === "left") return 0
  if (align === "center") return (lineWidth - textWidth) / 2
  return lineWidth - doc.widthOfString(content.trimEnd(), { characterSpacing })
}
