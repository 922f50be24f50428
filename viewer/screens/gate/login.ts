/**
 * Log in with a passkey: one button, nothing to type or to remember (WCAG 2.2 3.3.8); or with a card, where there is a door for it.
 * Where people log in on registered devices alone, a device that is not on record says so first, and takes its code.
 */
import { startAuthentication } from "@simplewebauthn/browser"
import { html, nothing, type TemplateResult } from "lit"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import { ApiError, type Api } from "../../api.ts"
import { goToCardDoor, takeVerifier } from "../../card.ts"
import { deviceProof, ownDevice, type OwnDevice } from "../../device-key.ts"
import { refusalBanner } from "../../parts/banner.ts"
import { languageButton, logo } from "../../parts/app-head.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { passkeyError } from "../../parts/passkey-error.ts"
import { failureWords } from "../../parts/states.ts"
import { maybe, t } from "../../text/language.ts"
import type { Route } from "../../words/route.ts"
import "./device-form.ts"

/** What a new code mends. */
const OF_THE_DEVICE: ReadonlySet<string> = new Set(["ERR_DEVICE_NEEDED", "ERR_DEVICE_REFUSED"])

/** Fires `session` with the SessionView of who came in. */
export class PageLogin extends LightElement {
  static override properties = {
    api: { attribute: false },
    site: { attribute: false },
    ended: { attribute: false },
    cards: { attribute: false },
    card: { attribute: false },
    registeredDevices: { attribute: false },
  }
  declare api: Api
  declare site: string
  /** True when a session ended by itself, which is said. */
  declare ended: boolean
  /** Where the door for cards is; null = there is none. */
  declare cards: string | null
  /** What that door sent this page back with; null = nobody was there. */
  declare card: Extract<Route, { readonly name: "card" }> | null
  /** People log in on registered devices alone. */
  declare registeredDevices: boolean
  /** This one; null = it is not registered, undefined = its store was not asked yet. */
  #device: OwnDevice | null | undefined
  /** Somebody has a new code for it. */
  #entering = false
  #busy = false
  #error: ApiError | null = null

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#look()
    const { card } = this
    if (card === null) return
    // What works once, or is told once, does not stay in the address.
    history.replaceState(null, "", "/")
    const verifier = takeVerifier()
    if (card.what === "code")
      void this.#enter(async () =>
        this.api.loginByCard(card.value, verifier, await deviceProof("card", card.value)),
      )
    else this.#error = new ApiError(0, `CARD_${card.value}`, t("card.unknown"), null)
  }

  async #look(): Promise<void> {
    this.#device = await ownDevice()
    this.requestUpdate()
  }

  #login(): Promise<void> {
    return this.#enter(async () => {
      const optionsJSON = await this.api.loginOptions()
      const response = await startAuthentication({ optionsJSON })
      return this.api.login(response, await deviceProof("login", optionsJSON.challenge))
    })
  }

  #registered(): void {
    this.#entering = false
    this.#error = null
    void this.#look()
  }

  async #enter(come: () => Promise<SessionView>): Promise<void> {
    this.#busy = true
    this.#error = null
    this.requestUpdate()
    try {
      this.dispatchEvent(new CustomEvent<SessionView>("session", { detail: await come() }))
    } catch (error) {
      this.#error = passkeyError(error)
    }
    this.#busy = false
    this.requestUpdate()
  }

  /** The card's words are of a closed list; any other is a card that does not count here. */
  #why(error: ApiError): string {
    const [, refusal] = /^CARD_([a-z-]+)$/.exec(error.code) ?? []
    return refusal === undefined ? failureWords(error) : (maybe(`card.${refusal}`) ?? error.message)
  }

  #cardButton(): unknown {
    const { cards } = this
    if (cards === null) return nothing
    return html`<button
      class="btn btn-tall btn-wide"
      ?disabled=${this.#busy}
      @click=${() => void goToCardDoor(cards)}
    >
      ${icon("card", "s")}${t("login.with-card")}
    </button>`
  }

  #message(): unknown {
    if (this.#error !== null) return refusalBanner(this.#why(this.#error))
    if (!this.ended) return nothing
    return html`<p class="banner banner-info banner-round" role="status">
      ${icon("clock")}<span class="grow ink">${t("login.ended")}</span>
    </p>`
  }

  #ways(): TemplateResult {
    return html`<p class="sub">${t("login.how")}</p>
      ${this.#message()}
      <button class="btn btn-primary btn-tall btn-wide" ?disabled=${this.#busy} @click=${() => this.#login()}>
        ${icon("user", "s")}${this.#busy ? t("login.waiting") : t("login.with-passkey")}
      </button>
      ${this.#cardButton()} ${this.#newCode()}`
  }

  #newCode(): unknown {
    if (this.#error === null || !OF_THE_DEVICE.has(this.#error.code)) return nothing
    return html`<button
      class="btn btn-tall btn-wide"
      @click=${() => {
        this.#entering = true
        this.requestUpdate()
      }}
    >
      ${icon("device", "s")}${t("device.have-code")}
    </button>`
  }

  #unregistered(): TemplateResult {
    return html`${this.#message()}
      <p class="banner banner-info banner-round">
        ${icon("device")}<span class="grow ink"><b>${t("device.unknown")}</b><br />${t("device.ask")}</span>
      </p>
      <device-form .api=${this.api} .code=${""} @registered=${() => this.#registered()}></device-form>`
  }

  /** One thing at a time: a link for a person comes after the device. */
  #foot(isUnregistered: boolean): TemplateResult {
    const label = this.#device?.label ?? null
    const words = label === null ? t("login.new") : t("device.this", { label })
    return html`<div class="row between">
      <span class="dim xs">${isUnregistered ? nothing : words}</span>${languageButton()}
    </div>`
  }

  override render(): TemplateResult {
    const isUnregistered = this.#entering || (this.registeredDevices && this.#device === null)
    return html`<div class="screen gate">
      <main class="panel gate-card">
        ${logo(this.site)}
        <h1>${t("login.title")}</h1>
        ${
          // Nothing to press before it is known whether it opens anything.
          this.registeredDevices && this.#device === undefined
            ? nothing
            : isUnregistered
              ? this.#unregistered()
              : this.#ways()
        }
        ${this.#foot(isUnregistered)}
      </main>
    </div>`
  }
}
customElements.define("page-login", PageLogin)
