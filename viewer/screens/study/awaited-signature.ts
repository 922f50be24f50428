import { html, nothing, type TemplateResult } from "lit"
import type { ReadingView, SignatureWait } from "../../../gateway/journey/views/reading.ts"
import type { Api, ApiError } from "../../api.ts"
import { asApiError } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { st, type StudyKey } from "../../text/study.ts"
import { address } from "../../words/route.ts"
import { focusKeyField } from "./key-field.ts"
import { faultText } from "./sign-fault.ts"
import { missingWords, SigningKey } from "./signing-key.ts"

/** The reader can have it signed now, and has something to type or to hold ready for that. */
const UNLOCKS: ReadonlySet<SignatureWait> = new Set(["pin", "card"])

/**
 * Under the steps of a report that is approved and not signed: what it waits for, and what its reader can do. Tells the screen
 * with `changed` that something happened.
 */
export class AwaitedSignature extends LightElement {
  static override properties = { api: { attribute: false }, view: { attribute: false } }
  declare api: Api
  declare view: ReadingView

  #key: SigningKey | null = null
  #isBusy = false
  #fault: ApiError | null = null
  #loginUrl: string | null = null

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#key?.take()
  }

  /** As what it waits for says it now. */
  protected override willUpdate(): void {
    this.#key ??= new SigningKey(this.api, () => this.requestUpdate())
    this.#key.at(this.view.signing?.awaits?.bridge)
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
    this.requestUpdate()
  }

  async #sign(): Promise<void> {
    const key = this.#key
    if (key === null || this.#isBusy || this.#missing() !== null) return
    const { requestId, requestNumber } = this.view
    await this.#act(async () => {
      await key.ready()
      await key.ended(requestNumber, await this.api.signApproved(requestId, key.take()))
    })
    if (this.#fault === null) return
    key.failed(this.#fault.code)
    await this.updateComplete
    focusKeyField(this)
  }

  #missing(): StudyKey | null {
    const isTyped = UNLOCKS.has(this.view.signing?.awaits?.what ?? "service")
    return missingWords(true, isTyped ? (this.#key?.missing ?? null) : null)
  }

  /** It stands in the screen's own form, which signs what was prepared. */
  #enter(event: KeyboardEvent): void {
    if (event.key !== "Enter") return
    event.preventDefault()
    void this.#sign()
  }

  #keyField(): TemplateResult {
    return html`<div @keydown=${(event: KeyboardEvent) => this.#enter(event)}>
      ${this.#key?.field(this.#isBusy, {
        caseNumber: this.view.requestNumber,
        pdfSha256: this.view.signing?.awaits?.pdfSha256 ?? "",
      })}
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

  #signButton(): TemplateResult {
    return html`<button
      type="button"
      class="btn btn-primary grow"
      ?disabled=${this.#isBusy || this.#missing() !== null}
      @click=${() => void this.#sign()}
    >
      ${icon("pen", "s")}${st(this.#isBusy ? "sign.doing" : "sign.do")}
    </button>`
  }

  #faultWords(): unknown {
    if (this.#fault === null) return nothing
    return html`<p class="hint t-danger" role="alert">${faultText(this.#fault)}</p>`
  }

  override render(): unknown {
    const what = this.view.signing?.awaits?.what
    if (what === undefined) return nothing
    const mayRelease = this.view.preliminary?.mayRelease === true
    const isStopped = what === "images" || what === "certificate"
    return html`${UNLOCKS.has(what) ? this.#keyField() : nothing}
      <div
        class="banner ${isStopped ? "banner-warn" : "banner-info"} banner-round"
        role="status"
        data-awaits=${what}
      >
        ${icon(isStopped ? "alert" : "hourglass")}
        <p class="s">${st(`awaits.${what}`)} ${mayRelease ? st("awaits.preliminary") : nothing}</p>
      </div>
      ${this.#faultWords()}
      <div class="row wrap">
        <button type="button" class="btn grow" ?disabled=${this.#isBusy} @click=${() => this.#takeBack()}>
          ${icon("left", "s")}${st("awaits.take-back")}
        </button>
        ${
          mayRelease
            ? html`<a class="btn grow" href=${address.preliminary(this.view.requestId)}
                >${icon("send", "s")}${st("preliminary.open")}</a
              >`
            : nothing
        }
        ${UNLOCKS.has(what) || what === "consent" ? this.#signButton() : nothing}
        ${what === "login" ? this.#login() : nothing}
      </div>`
  }
}
customElements.define("awaited-signature", AwaitedSignature)
