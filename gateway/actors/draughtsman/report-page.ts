/**
 * What the reader of the paper sees, from the top: whose report, what changed, why asked, what was found.
 */
import type { ReportContent } from "../../journey/ports/drawing.ts"
import { localTime } from "../../standards/notice/local-time.ts"
import { HAIRLINE, INK_SOFT, PAGE, RULE, SIZE, type Line, type Sheet } from "./report-sheet.ts"
import { drawKeyImages } from "./report-key-images.ts"
import { drawHeading, drawNotice, drawSection } from "./sheet-blocks.ts"
import {
  birthWords,
  documentWords,
  orderWords,
  originalWords,
  parentWords,
  senderWords,
  studyWords,
  titleWords,
  versionWords,
  WIDE,
} from "./report-words.ts"

/** Right column of the patient block. */
const COLUMN = 268
/** Left column of the closing line; the centre and the time stand right of it. */
const READER_WIDTH = 190

/** Draws the body of the report; page furniture is added afterwards, when the number of pages is known. */
export function drawPages(sheet: Sheet, report: ReportContent, timeZone: string): void {
  drawTitle(sheet, report)
  drawPatient(sheet, report)
  drawBanner(sheet, report)
  drawSection(sheet, "検査目的", report.purpose)
  drawSection(sheet, "追記", report.addendum?.text ?? "")
  drawSection(sheet, "所見", report.findings)
  drawSection(sheet, "診断", report.impression)
  if (report.keyImages.length > 0) {
    drawHeading(sheet, "キー画像", 130)
    drawKeyImages(sheet, report.keyImages)
  }
  drawReader(sheet, report, timeZone)
}

function drawTitle(sheet: Sheet, report: ReportContent): void {
  sheet.line(titleWords(report), { size: SIZE.title, bold: true, align: "center", spacing: 4 })
  sheet.down(34)
  sheet.rule(RULE, 0.75)
  sheet.down(11)
}

function drawPatient(sheet: Sheet, report: ReportContent): void {
  const { patient } = report
  const name = patient.ideographic || patient.alphabetic
  const kana = patient.phonetic || patient.alphabetic
  const left = { width: COLUMN - 16, size: SIZE.small + 0.5 }
  const right = { ...left, x: PAGE.left + COLUMN, width: PAGE.width - COLUMN }
  const large = { ...left, text: name, size: SIZE.name, bold: true }
  const beside = drawKana(sheet, kana, large)
  sheet.row(large, { ...right, text: `ID ${patient.PatientID}`, y: sheet.y + 5 })
  sheet.down(1)
  if (!beside && kana !== name) sheet.row({ ...left, text: kana })
  sheet.row({ ...left, text: birthWords(report) }, { ...right, text: orderWords(report) })
  sheet.down(1)
  sheet.row({ ...left, text: senderWords(report) }, { ...right, text: studyWords(report) })
  sheet.down(5)
  sheet.rule(RULE, 0.75)
  sheet.down(14)
}

/** Kana beside the name when there is room for both in one line; tells whether there was. */
function drawKana(sheet: Sheet, kana: string, name: Line & { readonly text: string }): boolean {
  const taken = sheet.widthOf(name.text, name) + 12
  const small = { size: SIZE.small, y: sheet.y + 6 }
  const width = (name.width ?? PAGE.width) - taken
  if (kana === name.text || sheet.widthOf(kana, small) > width) return false
  sheet.line(kana, { ...small, x: PAGE.left + taken, width })
  return true
}

/** Says before anything else that this replaces another version, is added to one, or is not yet final. */
function drawBanner(sheet: Sheet, report: ReportContent): void {
  const parent = parentWords(report)
  if (parent !== null) drawNotice(sheet, ...parent)
  if (report.correction)
    drawNotice(
      sheet,
      `訂正版${WIDE}第${report.versionNumber}版は、先の版に代わるものです`,
      `訂正の理由：${report.correction.reason}`,
    )
  if (report.status === "preliminary")
    drawNotice(sheet, "仮報告", "まだ誰も署名していません。署名した確定の報告が後に続きます。")
  else if (report.replacesPreliminary !== undefined)
    drawNotice(sheet, "確定の報告", "先に送った仮報告に代わるものです。仮報告はもう使わないでください。")
}

function drawReader(sheet: Sheet, report: ReportContent, timeZone: string): void {
  sheet.room(44)
  sheet.down(4)
  sheet.rule(RULE, 0.75)
  sheet.down(8)
  const reader = `読影医${WIDE}${report.reader.name}`
  const place = `${report.center.name}${WIDE}${localTime(report.effectiveTime, timeZone)}`
  sheet.row(
    { text: reader, bold: true, width: READER_WIDTH },
    {
      text: place,
      size: SIZE.small,
      align: "right",
      x: PAGE.left + READER_WIDTH,
      y: sheet.y + 1.5,
      width: PAGE.width - READER_WIDTH,
    },
  )
}

/** The patient at the head of every further page, numbers at the foot of every page. */
export function drawFurniture(sheet: Sheet, report: ReportContent, page: number, pages: number): void {
  if (page > 1) drawRunningHead(sheet, report)
  sheet.y = PAGE.footY - 4
  sheet.rule(HAIRLINE)
  const foot = { size: SIZE.foot, ink: INK_SOFT }
  sheet.line(`${versionWords(report)}${WIDE}${page} / ${pages} ページ`, { ...foot, y: PAGE.footY })
  sheet.line(originalWords(report), { ...foot, y: PAGE.footY, align: "right" })
  sheet.line(documentWords(report), { ...foot, y: PAGE.footY + 12 })
}

function drawRunningHead(sheet: Sheet, report: ReportContent): void {
  const { patient } = report
  const name = patient.ideographic || patient.alphabetic
  sheet.line(`${name}${WIDE}ID ${patient.PatientID}${WIDE}${birthWords(report)}`, {
    size: SIZE.foot + 0.5,
    y: PAGE.headY,
    width: PAGE.width - 80,
    ink: INK_SOFT,
  })
  sheet.line(titleWords(report), { size: SIZE.foot + 0.5, y: PAGE.headY, ink: INK_SOFT, align: "right" })
  sheet.y = PAGE.headY + 16
  sheet.rule(HAIRLINE)
}
