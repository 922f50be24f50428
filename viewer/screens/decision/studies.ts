/** Two studies under one number, side by side, with what differs marked: a person compares, the page never does. */
import { html, nothing, type TemplateResult } from "lit"
import type { StudyQuestion } from "../../../gateway/journey/views/staff.ts"
import { ageAndSex } from "../../parts/patient-block.ts"
import { examination } from "../../parts/study-bar.ts"
import { language, t } from "../../text/language.ts"
import { deviceTime, shortTime } from "../../words/instant.ts"
import { nameLines } from "../../words/patient-name.ts"

type Told = Pick<StudyQuestion, "patient" | "study" | "receivedAt" | "callingAE">
type Line = readonly [label: string, value: string]
/** Of the lines below the first so many say who the patient is. */
const IDENTITY_LINES = 3

function lines({ patient, study, receivedAt, callingAE }: Told, now: Date): readonly Line[] {
  const { name, reading } = nameLines(patient, language())
  return [
    [t("request.PatientID"), patient.PatientID || t("decide.no-id")],
    [t("request.patientName"), [name || t("patient.unnamed"), reading].filter(Boolean).join(t("list.space"))],
    [
      t("decide.born"),
      [patient.birthDate ?? "", ageAndSex(patient, study.studyDateTime)]
        .filter(Boolean)
        .join(t("list.space")),
    ],
    [
      t("column.exam"),
      `${examination(study)}${t("list.space")}${t("arrival.count", { n: study.instances })}`,
    ],
    [t("decide.taken"), study.studyDateTime === null ? "" : deviceTime(study.studyDateTime)],
    [t("request.AccessionNumber"), study.AccessionNumber],
    [t("decide.received"), `${shortTime(new Date(receivedAt), now)}${t("list.space")}${callingAE}`],
  ]
}

function card(title: string, own: readonly Line[], other: readonly Line[]): TemplateResult {
  return html`<div class="decide-card stack stack-2">
    <h3>${title}</h3>
    <dl class="kv">
      ${own.map(
        ([label, value], index) =>
          html`<dt>${label}</dt>
            <dd class=${index >= IDENTITY_LINES || value === other[index]?.[1] ? "" : "t-warn strong"}>
              ${value || nothing}
            </dd>`,
      )}
    </dl>
  </div>`
}

export function twoStudies(first: Told, second: Told, now: Date): TemplateResult {
  const [one, other] = [lines(first, now), lines(second, now)]
  return html`<div class="decide-two">
    ${card(t("decide.first-study"), one, other)} ${card(t("decide.second-study"), other, one)}
  </div>`
}
