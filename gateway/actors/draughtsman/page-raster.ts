/** Marks of a page into grey pixels, white paper, at a fixed resolution. */
import type { GreyPage } from "../../journey/ports/drawing.ts"
import { Coverage, type Point } from "./coverage.ts"
import type { Box, Mark, PathCommand, PlacedText } from "./page-recorder.ts"
import { readPng } from "./png-reader.ts"

/** Dots per inch: small type stays legible, and a page stays near two megabytes. */
const RESOLUTION = 150
const SCALE = RESOLUTION / 72
const WHITE = 255

/** @param sheet width and height in points */
export function rasterPage(marks: readonly Mark[], sheet: { width: number; height: number }): GreyPage {
  const columns = Math.ceil(sheet.width * SCALE)
  const rows = Math.ceil(sheet.height * SCALE)
  const pixels = new Uint8Array(rows * columns).fill(WHITE)
  const page = { rows, columns, pixels }
  // In the order of drawing: grounds lie under the type that stands on them.
  for (const [ink, group] of runsOfInk(marks)) paint(page, ink, group)
  return page
}

/** Neighbours of one ink share one pass over the page; a picture is a run of its own. */
function runsOfInk(marks: readonly Mark[]): (readonly [ink: string, group: readonly Mark[]])[] {
  const runs: [string, Mark[]][] = []
  for (const mark of marks) {
    const ink = mark.kind === "picture" ? "" : mark.kind === "box" ? mark.ink : mark.text.ink
    const last = runs.at(-1)
    if (last?.[0] === ink && ink !== "") last[1].push(mark)
    else runs.push([ink, [mark]])
  }
  return runs
}

function paint(page: GreyPage, ink: string, group: readonly Mark[]): void {
  const [first] = group
  if (first?.kind === "picture") {
    paste(page, first.box, first.png)
    return
  }
  const coverage = new Coverage(page.columns, page.rows)
  for (const mark of group) {
    if (mark.kind === "box") outlineBox(coverage, mark.box)
    if (mark.kind === "glyphs") outlineText(coverage, mark.x, mark.baseline, mark.text)
  }
  const tone = greyOf(ink)
  for (const [at, share] of coverage.shares().entries())
    if (share > 0) page.pixels[at] = Math.round((page.pixels[at] ?? WHITE) * (1 - share) + tone * share)
}

/** `#rrggbb` as luma. */
function greyOf(ink: string): number {
  const value = Number.parseInt(ink.slice(1), 16)
  return 0.299 * (value >> 16) + 0.587 * ((value >> 8) & 0xff) + 0.114 * (value & 0xff)
}

function outlineBox(coverage: Coverage, { x, y, width, height }: Box): void {
  const [left, top, right, bottom] = [x, y, x + width, y + height].map((each) => each * SCALE) as [
    number,
    number,
    number,
    number,
  ]
  coverage.edge({ x: left, y: bottom }, { x: left, y: top })
  coverage.edge({ x: right, y: top }, { x: right, y: bottom })
}

function outlineText(coverage: Coverage, x: number, baseline: number, text: PlacedText): void {
  const { glyphs, positions } = text.font.layout(text.content)
  const unit = (text.size / text.font.unitsPerEm) * SCALE
  let pen = x * SCALE
  for (const [index, glyph] of glyphs.entries()) {
    const { xAdvance = 0, xOffset = 0, yOffset = 0 } = positions[index] ?? {}
    const origin = { x: pen + xOffset * unit, y: baseline * SCALE - yOffset * unit }
    outlineGlyph(coverage, glyph.path.commands, origin, unit)
    pen += xAdvance * unit + text.spacing * SCALE
  }
}

/** Font outlines stand on the baseline with y upwards. */
function outlineGlyph(
  coverage: Coverage,
  commands: readonly PathCommand[],
  origin: Point,
  unit: number,
): void {
  let start = origin
  let pen = origin
  for (const { command, args } of commands) {
    const point = (at: number): Point => ({
      x: origin.x + (args[at] ?? 0) * unit,
      y: origin.y - (args[at + 1] ?? 0) * unit,
    })
    if (command === "moveTo") start = pen = point(0)
    else if (command === "closePath") coverage.edge(pen, start)
    else {
      const end = point(args.length - 2)
      if (command === "lineTo") coverage.edge(pen, end)
      else if (command === "quadraticCurveTo") coverage.quadratic(pen, point(0), end)
      else coverage.cubic(pen, point(0), point(2), end)
      pen = end
    }
    if (command === "closePath") pen = start
  }
}

/** Each pixel of the box gets the mean of the samples it covers, or the nearest one. */
function paste(page: GreyPage, box: Box, png: Uint8Array): void {
  const picture = readPng(png)
  const [left, top] = [Math.round(box.x * SCALE), Math.round(box.y * SCALE)]
  const [width, height] = [Math.round(box.width * SCALE), Math.round(box.height * SCALE)]
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const inside = top + row < page.rows && left + column < page.columns
      if (!inside) continue
      const span = (at: number, of: number, from: number): readonly [number, number] => [
        Math.floor((at * from) / of),
        Math.max(Math.floor((at * from) / of) + 1, Math.floor(((at + 1) * from) / of)),
      ]
      const mean = meanOf(picture, span(column, width, picture.width), span(row, height, picture.height))
      page.pixels[(top + row) * page.columns + left + column] = mean
    }
}

function meanOf(
  { width, samples }: { readonly width: number; readonly samples: Uint8Array },
  [left, right]: readonly [number, number],
  [top, bottom]: readonly [number, number],
): number {
  let sum = 0
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += samples[y * width + x] ?? 0
  return Math.round(sum / ((right - left) * (bottom - top)))
}
