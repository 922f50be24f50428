/** Log in with a passkey: one button, nothing to type or to remember (WCAG 2.2 3.3.8). */
import { startAuthentication } from "@simplewebauthn/browser"
import { html, nothing, type TemplateResult } from "lit"
import type { SessionView } from "../../gateway/journey/views.ts"
import type { Api, ApiError } from "../api.ts"
import { languageButton, logo } from "../parts/app-head.ts"
import { icon } from "../parts/icon.ts"
import { LightElement } from "../parts/light-element.ts"
import { passkeyError } from "../parts/passkey-error.ts"
import { failureWords } from "../parts/states.ts"
import { t } from "../text/language.ts"

/** Fires `session` with the SessionView of who came in. */
export class PageLogin extends LightElement {
  static override properties = {
    api: { attribute: false },
    site: { attribute: false },
    ended: { attribute: false },
  }
  declare api: Api
  declare site: string
  /** True when a session ended by itself, which is said. */
  declare ended: boolean
  #busy = false
  #error: ApiError | null = null

  async #login(): Promise<void> {
    this.#busy = true
    this.#error = null
    this.requestUpdate()
    try {
      const optionsJSON = await this.api.loginOptions()
      const session = await this.api.login(await startAuthentication({ optionsJSON }))
      this.dispatchEvent(new CustomEvent<SessionView>("session", { detail: session }))
    } catch (error) {
      this.#error = passkeyError(error)
    }
    this.#busy = false
    this.requestUpdate()
  }

  #message(): unknown {
    if (this.#error !== null)
      return html`<p class="banner banner-danger banner-round" role="alert">
        ${icon("alert")}<span class="grow ink">${failureWords(this.#error)}</span>
      </p>`
    if (!this.ended) return nothing
    return html`<p class="banner banner-info banner-round" role="status">
      ${icon("clock")}<span class="grow ink">${t("login.ended")}</span>
    </p>`
  }

  override render(): TemplateResult {
    return html`<div class="screen gate">
      <main class="panel gate-card">
        ${logo(this.site)}
        <h1>${t("login.title")}</h1>
        <p class="sub">${t("login.how")}</p>
        ${this.#message()}
        <button
          class="btn btn-primary btn-tall btn-wide"
          ?disabled=${this.#busy}
          @click=${() => this.#login()}
        >
          ${icon("user", "s")}${this.#busy ? t("login.waiting") : t("login.with-passkey")}
        </button>
        <div class="row between"><span class="dim xs">${t("login.new")}</span>${languageButton()}</div>
      </main>
    </div>`
  }
}
customElements.define("page-login", PageLogin)
