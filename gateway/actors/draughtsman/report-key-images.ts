/**
 * Key images, three in a row, each in a square box with its caption.
 */
import type { ReportContent } from "../../journey/ports/drawing.ts"
import { pngSize } from "./png.ts"
import { INK_SOFT, PAGE, SIZE, type Sheet } from "./report-sheet.ts"

const COLUMNS = 3
const GAP = 12
const BOX = (PAGE.width - GAP * (COLUMNS - 1)) / COLUMNS
const CAPTION_HEIGHT = 20

export function drawKeyImages(sheet: Sheet, images: ReportContent["keyImages"]): void {
  for (let first = 0; first < images.length; first += COLUMNS)
    drawRow(sheet, images.slice(first, first + COLUMNS))
}

function drawRow(sheet: Sheet, row: ReportContent["keyImages"]): void {
  const pictures = row.map(({ png, caption }) => ({ png, caption, ...scaled(png) }))
  const height = Math.max(...pictures.map((picture) => picture.height))
  sheet.room(height + CAPTION_HEIGHT)
  pictures.forEach(({ png, caption, ...size }, column) => {
    const x = PAGE.left + column * (BOX + GAP)
    sheet.picture({ x, y: sheet.y, ...size }, png)
    sheet.line(caption, { x, y: sheet.y + height + 3, width: BOX, size: SIZE.small - 0.5, ink: INK_SOFT })
  })
  sheet.down(height + CAPTION_HEIGHT)
}

/** The picture made to fit the box, never cropped and never stretched. */
function scaled(png: Uint8Array): { readonly width: number; readonly height: number } {
  const size = pngSize(png)
  const scale = Math.min(BOX / size.width, BOX / size.height)
  return { width: size.width * scale, height: size.height * scale }
}
