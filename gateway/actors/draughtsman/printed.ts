/**
 * A printed document: PDF/A-2b, equal bytes for equal content. All its dates are that of the content, and none of its properties
 * names a patient: they show in file lists.
 */
import PDFDocument from "pdfkit"
import { PAGE, type Sheet } from "./report-sheet.ts"

export interface Imprint {
  readonly title: string
  /** Institution. */
  readonly author: string
  /** ISO 8601. */
  readonly at: string
}

export function openDocument({ title, author, at }: Imprint): PDFKit.PDFDocument {
  const date = new Date(at)
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
    info: {
      Title: title,
      Author: author,
      Creator: "Dokuei",
      Producer: "Dokuei",
      CreationDate: date,
      ModDate: date,
    },
  })
}

export function collected(doc: PDFKit.PDFDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    doc.on("data", (piece: Buffer) => pieces.push(piece))
    doc.on("end", () => resolve(Buffer.concat(pieces)))
    doc.on("error", reject)
  })
}

/** What stands at head and foot of each page, once it is known how many there are. */
export function numberPages(sheet: Sheet, furniture: (page: number, pages: number) => void): void {
  const { start, count } = sheet.doc.bufferedPageRange()
  for (let index = 0; index < count; index += 1) {
    sheet.doc.switchToPage(start + index)
    // Text below the margin would otherwise begin a new page.
    sheet.doc.page.margins.bottom = 0
    furniture(index + 1, count)
  }
}
