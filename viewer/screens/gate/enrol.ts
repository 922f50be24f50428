/** Enrol this device with a one-time code: see whose code it is, make a passkey, be logged in. */
import { startRegistration } from "@simplewebauthn/browser"
import { html, nothing, type TemplateResult } from "lit"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import type { Api, ApiError } from "../../api.ts"
import { refusalBanner } from "../../parts/banner.ts"
import { languageButton, logo } from "../../parts/app-head.ts"
import { Fetched } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { deviceProof, ownDevice } from "../../device-key.ts"
import { LightElement } from "../../parts/light-element.ts"
import { passkeyError } from "../../parts/passkey-error.ts"
import { failureWords, skeleton } from "../../parts/states.ts"
import { t } from "../../text/language.ts"
import "./device-form.ts"

/** Fires `session` with the SessionView of who was enrolled. */
export class PageEnrol extends LightElement {
  static override properties = {
    api: { attribute: false },
    site: { attribute: false },
    code: { attribute: false },
    registeredDevices: { attribute: false },
  }
  declare api: Api
  declare site: string
  declare code: string
  /** People log in on registered devices alone: this one comes first. */
  declare registeredDevices: boolean
  /** undefined = its store was not asked yet. */
  #isRegistered: boolean | undefined
  readonly #offer = new Fetched(this, () => this.api.enrolOptions(this.code))
  #busy = false
  #error: ApiError | null = null

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#look()
  }

  async #look(): Promise<void> {
    this.#isRegistered = (await ownDevice()) !== null
    this.requestUpdate()
  }

  async #enrol(): Promise<void> {
    const offer = this.#offer.answer?.value
    if (offer === undefined) return
    this.#busy = true
    this.#error = null
    this.requestUpdate()
    try {
      const response = await startRegistration({ optionsJSON: offer.options })
      const proof = await deviceProof("enrol", offer.options.challenge)
      const session = await this.api.enrol(this.code, response, proof)
      this.dispatchEvent(new CustomEvent<SessionView>("session", { detail: session }))
    } catch (error) {
      this.#error = passkeyError(error)
      // The challenge is spent; a second try needs a fresh one.
      void this.#offer.reload()
    }
    this.#busy = false
    this.requestUpdate()
  }

  #refused(error: ApiError): TemplateResult {
    return refusalBanner(failureWords(error))
  }

  #offered(personName: string): TemplateResult {
    return html`<p>${t("enrol.for", { name: personName })}</p>
      <p class="sub">${t("enrol.how")}</p>
      ${this.#error === null ? nothing : this.#refused(this.#error)}
      <button class="btn btn-primary btn-tall btn-wide" ?disabled=${this.#busy} @click=${() => this.#enrol()}>
        ${icon("cert", "s")}${this.#busy ? t("login.waiting") : t("enrol.make-passkey")}
      </button>`
  }

  #deviceFirst(): TemplateResult {
    return html`<p class="banner banner-info banner-round">
        ${icon("device")}<span class="grow ink"><b>${t("device.unknown")}</b><br />${t("device.first")}</span>
      </p>
      <device-form .api=${this.api} .code=${""} @registered=${() => this.#look()}></device-form>`
  }

  #body(): unknown {
    if (this.registeredDevices && this.#isRegistered === undefined) return nothing
    if (this.registeredDevices && this.#isRegistered === false) return this.#deviceFirst()
    const { answer, failure, slow } = this.#offer
    if (answer !== null) return this.#offered(answer.value.personName)
    if (failure === null) return slow ? skeleton(t("enrol.loading"), 2) : nothing
    // A link that is used up stays so.
    if (failure.code === "ERR_CODE_REFUSED") return this.#refused(failure)
    return html`${this.#refused(failure)}
      <button class="btn btn-wide" @click=${() => this.#offer.reload()}>
        ${icon("refresh", "s")}${t("action.retry")}
      </button>`
  }

  override render(): TemplateResult {
    return html`<div class="screen gate">
      <main class="panel gate-card">
        ${logo(this.site)}
        <h1>${t("enrol.title")}</h1>
        ${this.#body()}
        <div class="row between"><span></span>${languageButton()}</div>
      </main>
    </div>`
  }
}
customElements.define("page-enrol", PageEnrol)
