/** Blocks that report and request have in common: sections with their headings, and what is said before anything else. */
import { HAIRLINE, INK_SOFT, PAGE, SIZE, type Sheet } from "./report-sheet.ts"

const BANNER = { fill: "#fbf4e6", bar: "#865000" } as const

export function drawNotice(sheet: Sheet, heading: string, text: string): void {
  const type = { x: PAGE.left + 14, width: PAGE.width - 28, size: SIZE.small + 0.5 }
  const height = 29 + sheet.heightOf(text, type)
  sheet.room(height)
  sheet.box({ x: PAGE.left, y: sheet.y, width: PAGE.width, height }, BANNER.fill)
  sheet.box({ x: PAGE.left, y: sheet.y, width: 3, height }, BANNER.bar)
  sheet.down(7)
  sheet.line(heading, { ...type, bold: true, ink: BANNER.bar })
  sheet.down(17)
  sheet.text(text, type)
  sheet.down(21)
}

export function drawHeading(sheet: Sheet, title: string, keepPoints: number): void {
  sheet.room(22 + keepPoints)
  sheet.line(title, { size: SIZE.heading, bold: true, ink: INK_SOFT })
  sheet.down(17)
  sheet.rule(HAIRLINE)
  sheet.down(6)
}

/** A heading never stands alone at the foot of a page: two lines of text stay with it. */
export function drawSection(sheet: Sheet, title: string, text: string): void {
  if (text === "") return
  drawHeading(sheet, title, 36)
  sheet.text(text)
  sheet.down(11)
}
