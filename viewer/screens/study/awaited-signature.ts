import { html, nothing, type TemplateResult } from "lit"
import type { ReadingView, SignatureWait } from "../../../gateway/journey/views/reading.ts"
import type { Api, ApiError } from "../../api.ts"
import { asApiError } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { failureWords } from "../../parts/states.ts"
import { st } from "../../text/study.ts"
import { address } from "../../words/route.ts"
import { cardHint, endedByCard } from "./sign-by-card.ts"
import { faultKey } from "./sign-fault.ts"
import { pinField } from "./sign-form.ts"

/** The reader can do something now, without another text. */
const SIGNS: ReadonlySet<SignatureWait> = new Set(["pin", "consent"])

/**
 * Under the steps of a report that is approved and not signed: what it waits for, and what its reader can do. Tells the screen
 * with `changed` that something happened.
 */
export class AwaitedSignature extends LightElement {
  static override properties = { api: { attribute: false }, view: { attribute: false } }
  declare api: Api
  declare view: ReadingView

  #pin = ""
  #isBusy = false
  #fault: ApiError | null = null
  #loginUrl: string | null = null
  /** What a card at this PC is asked to sign; "" = none is. */
  #cardSha256 = ""

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#pin = ""
  }

  async #act(act: () => Promise<unknown>): Promise<void> {
    this.#isBusy = true
    this.#fault = null
    this.requestUpdate()
    try {
      await act()
      this.dispatchEvent(new Event("changed"))
    } catch (error) {
      this.#fault = asApiError(error)
    }
    this.#isBusy = false
    this.#cardSha256 = ""
    this.requestUpdate()
  }

  #sign(): void {
    const pin = this.#pin
    this.#pin = ""
    const field = this.querySelector<HTMLInputElement>("input[name=pin]")
    if (field !== null) field.value = ""
    const { requestId, requestNumber } = this.view
    void this.#act(async () => {
      const answered = await this.api.signApproved(requestId, pin)
      await endedByCard(this.api, requestNumber, answered, (sha256) => {
        this.#cardSha256 = sha256
        this.requestUpdate()
      })
    })
  }

  /** It stands in the screen's own form, which signs what was prepared. */
  #enter(event: KeyboardEvent): void {
    if (event.key !== "Enter") return
    event.preventDefault()
    if (this.#pin !== "" && !this.#isBusy) this.#sign()
  }

  #pinField(): TemplateResult {
    const write = (pin: string): void => {
      this.#pin = pin
      this.requestUpdate()
    }
    return html`<div @keydown=${(event: KeyboardEvent) => this.#enter(event)}>
      ${pinField(this.#isBusy, write)}
    </div>`
  }

  #takeBack(): void {
    void this.#act(async () => {
      await this.api.takeBack(this.view.requestId)
      location.hash = address.read(this.view.requestId)
    })
  }

  /** A link that a person presses: the service's page opens beside this one. */
  async #findLogin(): Promise<void> {
    await this.#act(async () => {
      const { url } = await this.api.signingService()
      this.#loginUrl = url.startsWith("https://") ? url : null
    })
  }

  #login(): TemplateResult {
    return this.#loginUrl === null
      ? html`<button
          type="button"
          class="btn btn-primary grow"
          ?disabled=${this.#isBusy}
          @click=${() => void this.#findLogin()}
        >
          ${icon("user", "s")}${st("sign.login-begin")}
        </button>`
      : html`<a class="btn btn-primary grow" href=${this.#loginUrl} target="_blank" rel="noopener noreferrer"
          >${icon("user", "s")}${st("sign.login")}</a
        >`
  }

  #signButton(what: SignatureWait): TemplateResult {
    const isReady = what === "consent" || this.#pin !== ""
    return html`<button
      type="button"
      class="btn btn-primary grow"
      ?disabled=${this.#isBusy || !isReady}
      @click=${() => this.#sign()}
    >
      ${icon("pen", "s")}${st(this.#isBusy ? "sign.doing" : "sign.do")}
    </button>`
  }

  #faultWords(): unknown {
    if (this.#fault === null) return nothing
    const key = faultKey(this.#fault.code)
    return html`<p class="hint t-danger" role="alert">
      ${key === null ? failureWords(this.#fault) : st(key)}
    </p>`
  }

  override render(): unknown {
    const what = this.view.signing?.awaits?.what
    if (what === undefined) return nothing
    const isStopped = what === "images" || what === "certificate"
    return html`${what === "pin" ? this.#pinField() : nothing}
      <div
        class="banner ${isStopped ? "banner-warn" : "banner-info"} banner-round"
        role="status"
        data-awaits=${what}
      >
        ${icon(isStopped ? "alert" : "hourglass")}
        <p class="s">${st(`awaits.${what}`)}</p>
      </div>
      ${this.#cardSha256 === "" ? nothing : cardHint(this.view.requestNumber, this.#cardSha256)}
      ${this.#faultWords()}
      <div class="row wrap">
        <button type="button" class="btn grow" ?disabled=${this.#isBusy} @click=${() => this.#takeBack()}>
          ${icon("left", "s")}${st("awaits.take-back")}
        </button>
        ${SIGNS.has(what) ? this.#signButton(what) : nothing} ${what === "login" ? this.#login() : nothing}
      </div>`
  }
}
customElements.define("awaited-signature", AwaitedSignature)
