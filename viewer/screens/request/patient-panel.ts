/** Whose images, and under which numbers. */
import { html, nothing, type TemplateResult } from "lit"
import { textField, type Field } from "../../parts/field.ts"
import { t } from "../../text/language.ts"
import type { Agreed } from "./agreed.ts"
import type { RequestDraft } from "./draft.ts"

/** Whether the id written is the one in the images; a warning only, the gateway decides what belongs together. */
function idHint({ seed, input }: RequestDraft): Pick<Field, "hint"> {
  if (seed === null) return {}
  const { PatientID } = seed.patient
  return input.PatientID === PatientID
    ? { hint: html`<span class="t-ok">${t("form.from-images")}</span>` }
    : { hint: html`<span class="t-warn">${t("form.not-from-images", { id: PatientID })}</span>` }
}

export function patientPanel(draft: RequestDraft, agreed: Agreed | undefined): TemplateResult {
  return html`<section class="panel">
    <h2>${t("form.patient")}</h2>
    <div class="f-4">
      ${textField(draft.own("patientName"))} ${textField({ ...draft.own("PatientID"), ...idHint(draft) })}
      ${textField(draft.own("requestNumber"))}
      ${textField({
        ...draft.own("AccessionNumber"),
        ...(draft.seed === null ? { hint: t("form.accession-hint") } : {}),
      })}
      ${
        // Only where the registry of the repository numbers patients itself.
        agreed?.affinityNumbers === true
          ? textField({ ...draft.own("affinityPatientId"), hint: t("form.affinity-hint") })
          : nothing
      }
    </div>
  </section>`
}
