/** One report, invented, for all tests of the report documents; each test bends one field. */
import type { ImagingReport } from "../../../gateway/standards/cda/report-content.ts"

/** A grey PNG of one pixel. */
export const PNG = new Uint8Array(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVQI12NgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
    "base64",
  ),
)

export const REPORT: ImagingReport = {
  documentId: "2.25.104235551234567890123456789012345678901",
  setId: "2.25.204235551234567890123456789012345678901",
  versionNumber: 1,
  status: "final",
  effectiveTime: "2026-11-25T05:12:05Z",
  patient: {
    PatientID: "00-0012345",
    ideographic: "見本 太郎",
    phonetic: "ミホン タロウ",
    alphabetic: "MIHON TARO",
    birthDate: "1945-03-08",
    sex: "M",
  },
  patientIdRoot: "1.2.392.100495.20.3.51.11311234567",
  study: {
    StudyInstanceUID: "1.2.392.200036.9999.1.20261125131100",
    StudyDescription: "頭部 単純",
    modalities: ["CT"],
    bodyPart: "HEAD",
    studyDateTime: "2026-11-25T13:11:00",
    AccessionNumber: "X-20261125-017",
  },
  hospital: { name: "みほん市民病院", oid: "1.2.392.100495.20.3.23.1311234567" },
  center: { name: "想定遠隔読影センター", oid: "1.2.392.100495.20.3.23.1317654321" },
  requestNumber: "R-20261125-0091",
  purpose: "左後大脳動脈領域の脳梗塞、第14病日。\n出血性変化・水頭症の有無。",
  physician: "想定 一夫",
  physicianId: "d-017",
  reader: { id: "987654", idRoot: "1.2.392.100495.20.3.31", name: "見本 灯" },
  findings:
    "左後頭葉から側頭葉内側に低吸収域を認め、左後大脳動脈領域の脳梗塞に矛盾しません。前回と比べ境界は明瞭です。\n内部に出血を示す高吸収域は指摘できません。径 12㎜ < 15㎜ & 38℃。",
  impression: "1. 左PCA領域の亜急性期脳梗塞。出血なし。\n2. 慢性虚血性白質変化。",
  correction: null,
  addendum: null,
  keyImages: [
    { png: PNG, caption: "Se 2 画像 17" },
    { png: PNG, caption: "前回 Se 2 画像 18" },
  ],
}

export const CORRECTED: ImagingReport = {
  ...REPORT,
  documentId: "2.25.304235551234567890123456789012345678901",
  versionNumber: 2,
  status: "corrected",
  correction: { replacesDocumentId: REPORT.documentId, reason: "左右の誤記を訂正しました。" },
}

/** To the first version: neither purpose nor procedure stand in an addendum. */
export const ADDENDUM: ImagingReport = {
  ...REPORT,
  documentId: "2.25.404235551234567890123456789012345678901",
  setId: "2.25.504235551234567890123456789012345678901",
  status: "appended",
  effectiveTime: "2026-11-25T07:40:00Z",
  study: { ...REPORT.study, bodyPart: "" },
  purpose: "",
  findings: "",
  impression: "",
  addendum: {
    text: "2026-11-11 の頭部CTが届きました。\n低吸収域の範囲に変化はありません。",
    appends: { documentId: REPORT.documentId, setId: REPORT.setId, versionNumber: 1 },
  },
  keyImages: [{ png: PNG, caption: "前回 Se 2 画像 18" }],
}

export const CORRECTED_ADDENDUM: ImagingReport = {
  ...ADDENDUM,
  documentId: "2.25.604235551234567890123456789012345678901",
  versionNumber: 2,
  status: "corrected",
  correction: { replacesDocumentId: ADDENDUM.documentId, reason: "日付の誤記を訂正しました。" },
  addendum: { text: "2026-11-10 の頭部CTが届きました。", appends: null },
}
