/** The reading request on paper (読影依頼票): whose images, how urgent, who asks, and what for. */
import { localTime } from "../../standards/notice/local-time.ts"
import type {
  ReadingRequest,
  RequestTexts,
  Setting,
  UrgencyCode,
} from "../../standards/request/request-content.ts"
import { HAIRLINE, INK_SOFT, PAGE, RULE, SIZE, type Sheet } from "./report-sheet.ts"
import { WIDE } from "./report-words.ts"
import { drawNotice, drawSection } from "./sheet-blocks.ts"

export const REQUEST_TITLE = "読影依頼票"

const URGENCY: Readonly<Record<UrgencyCode, string>> = { STAT: "緊急", HIGH: "至急", ROUTINE: "通常" }
const SETTING: Readonly<Record<Setting, string>> = {
  outpatient: "外来",
  inpatient: "入院",
  emergency: "救急",
  screening: "健診",
}
const SEX: Readonly<Record<ReadingRequest["patient"]["sex"], string>> = {
  M: "男",
  F: "女",
  O: "その他",
  "": "",
}
/** In the order of the form. */
const SECTIONS: readonly (readonly [keyof RequestTexts, string])[] = [
  ["purpose", "検査目的"],
  ["diagnosis", "臨床診断"],
  ["history", "経過・既往"],
  ["operations", "手術歴"],
  ["region", "部位"],
  ["contrastAgent", "造影剤"],
  ["contrastAmount", "造影剤の量"],
  ["contrastReaction", "造影剤の副作用歴"],
  ["eGFR", "eGFR"],
  ["pregnancy", "妊娠"],
  ["infection", "感染症"],
  ["metal", "体内の金属"],
  ["remark", "備考"],
]
/** Right column of the patient block. */
const COLUMN = 268

export function drawRequest(sheet: Sheet, request: ReadingRequest, timeZone: string): void {
  sheet.line(REQUEST_TITLE, { size: SIZE.title, bold: true, align: "center", spacing: 4 })
  sheet.down(34)
  sheet.rule(RULE, 0.75)
  sheet.down(11)
  drawPatient(sheet, request)
  drawNotice(sheet, urgencyWords(request, timeZone), IMAGES)
  drawFacts(sheet, factsOf(request, timeZone))
  for (const [name, title] of SECTIONS) drawSection(sheet, title, request.texts[name])
}

/** It goes to who fetches them. */
const IMAGES = "画像は添付していません。同時に送る画像目録（Key Object Selection）によって取得してください。"

function drawPatient(sheet: Sheet, { patient }: ReadingRequest): void {
  const name = patient.ideographic || patient.alphabetic
  const kana = patient.phonetic || patient.alphabetic
  const left = { width: COLUMN - 16, size: SIZE.small + 0.5 }
  const right = { ...left, x: PAGE.left + COLUMN, width: PAGE.width - COLUMN }
  sheet.row(
    { ...left, text: name, size: SIZE.name, bold: true },
    { ...right, text: `ID ${patient.PatientID}`, y: sheet.y + 5 },
  )
  sheet.down(1)
  sheet.row({ ...left, text: kana === name ? " " : kana }, { ...right, text: birthWords(patient) })
  sheet.down(5)
  sheet.rule(RULE, 0.75)
  sheet.down(14)
}

function birthWords({ birthDate, sex }: ReadingRequest["patient"]): string {
  const born = birthDate === null ? "生年月日不明" : `${birthDate} 生`
  return sex === "" ? born : `${born}${WIDE}${SEX[sex]}`
}

function urgencyWords({ urgency }: ReadingRequest, timeZone: string): string {
  const telephone = urgency.telephoneOnResult ? `${WIDE}結果は電話でも` : ""
  return `${URGENCY[urgency.code]}${WIDE}${localTime(urgency.dueAt, timeZone)} まで${telephone}`
}

type Fact = readonly [title: string, text: string]

function factsOf(request: ReadingRequest, timeZone: string): readonly Fact[] {
  const { institution, department, physician, telephone, readingCenter, namedReader, setting } = request
  const studies = request.studies.flatMap(
    ({ description, AccessionNumber, StudyInstanceUID, missing }): Fact[] => [
      [
        "検査",
        [description, AccessionNumber === "" ? "" : `受付 ${AccessionNumber}`].filter(Boolean).join(WIDE),
      ],
      ["検査 UID", StudyInstanceUID],
      ["届いていない画像", missing === 0 ? "" : `${missing} 枚`],
    ],
  )
  const facts: readonly Fact[] = [
    ["依頼番号", request.requestNumber],
    ["依頼日時", localTime(request.requestedAt, timeZone)],
    ["依頼元", [institution.name, department, physician.name].filter(Boolean).join(WIDE)],
    ["電話", telephone],
    ["区分", SETTING[setting]],
    ["依頼先", [readingCenter.name, namedReader].filter(Boolean).join(WIDE)],
    ...studies,
  ]
  return facts.filter(([, text]) => text !== "")
}

function drawFacts(sheet: Sheet, facts: readonly Fact[]): void {
  const width = 92
  for (const [title, text] of facts) {
    sheet.room(16)
    sheet.row(
      { text: title, width: width - 8, size: SIZE.small, ink: INK_SOFT },
      { text, x: PAGE.left + width, width: PAGE.width - width, size: SIZE.small + 0.5 },
    )
    sheet.down(2)
  }
  sheet.down(10)
}

export function drawRequestFurniture(
  sheet: Sheet,
  { documentId, patient, requestNumber }: ReadingRequest,
  page: number,
  pages: number,
): void {
  const foot = { size: SIZE.foot, ink: INK_SOFT }
  sheet.y = PAGE.footY - 4
  sheet.rule(HAIRLINE)
  sheet.line(`${REQUEST_TITLE}${WIDE}${page} / ${pages} ページ`, { ...foot, y: PAGE.footY })
  sheet.line(`依頼 ${requestNumber}${WIDE}ID ${patient.PatientID}`, {
    ...foot,
    y: PAGE.footY,
    align: "right",
  })
  sheet.line(`依頼票 ${documentId}`, { ...foot, y: PAGE.footY + 12 })
}

/** Every text from outside that is drawn. */
export const requestWords = (request: ReadingRequest): string =>
  [
    request.patient.PatientID,
    request.patient.ideographic,
    request.patient.phonetic,
    request.patient.alphabetic,
    ...factsOf(request, "UTC").map(([, text]) => text),
    ...SECTIONS.map(([name]) => request.texts[name]),
  ].join("\n")
