/** The reading request as PDF, for a partner that takes nothing else. */
import { reportText } from "../../standards/cda/report-text.ts"
import {
  type ReadingRequest,
  REQUEST_TEXTS,
  type RequestTexts,
} from "../../standards/request/request-content.ts"
import type { ReportStyle } from "./jobs.ts"
import { collected, numberPages, openDocument } from "./printed.ts"
import { checkGlyphs, loadFonts } from "./report-fonts.ts"
import { Sheet } from "./report-sheet.ts"
import { drawRequest, drawRequestFurniture, REQUEST_TITLE, requestWords } from "./request-page.ts"

/**
 * @throws ReportError ERR_REPORT_GLYPH before anything is drawn
 */
export async function drawRequestPdf(request: ReadingRequest, style: ReportStyle): Promise<Uint8Array> {
  const printable: ReadingRequest = { ...request, texts: composed(request.texts) }
  const doc = openDocument({
    title: REQUEST_TITLE,
    author: request.institution.name,
    at: request.requestedAt,
  })
  const bytes = collected(doc)
  const fonts = await loadFonts(doc, style)
  checkGlyphs(requestWords(printable), fonts)
  doc.addPage()
  const sheet = new Sheet(doc)
  drawRequest(sheet, printable, style.timeZone)
  numberPages(sheet, (page, pages) => {
    drawRequestFurniture(sheet, printable, page, pages)
  })
  doc.end()
  return bytes
}

const composed = (texts: RequestTexts): RequestTexts =>
  Object.fromEntries(REQUEST_TEXTS.map((name) => [name, reportText(texts[name])])) as RequestTexts
