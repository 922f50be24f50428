/** The patient, always whole and always in the same order: name, reading, ID, birth date, age, sex. */
import { html, nothing, type TemplateResult } from "lit"
import type { PatientView } from "../../gateway/journey/views/study.ts"
import { language, t } from "../text/language.ts"
import { ageAt } from "../words/age.ts"
import { nameLines } from "../words/patient-name.ts"
import { icon } from "./icon.ts"

/** `81歳`, `8 months`; "" when unknown. */
export function ageWords(birthDate: string | null, studyDateTime: string | null): string {
  const age = ageAt(birthDate, studyDateTime)
  return age === null ? "" : t(`age.${age.unit}`, { count: age.count })
}

export function sexWord(sex: PatientView["sex"]): string {
  return sex === "" ? "" : t(`sex.${sex}`)
}

/** Age and sex joined as the page joins short facts. */
export function ageAndSex(patient: PatientView, studyDateTime: string | null): string {
  return [ageWords(patient.birthDate, studyDateTime), sexWord(patient.sex)]
    .filter(Boolean)
    .join(t("list.dot"))
}

/** A name that could not be read in the character set it claims says so. */
function mark(patient: PatientView): unknown {
  if (!patient.nameMarked) return nothing
  return html`<span
    class="t-warn name-mark"
    role="img"
    aria-label=${t("patient.marked")}
    title=${t("patient.marked")}
    >${icon("alert", "s")}</span
  >`
}

/** Two lines for lists. */
export function patientLines(patient: PatientView, studyDateTime: string | null): TemplateResult {
  const { name, reading } = nameLines(patient, language())
  const facts = [reading || `ID ${patient.PatientID}`, ageAndSex(patient, studyDateTime)]
  return html`<b lang="ja">${name || t("patient.unnamed")}${mark(patient)}</b
    ><small>${facts.filter(Boolean).join(t("list.dot"))}</small>`
}

/** The block of a study's header. */
export function patientHeader(patient: PatientView, studyDateTime: string | null): TemplateResult {
  const { name, reading } = nameLines(patient, language())
  return html`<div class="pt who">
    <b
      ><span lang="ja">${name || t("patient.unnamed")}</span>${mark(patient)}
      <span class="sub s">${reading}</span></b
    >
    <small class="facts"
      ><span>ID ${patient.PatientID}</span>${
        patient.birthDate === null
          ? nothing
          : html`<span>${t("patient.born", { date: patient.birthDate })}</span>`
      }<span>${ageAndSex(patient, studyDateTime)}</span></small
    >
  </div>`
}
