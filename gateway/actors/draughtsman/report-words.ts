/**
 * What stands on the printed report besides the reader's own text.
 */
import type { ReportContent } from "../../journey/ports/drawing.ts"

/** Ideographic space: parts facts in one line. */
export const WIDE = "\u3000"

/** Neither an addendum nor what nobody has signed must be taken for the report itself, in a list of files or on a desk. */
export const titleWords = ({ addendum, status }: ReportContent): string =>
  status === "preliminary"
    ? "画像診断報告書（仮報告）"
    : addendum === null
      ? "画像診断報告書"
      : "画像診断報告書（追記）"

const STATUS: Readonly<Record<ReportContent["status"], string>> = {
  final: "確定",
  appended: "確定",
  corrected: "訂正",
  preliminary: "仮報告",
}
const SEX: Readonly<Record<ReportContent["patient"]["sex"], string>> = {
  M: "男",
  F: "女",
  O: "その他",
  "": "",
}

/** `第2版（訂正）`, `追記 第1版（確定）`. */
export const versionWords = ({ versionNumber, status, addendum }: ReportContent): string =>
  `${addendum === null ? "" : `追記${WIDE}`}第${versionNumber}版（${STATUS[status]}）`

/** `報告書 2.25.…`, of an addendum `追記 2.25.…`. */
export const documentWords = ({ documentId, addendum }: ReportContent): string =>
  `${addendum === null ? "報告書" : "追記"} ${documentId}`

/** What an addendum is added to, and where that is; null in every other document. */
export function parentWords({ addendum }: ReportContent): readonly [heading: string, text: string] | null {
  const parent = addendum?.appends ?? null
  if (parent === null) return null
  const version = parent.versionNumber === null ? "先の報告書" : `報告書${WIDE}第${parent.versionNumber}版`
  return [
    `追記${WIDE}${version}に書き加えるものです`,
    `報告書の本文は変わりません。あわせてお読みください。報告書 ${parent.documentId}`,
  ]
}

/** `1945-03-08 生 81歳・男`, as far as known. */
export function birthWords({ patient, study }: ReportContent): string {
  const born = patient.birthDate === null ? "生年月日不明" : `${patient.birthDate} 生`
  const age = ageAt(patient.birthDate, study.studyDateTime?.slice(0, 10) ?? null)
  const rest = [age === null ? "" : `${age}歳`, SEX[patient.sex]].filter((word) => word !== "")
  return rest.length === 0 ? born : `${born}${WIDE}${rest.join("・")}`
}

/** Full years on the day of the study; null when either day is unknown. Days are `YYYY-MM-DD`. */
export function ageAt(birthDate: string | null, day: string | null): number | null {
  if (birthDate === null || day === null) return null
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4))
  // Month and day compare as text.
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years
}

/** `CT 頭部 単純 2026-11-25 13:11`. */
export function studyWords({ study }: ReportContent): string {
  const what = [study.modalities.join("/"), study.StudyDescription].filter((word) => word !== "").join(" ")
  const when = study.studyDateTime?.replace("T", " ").slice(0, 16) ?? ""
  return [what, when].filter((word) => word !== "").join(WIDE)
}

/** `みほん市民病院 想定 一夫 医師`. */
export const senderWords = ({ hospital, physician }: ReportContent): string =>
  physician === "" ? hospital.name : `${hospital.name}${WIDE}${physician} 医師`

/** The numbers of the order: request, and accession when it differs. */
export function orderWords({ requestNumber, study }: ReportContent): string {
  const accession = study.AccessionNumber
  return accession === "" || accession === requestNumber
    ? `依頼 ${requestNumber}`
    : `依頼 ${requestNumber}${WIDE}受付 ${accession}`
}

/** Right of the footer: what a print of this is worth. */
export const originalWords = ({ status }: ReportContent): string =>
  status === "preliminary" ? "仮報告 — 電子署名はありません" : "電子署名は別文書にあります — 印刷物は写し"
