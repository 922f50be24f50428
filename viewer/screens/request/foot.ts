/** Under the form: what is still missing, and the next step of writing, reading once more, sending. */
import { html, nothing, type TemplateResult } from "lit"
import type { ApiError } from "../../api.ts"
import { icon } from "../../parts/icon.ts"
import { failureWords } from "../../parts/states.ts"
import { t } from "../../text/language.ts"
import type { RequestField } from "../../words/request-check.ts"

export interface Foot {
  readonly missing: readonly RequestField[]
  /** Somebody tried to send it. */
  readonly tried: boolean
  readonly refusal: ApiError | null
  /** Leaving was pressed once: it loses what was written. */
  readonly leaving: boolean
  readonly busy: boolean
}

const refused = (refusal: ApiError): TemplateResult =>
  html`<span class="row t-danger strong" role="alert"
    >${icon("alert", "s")}${failureWords(refusal)} (${refusal.code})</span
  >`

function told({ missing, tried, refusal, leaving }: Foot): TemplateResult {
  if (refusal !== null) return refused(refusal)
  if (leaving)
    return html`<span class="row t-warn strong" role="status"
      >${icon("alert", "s")}${t("form.leave-loses")}</span
    >`
  if (missing.length === 0) return html`<span class="row sub">${icon("check", "s")}${t("form.ready")}</span>`
  const names = missing.map((name) => t(`request.${name}`)).join(t("list.comma"))
  return html`<span class="row ${tried ? "t-danger strong" : "sub"}" role="status"
    >${icon(tried ? "alert" : "pen", "s")}${t("form.missing", { n: missing.length, names })}</span
  >`
}

/** While it is written. */
export const writingFoot = (foot: Foot, leave: () => void, check: () => void): TemplateResult =>
  html`<footer class="form-foot">
    ${told(foot)}<span class="grow"></span>
    <button type="button" class="btn" @click=${leave}>
      ${foot.leaving ? t("form.leave-anyway") : t("form.leave")}
    </button>
    <button
      class="btn btn-tall ${foot.missing.length === 0 ? "btn-primary" : ""}"
      type="button"
      @click=${check}
    >
      ${icon("right", "s")}${t("form.send")}
    </button>
  </footer>`

/** While it is read once more. */
export const checkingFoot = ({ refusal, busy }: Foot, edit: () => void, send: () => void): TemplateResult =>
  html`<footer class="form-foot">
    ${refusal === null ? nothing : refused(refusal)}<span class="grow"></span>
    <button type="button" class="btn" ?disabled=${busy} @click=${edit}>
      ${icon("pen", "s")}${t("form.edit")}
    </button>
    <button class="btn btn-tall btn-primary" type="button" ?disabled=${busy} @click=${send}>
      ${icon("send", "s")}${busy ? t("form.sending") : t("form.send-now")}
    </button>
  </footer>`
