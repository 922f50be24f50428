/**
 * The sheet of paper: A4, its margins, type and inks, and how things follow one another down the page.
 */
import { hearText, type Box, type Mark, type PageRecorder } from "./page-recorder.ts"
import { BOLD, REGULAR } from "./report-fonts.ts"

/** Points (1/72 inch). A4 with 20 mm margins; the footer stands in the lower one. */
const MARGIN = 56.7
export const SHEET = { width: 595.28, height: 841.89 } as const
export const PAGE = {
  left: MARGIN,
  top: MARGIN,
  width: 595.28 - 2 * MARGIN,
  bottom: 841.89 - MARGIN - 12,
  headY: 30,
  footY: 841.89 - MARGIN,
} as const

export const INK = "#14191c"
export const INK_SOFT = "#4a555c"
export const HAIRLINE = "#c9d0d3"
export const RULE = "#5c676d"

export const SIZE = { title: 17, name: 15, body: 10.5, heading: 10, small: 9, foot: 7.5 } as const
/** Extra points between lines: Japanese running text wants about 1.7 of its size. */
const LINE_GAP = 3

export interface Type {
  readonly size?: number
  readonly bold?: boolean
  readonly ink?: string
}

export interface Line extends Type {
  readonly x?: number
  readonly y?: number
  readonly width?: number
  readonly align?: "left" | "center" | "right"
  readonly spacing?: number
}

/** A pen on a pdfkit document. `y` is where the next thing begins. */
export class Sheet {
  readonly doc: PDFKit.PDFDocument
  y: number = PAGE.top
  readonly #recorder: PageRecorder | null
  #ink: string = INK

  /** @param recorder hears of everything that is drawn */
  constructor(doc: PDFKit.PDFDocument, recorder: PageRecorder | null = null) {
    this.doc = doc
    this.#recorder = recorder
    if (recorder === null) return
    hearText(doc, ({ x, baseline, ...text }) =>
      this.#mark({ kind: "glyphs", x, baseline, text: { ...text, ink: this.#ink } }),
    )
  }

  /** One line that never wraps or breaks the page: type is made smaller until it fits. Does not move `y`. */
  line(text: string, line: Line = {}): void {
    const { size = SIZE.body, width = PAGE.width, align = "left", spacing = 0 } = line
    this.#type(line)
    const needed = this.doc.widthOfString(text, { characterSpacing: spacing })
    if (needed > width) this.doc.fontSize((size * width) / needed)
    const free = Math.max(0, width - needed)
    const indent = align === "left" ? 0 : align === "center" ? free / 2 : free
    const x = (line.x ?? PAGE.left) + indent
    this.doc.text(text, x, line.y ?? this.y, { characterSpacing: spacing, lineBreak: false })
  }

  /** Texts side by side, each wrapped in its own column; leaves `y` below the tallest. */
  row(...columns: readonly (Line & { readonly text: string })[]): void {
    const heights = columns.map((column) => this.heightOf(column.text, column))
    columns.forEach((column) => {
      this.#type(column)
      this.doc.text(column.text, column.x ?? PAGE.left, column.y ?? this.y, {
        width: column.width ?? PAGE.width,
        align: column.align ?? "left",
        lineGap: LINE_GAP,
      })
    })
    this.down(Math.max(...heights))
  }

  /** Running text; goes on over as many pages as it needs and leaves `y` below. */
  text(text: string, line: Line = {}): void {
    this.#type(line)
    const x = line.x ?? PAGE.left
    this.doc.text(text, x, this.y, { width: line.width ?? PAGE.width, lineGap: LINE_GAP })
    this.y = this.doc.y
  }

  /** Height that `text` would take. */
  heightOf(text: string, line: Line = {}): number {
    this.#type(line)
    return this.doc.heightOfString(text, { width: line.width ?? PAGE.width, lineGap: LINE_GAP })
  }

  /** Width of `text` in one line. */
  widthOf(text: string, type: Type = {}): number {
    this.#type(type)
    return this.doc.widthOfString(text)
  }

  /** A filled rectangle. */
  box(box: Box, ink: string): void {
    this.doc.rect(box.x, box.y, box.width, box.height).fill(ink)
    this.#mark({ kind: "box", box, ink })
  }

  /** A PNG made to fill a rectangle of its own proportions. */
  picture(box: Box, png: Uint8Array): void {
    const source = Buffer.from(png.buffer, png.byteOffset, png.byteLength)
    this.doc.image(source, box.x, box.y, { width: box.width })
    this.#mark({ kind: "picture", box, png })
  }

  rule(color: string = HAIRLINE, thickness = 0.5): void {
    const box = { x: PAGE.left, y: this.y - thickness / 2, width: PAGE.width, height: thickness }
    this.#mark({ kind: "box", box, ink: color })
    this.doc
      .moveTo(PAGE.left, this.y)
      .lineTo(PAGE.left + PAGE.width, this.y)
      .lineWidth(thickness)
      .strokeColor(color)
      .stroke()
  }

  down(points: number): void {
    this.y += points
  }

  /** Begins a new page unless so many points are left on this one. */
  room(points: number): void {
    if (this.y + points <= PAGE.bottom) return
    this.doc.addPage()
    this.y = PAGE.top
  }

  #mark(mark: Mark): void {
    this.#recorder?.mark(this.doc.page, mark)
  }

  #type({ size = SIZE.body, bold = false, ink = INK }: Type): void {
    this.#ink = ink
    this.doc
      .font(bold ? BOLD : REGULAR)
      .fontSize(size)
      .fillColor(ink)
  }
}
