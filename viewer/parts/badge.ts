/** Words in a box: urgency, modality. The box grows heavier with the urgency, as long as there is something to do. */
import { html, type TemplateResult } from "lit"
import type { Urgency } from "../../gateway/journey/views/study.ts"
import { t } from "../text/language.ts"
import { icon } from "./icon.ts"

export function urgencyBadge(urgency: Urgency, isOver = false): TemplateResult {
  if (isOver) return html`<span class="badge badge-routine">${t(`urgency.${urgency}`)}</span>`
  if (urgency === "STAT")
    return html`<span class="badge badge-stat">${icon("bell")}${t("urgency.STAT")}</span>`
  return urgency === "HIGH"
    ? html`<span class="badge badge-high">${t("urgency.HIGH")}</span>`
    : html`<span class="badge badge-routine">${t("urgency.ROUTINE")}</span>`
}

/** `CT`, or `PT·CT` for several. */
export function modalityBadge(modalities: readonly string[]): TemplateResult {
  return html`<span class="mod">${modalities.join("·") || "—"}</span>`
}
