/** How soon, to whom, and when the images may leave. */
import { html, nothing, type TemplateResult } from "lit"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import type { Urgency } from "../../../gateway/journey/views/study.ts"
import { segments, selectField } from "../../parts/field.ts"
import { icon } from "../../parts/icon.ts"
import { t } from "../../text/language.ts"
import type { Agreed } from "./agreed.ts"
import type { RequestDraft } from "./draft.ts"

const URGENCIES: readonly Urgency[] = ["STAT", "HIGH", "ROUTINE"]

const urgencyLabel = (urgency: Urgency): unknown =>
  urgency === "STAT" ? html`${icon("bell", "s")}${t("urgency.STAT")}` : t(`urgency.${urgency}`)

const urgency = (draft: RequestDraft, due: string): unknown =>
  segments(
    t("request.urgency"),
    draft.input.urgency,
    URGENCIES.map((value) => ({ value, label: urgencyLabel(value), stat: value === "STAT" })),
    (value) => draft.change({ urgency: value as Urgency }),
    due,
  )

const telephone = (draft: RequestDraft): unknown =>
  segments(
    t("form.telephone"),
    draft.input.telephoneOnResult === true ? "yes" : "no",
    [
      { value: "yes", label: html`${icon("phone", "s")}${t("form.telephone-yes")}` },
      { value: "no", label: t("form.telephone-no") },
    ],
    (value) => draft.change({ telephoneOnResult: value === "yes" }),
  )

const release = (draft: RequestDraft): unknown =>
  segments(
    t("form.release"),
    draft.input.releaseWhenComplete ? "complete" : "person",
    [
      { value: "complete", label: t("form.release-complete") },
      { value: "person", label: t("form.release-person") },
    ],
    (value) => draft.change({ releaseWhenComplete: value === "complete" }),
  )

/** Only where the reading centre chosen wants one. */
function consent(draft: RequestDraft, agreed: Agreed | undefined): unknown {
  const policies = agreed?.consentPolicies ?? []
  if (policies.length === 0) return nothing
  const { consent: given, ...without } = draft.input
  return segments(
    t("consent.title"),
    given ?? "",
    [
      ...policies.map(({ policy, name }) => ({ value: policy, label: name })),
      { value: "", label: t("consent.not-yet") },
    ],
    (value) => draft.replace(value === "" ? without : { ...without, consent: value }),
    t(given === undefined ? "consent.waits" : "consent.made-sure"),
  )
}

export function urgencyPanel(
  draft: RequestDraft,
  agreed: Agreed | undefined,
  agreements: SessionView["agreements"],
  due: string,
): TemplateResult {
  const partners = agreements.map(({ id, partner }) => ({ value: id, label: partner }))
  return html`<section class="panel">
    <h2>${t("form.urgency")}</h2>
    <div class="stack stack-3">
      <div class="f-3 f-urg">
        ${urgency(draft, due)} ${selectField(draft.own("agreement"), partners)} ${telephone(draft)}
        ${release(draft)}
      </div>
      ${consent(draft, agreed)}
    </div>
  </section>`
}
