/**
 * The printed report: PDF/A-2b, equal bytes for equal content (all dates come from effectiveTime).
 */
import PDFDocument from "pdfkit"
import type { GreyPage, ReportContent } from "../../journey/ports.ts"
import { reportText } from "../../standards/cda/report-text.ts"
import type { ReportStyle } from "./jobs.ts"
import { PageRecorder } from "./page-recorder.ts"
import { rasterPage } from "./page-raster.ts"
import { checkGlyphs, loadFonts } from "./report-fonts.ts"
import { drawFurniture, drawPages } from "./report-page.ts"
import { PAGE, SHEET, Sheet } from "./report-sheet.ts"
import { titleWords } from "./report-words.ts"

/**
 * @throws ReportError ERR_REPORT_GLYPH before anything is drawn
 */
export async function drawReport(report: ReportContent, style: ReportStyle): Promise<Uint8Array> {
  const printable = composed(report)
  const doc = openDocument(printable)
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
  const doc = openDocument(printable)
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
  numberPages(sheet, printable)
  doc.end()
}

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

function openDocument(report: ReportContent): PDFKit.PDFDocument {
  const date = new Date(report.effectiveTime)
  return new PDFDocument({
    size: "A4",
    margins: { top: PAGE.top, left: PAGE.left, right: PAGE.left, bottom: 841.89 - PAGE.bottom },
    pdfVersion: "1.7",
    subset: "PDF/A-2b",
    lang: "ja-JP",
    displayTitle: true,
    // Furniture is drawn last: only then is the number of pages known.
    bufferPages: true,
    autoFirstPage: false,
    // No patient data in the file's properties: they show in file lists.
    info: {
      Title: titleWords(report),
      Author: report.center.name,
      Creator: "Dokuei",
      Producer: "Dokuei",
      CreationDate: date,
      ModDate: date,
    },
  })
}

function collected(doc: PDFKit.PDFDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    doc.on("data", (piece: Buffer) => pieces.push(piece))
    doc.on("end", () => resolve(Buffer.concat(pieces)))
    doc.on("error", reject)
  })
}

function numberPages(sheet: Sheet, report: ReportContent): void {
  const { start, count } = sheet.doc.bufferedPageRange()
  for (let index = 0; index < count; index += 1) {
    sheet.doc.switchToPage(start + index)
    // Text below the margin would otherwise begin a new page.
    sheet.doc.page.margins.bottom = 0
    drawFurniture(sheet, report, index + 1, count)
  }
}
