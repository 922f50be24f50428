/**
 * The printed report: PDF/A-2b, equal bytes for equal content (all dates come from effectiveTime).
 */
import type { GreyPage, ReportContent } from "../../journey/ports/drawing.ts"
import { reportText } from "../../standards/cda/report-text.ts"
import type { ReportStyle } from "./jobs.ts"
import { collected, numberPages, openDocument, type Imprint } from "./printed.ts"
import { PageRecorder } from "./page-recorder.ts"
import { rasterPage } from "./page-raster.ts"
import { checkGlyphs, loadFonts } from "./report-fonts.ts"
import { drawFurniture, drawPages } from "./report-page.ts"
import { SHEET, Sheet } from "./report-sheet.ts"
import { titleWords } from "./report-words.ts"

/**
 * @throws ReportError ERR_REPORT_GLYPH before anything is drawn
 */
export async function drawReport(report: ReportContent, style: ReportStyle): Promise<Uint8Array> {
  const printable = composed(report)
  const doc = openDocument(imprintOf(printable))
  const bytes = collected(doc)
  await layOut(doc, printable, style)
  return bytes
}

/**
 * The same pages in pixels, for an archive that keeps no PDF.
 *
 * @throws ReportError ERR_REPORT_GLYPH, DrawError for key images that are no PNG of ours
 */
export async function drawReportPages(
  report: ReportContent,
  style: ReportStyle,
): Promise<readonly GreyPage[]> {
  const printable = composed(report)
  const doc = openDocument(imprintOf(printable))
  const drained = collected(doc)
  const recorder = new PageRecorder()
  await layOut(doc, printable, style, recorder)
  await drained
  return recorder.pages.map((marks) => rasterPage(marks, SHEET))
}

async function layOut(
  doc: PDFKit.PDFDocument,
  printable: ReportContent,
  style: ReportStyle,
  recorder: PageRecorder | null = null,
): Promise<void> {
  const fonts = await loadFonts(doc, style)
  checkGlyphs(everyText(printable), fonts)
  doc.addPage()
  const sheet = new Sheet(doc, recorder)
  drawPages(sheet, printable, style.timeZone)
  numberPages(sheet, (page, pages) => {
    drawFurniture(sheet, printable, page, pages)
  })
  doc.end()
}

const imprintOf = (report: ReportContent): Imprint => ({
  title: titleWords(report),
  author: report.center.name,
  at: report.effectiveTime,
})

/** The same composition as in the CDA document, so that both say the same. */
function composed(report: ReportContent): ReportContent {
  return {
    ...report,
    purpose: reportText(report.purpose),
    findings: reportText(report.findings),
    impression: reportText(report.impression),
    correction: report.correction && { ...report.correction, reason: reportText(report.correction.reason) },
    addendum: report.addendum && { ...report.addendum, text: reportText(report.addendum.text) },
  }
}

/** Every text from outside that is drawn. */
function everyText(report: ReportContent): string {
  const { patient, study } = report
  return [
    patient.PatientID,
    patient.ideographic,
    patient.phonetic,
    patient.alphabetic,
    study.StudyDescription,
    study.AccessionNumber,
    ...study.modalities,
    report.hospital.name,
    report.center.name,
    report.requestNumber,
    report.physician,
    report.reader.name,
    report.purpose,
    report.findings,
    report.impression,
    report.correction?.reason ?? "",
    report.addendum?.text ?? "",
    ...report.keyImages.map(({ caption }) => caption),
  ].join("\n")
}
