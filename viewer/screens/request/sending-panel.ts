/** What will happen with the request once it is sent. */
import { html, nothing, type TemplateResult } from "lit"
import { icon } from "../../parts/icon.ts"
import { examination } from "../../parts/study-bar.ts"
import { t } from "../../text/language.ts"
import { lacksConsent, type Agreed } from "./agreed.ts"
import type { RequestDraft } from "./draft.ts"

const done = (words: string): TemplateResult =>
  html`<li class="is-ok">${icon("check")}<span>${words}</span></li>`
const waits = (words: string): TemplateResult => html`<li>${icon("hourglass")}<span>${words}</span></li>`

export function sendingPanel({ seed, input }: RequestDraft, agreed: Agreed | undefined): TemplateResult {
  const study = seed?.study ?? null
  return html`<section class="panel panel-pad stack stack-2">
    <h2>${t("form.sent")}</h2>
    <ul class="checks">
      ${
        study === null
          ? html`<li>${icon("images")}<span>${t("form.binds-later")}</span></li>`
          : done(`${examination(study)}${t("list.space")}${t("arrival.count", { n: study.instances })}`)
      }
      ${done(t("form.sends-request"))} ${lacksConsent(agreed, input) ? waits(t("consent.waits")) : nothing}
      ${input.releaseWhenComplete ? done(t("form.sends-complete")) : waits(t("form.sends-person"))}
    </ul>
    <p class="xs sub">${t("form.safe")}</p>
  </section>`
}
