/** 読影依頼票 before and after it is sent: everything once more to be read, then that it is done and what follows. */
import { html, nothing, type TemplateResult } from "lit"
import type { RequestInput, RequestText } from "../../../gateway/journey/views/request.ts"
import type { StudyView } from "../../../gateway/journey/views/study.ts"
import { urgencyBadge } from "../../parts/badge.ts"
import { icon } from "../../parts/icon.ts"
import { examination } from "../../parts/study-bar.ts"
import { t, type MessageKey } from "../../text/language.ts"
import { deviceTime } from "../../words/instant.ts"
import { address } from "../../words/route.ts"

export interface Review {
  readonly input: RequestInput
  /** Null when its images are still to come. */
  readonly study: StudyView | null
  readonly partner: string
  /** "" where none is asked for. */
  readonly consent: string
  /** When it will be due, in words. */
  readonly due: string
}

const TEXTS: readonly (readonly [MessageKey, Exclude<keyof RequestText, "setting">])[] = [
  ["request.department", "department"],
  ["request.physician", "physician"],
  ["request.telephone", "telephone"],
  ["request.namedReader", "namedReader"],
  ["request.reportTo", "reportTo"],
  ["request.diagnosis", "diagnosis"],
  ["request.contrast", "contrast"],
  ["request.purpose", "purpose"],
  ["request.history", "history"],
]

const line = (label: MessageKey, value: unknown): unknown =>
  value === ""
    ? nothing
    : html`<dt>${t(label)}</dt>
        <dd>${value}</dd>`

function studyWords(study: StudyView | null): string {
  if (study === null) return t("form.binds-later")
  const taken = study.studyDateTime === null ? "" : deviceTime(study.studyDateTime)
  return [examination(study), taken, t("arrival.count", { n: study.instances })]
    .filter(Boolean)
    .join(t("list.space"))
}

/** What will be sent, as it was written. */
export function reviewPaper({ input, study, partner, consent, due }: Review): TemplateResult {
  const { request } = input
  return html`<section class="panel panel-pad stack stack-4 waiting">
    <h2>${t("form.check-title")}</h2>
    <dl class="kv request-text">
      ${line("request.patientName", html`<b>${input.patientName}</b>`)}
      ${line("request.PatientID", input.PatientID)}
      ${line("request.affinityPatientId", input.affinityPatientId ?? "")}
      ${line("column.exam", studyWords(study))} ${line("request.requestNumber", input.requestNumber)}
      ${line("request.AccessionNumber", input.AccessionNumber)}
      ${line("request.urgency", html`${urgencyBadge(input.urgency, false)} <span>${due}</span>`)}
      ${line("request.agreement", partner)} ${line("request.setting", t(`setting.${request.setting}`))}
      ${TEXTS.map(([label, name]) => line(label, request[name] ?? ""))}
      ${line("form.telephone", t(input.telephoneOnResult === true ? "form.telephone-yes" : "form.telephone-no"))}
      ${line("consent.title", consent)}
      ${line("form.release", t(input.releaseWhenComplete ? "form.sends-complete" : "form.sends-person"))}
    </dl>
    <p class="xs sub">${t("form.safe")}</p>
  </section>`
}

/** It is with the gateway now. */
export function sentPaper({ input, study, due }: Review, requestId: string): TemplateResult {
  const next =
    study === null
      ? t("form.binds-later")
      : t(input.releaseWhenComplete ? "form.sends-complete" : "form.sends-person")
  return html`<section class="panel panel-pad stack stack-4 waiting" role="status">
    <h2 class="row t-ok">${icon("check")}${t("form.done")}</h2>
    <p>
      ${input.patientName}${t("list.space")}${t("certificates.request", { number: input.requestNumber })}${t("list.space")}${due}
    </p>
    <p class="sub">${next}</p>
    <div class="row wrap">
      <a class="btn btn-primary" href=${address.staff}>${t("form.to-list")}</a>
      <a class="btn" href=${address.report(requestId)}>${t("action.see-way")}</a>
    </div>
  </section>`
}
