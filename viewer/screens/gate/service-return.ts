/** Back from a signing service: the answer in the address is brought to the gateway, and the reader told how it went. */
import { html, nothing, type TemplateResult } from "lit"
import { ApiError, type Api } from "../../api.ts"
import { asApiError } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { failureWords, skeleton } from "../../parts/states.ts"
import { t } from "../../text/language.ts"

/** What the service put behind the question mark; code null = the person did not agree there. */
export interface ServiceAnswer {
  readonly state: string
  readonly code: string | null
}

/** null when nobody comes back from there. */
export function serviceAnswer(search: string): ServiceAnswer | null {
  const asked = new URLSearchParams(search)
  const state = asked.get("state")
  const code = asked.get("code")
  return state === null || (code === null && !asked.has("error")) ? null : { state, code }
}

class PageServiceReturn extends LightElement {
  static override properties = { api: { attribute: false }, answer: { attribute: false } }
  declare api: Api
  declare answer: ServiceAnswer
  #outcome: "asking" | "done" | ApiError = "asking"

  protected override firstUpdated(): void {
    void this.#bring()
  }

  async #bring(): Promise<void> {
    const { state, code } = this.answer
    try {
      if (code === null) throw new ApiError(0, "ERR_CANCELLED", t("service.cancelled"), null)
      await this.api.signingServiceReturn({ state, code })
      this.#outcome = "done"
    } catch (error) {
      this.#outcome = asApiError(error)
    }
    this.requestUpdate()
  }

  #told(): TemplateResult {
    const outcome = this.#outcome
    if (outcome === "done")
      return html`<span class="t-ok">${icon("check")}</span>
        <div class="stack">
          <b>${t("service.done")}</b><span class="sub s">${t("service.done-note")}</span>
        </div>`
    return html`<span class="t-danger">${icon("alert")}</span>
      <div class="stack">
        <b>${t("service.failed")}</b>
        <span class="sub s">${outcome === "asking" ? nothing : failureWords(outcome)}</span>
        <span class="sub s">${t("service.failed-note")}</span>
      </div>`
  }

  override render(): unknown {
    return html`<main class="quiet" tabindex="-1">
      ${
        this.#outcome === "asking"
          ? skeleton(t("service.asking"), 2)
          : html`<section class="panel panel-pad row top row-3 failed" role="status">
              ${this.#told()}
            </section>`
      }
    </main>`
  }
}
customElements.define("page-service-return", PageServiceReturn)
