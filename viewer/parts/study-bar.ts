/** The bar of one study: way back, patient, examination, way line, and what can be done with the whole. */
import { html, nothing, type TemplateResult } from "lit"
import type { PatientView, Station, StudyView } from "../../gateway/journey/views/study.ts"
import { t } from "../text/language.ts"
import { deviceTime } from "../words/instant.ts"
import { icon } from "./icon.ts"
import { patientHeader } from "./patient-block.ts"
import { wayLine } from "./way-line.ts"

export interface StudyBar {
  readonly back: string
  readonly backLabel: string
  readonly patient: PatientView
  readonly study: StudyView | null
  readonly requestNumber: string
  /** Empty where the page itself shows the way. */
  readonly way: readonly Station[]
  readonly now: Date
  readonly action?: unknown
}

/** `CT 頭部 単純` */
export function examination(study: StudyView): string {
  return [study.modalities.join("·"), study.StudyDescription || study.bodyPart].filter(Boolean).join(" ")
}

/** Accession number, or the request's own where the device gave none. */
export function examinationNumber(study: StudyView | null, requestNumber: string): string {
  return study === null || study.AccessionNumber === "" ? requestNumber : study.AccessionNumber
}

function studyLines(study: StudyView, requestNumber: string): TemplateResult {
  const number = examinationNumber(study, requestNumber)
  return html`<span class="vr"></span>
    <div class="pt exam">
      <span class="strong">${examination(study)}</span>
      <small class="facts"
        >${study.studyDateTime === null ? nothing : html`<span>${deviceTime(study.studyDateTime)}</span>`}<span
          >${t("study.accession", { number })}</span
        ></small
      >
    </div>`
}

export function studyBar(bar: StudyBar): TemplateResult {
  return html`<header class="study-header">
    <a class="btn btn-icon" href=${bar.back} aria-label=${bar.backLabel}>${icon("left")}</a>
    ${patientHeader(bar.patient, bar.study?.studyDateTime ?? null)}
    ${bar.study === null ? nothing : studyLines(bar.study, bar.requestNumber)}
    <span class="grow"></span>
    ${
      bar.way.length === 0
        ? nothing
        : html`<div class="way-wide">${wayLine(bar.way, { size: "names", now: bar.now })}</div>`
    }
    ${bar.action ?? nothing}
  </header>`
}
