import { startAuthentication, type PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/browser"
import { html, nothing, type TemplateResult } from "lit"
import type { PreliminaryState, PreparedReport, ReadingView } from "../../../gateway/journey/views/reading.ts"
import type { Api, ApiError } from "../../api.ts"
import type { LiveEvents } from "../../live-events.ts"
import { asApiError } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { passkeyError } from "../../parts/passkey-error.ts"
import { failed, skeleton } from "../../parts/states.ts"
import { st } from "../../text/study.ts"
import { address } from "../../words/route.ts"
import { CaseWatch } from "./case-watch.ts"
import { frozenFoot, frozenSheet, type SheetState } from "./frozen-report.ts"
import { releasedSteps } from "./released-steps.ts"
import { faultText, needsPreparing } from "./sign-fault.ts"
import { confirmBox, expired } from "./sign-form.ts"
import { isExpired } from "./sign-steps.ts"
import { studyHeader } from "./study-frame.ts"

/** approved: what waits for its signature has to be taken back first · released: what was sent, and how far it is. */
type Phase = "preparing" | "approved" | "prepared" | "releasing" | "released" | "not-agreed"

/** Releasing a preliminary report: what was frozen, and the one gesture that lets it go. */
export class PreliminaryScreen extends LightElement {
  static override properties = {
    requestId: { attribute: false },
    api: { attribute: false },
    live: { attribute: false },
  }
  declare requestId: string
  declare api: Api
  declare live: LiveEvents | undefined

  #view: ReadingView | null = null
  #prepared: PreparedReport | null = null
  #phase: Phase = "preparing"
  #fault: ApiError | null = null
  #sheet: SheetState = "loading"
  #confirmed = false

  constructor() {
    super()
    new CaseWatch(this, () => void this.#refresh())
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.#begin()
  }

  /** The page may have set `api` before this class was loaded; only now is it surely here. */
  protected override firstUpdated(): void {
    this.#begin()
  }

  #begin(): void {
    void this.#act(async () => {
      this.#view = await this.api.reading(this.requestId)
      await this.#goOn(this.#view)
    })
  }

  /** From where the case stands. */
  async #goOn({ preliminary, signing, draft }: ReadingView): Promise<void> {
    const released = preliminary?.released ?? null
    if (released !== null) this.#become("released")
    else if (preliminary?.mayRelease !== true) this.#become("not-agreed")
    else if (signing?.awaits !== undefined) this.#become("approved")
    else await this.#freeze(draft?.draftVersion ?? 0)
  }

  async #freeze(draftVersion: number): Promise<void> {
    this.#become("preparing")
    this.#confirmed = false
    this.#sheet = "loading"
    this.#prepared = await this.api.preparePreliminary(this.requestId, draftVersion)
    this.#become("prepared")
  }

  async #again(): Promise<void> {
    await this.#act(async () => {
      this.#view = await this.api.reading(this.requestId)
      if (this.#view.signing?.awaits === undefined) await this.#freeze(this.#view.draft?.draftVersion ?? 0)
      else this.#become("approved")
    })
  }

  async #takeBack(): Promise<void> {
    await this.#act(async () => {
      this.#view = await this.api.takeBack(this.requestId)
      await this.#freeze(this.#view.draft?.draftVersion ?? 0)
    })
  }

  async #release(): Promise<void> {
    const prepared = this.#prepared
    if (prepared === null || !this.#confirmed || this.#phase !== "prepared") return
    await this.#act(async () => {
      this.#become("releasing")
      const optionsJSON = prepared.passkey as PublicKeyCredentialRequestOptionsJSON
      const assertion = await startAuthentication({ optionsJSON })
      await this.api.releasePreliminary(prepared.prepareId, assertion)
      this.#prepared = null
      this.#view = await this.api.reading(this.requestId)
      this.#become("released")
    })
  }

  async #act(act: () => Promise<void>): Promise<void> {
    this.#fault = null
    try {
      await act()
    } catch (error) {
      this.#fault = passkeyError(error)
      if (needsPreparing(this.#fault.code)) this.#prepared = null
      if (this.#prepared !== null) this.#become("prepared")
      else if (this.#phase === "releasing") this.#become("preparing")
    }
    this.requestUpdate()
  }

  async #refresh(): Promise<void> {
    if (this.#phase !== "released") return
    try {
      this.#view = await this.api.reading(this.requestId, "page")
    } catch (error) {
      // The banner of the page says that the line is down; the next look asks again.
      if (asApiError(error).status !== 0) throw error
    }
    this.requestUpdate()
  }

  #become(phase: Phase): void {
    this.#phase = phase
    this.requestUpdate()
  }

  // ---- drawing

  #faultWords(): unknown {
    if (this.#fault === null) return nothing
    return html`<div class="banner banner-warn banner-round" role="alert">
      ${icon("alert")}
      <p class="s">${faultText(this.#fault)}</p>
    </div>`
  }

  #left(): unknown {
    const prepared = this.#prepared
    const title = html`<div class="row between">
      <h1>${st("preliminary.title")}</h1>
      ${
        prepared === null
          ? nothing
          : html`<span class="badge badge-warn"
              >${icon("hourglass")}${st("preliminary.badge", { version: prepared.version })}</span
            >`
      }
    </div>`
    if (prepared === null) {
      if (this.#phase === "preparing" && this.#fault === null) return skeleton(st("preliminary.preparing"))
      const released = this.#phase === "released" ? this.#view?.preliminary?.released : null
      return released ? html`${title} ${releasedSteps(released)}` : title
    }
    const become = (state: SheetState): void => {
      this.#sheet = state
      this.requestUpdate()
    }
    return html`${title}
    ${frozenSheet(prepared, this.api.preparedSheetUrl(prepared.prepareId), this.#sheet, become)}
    ${frozenFoot(prepared, this.api.preparedPdfUrl(prepared.prepareId))}`
  }

  #editLink(): TemplateResult {
    return html`<a class="btn grow" href=${address.read(this.requestId)}
      >${icon("left", "s")}${st("sign.edit")}</a
    >`
  }

  #againButton(): TemplateResult {
    return html`<button type="button" class="btn grow" @click=${() => void this.#again()}>
      ${icon("refresh", "s")}${st("sign.again")}
    </button>`
  }

  #toRelease(): unknown {
    if (isExpired(this.#prepared, this.api.clock.now())) return expired(() => void this.#again())
    const isBusy = this.#phase === "releasing"
    const isReady = this.#confirmed && !isBusy
    const confirm = (isConfirmed: boolean): void => {
      this.#confirmed = isConfirmed
      this.requestUpdate()
    }
    return html`${confirmBox(this.#confirmed, isBusy, confirm, st("preliminary.confirm"))}
      <div class="banner banner-warn banner-round">
        ${icon("alert")}
        <p class="s">${st("preliminary.what")}</p>
      </div>
      <span class="grow"></span>
      ${this.#faultWords()}
      <div class="row">
        ${this.#editLink()}
        <button class="btn btn-primary grow" data-release ?disabled=${!isReady}>
          ${icon("send", "s")}${st(isBusy ? "preliminary.doing" : "preliminary.do")}
        </button>
      </div>`
  }

  #approved(): TemplateResult {
    return html`<div class="banner banner-info banner-round" role="status">
        ${icon("hourglass")}
        <p class="s">${st("preliminary.take-back")}</p>
      </div>
      ${this.#faultWords()}
      <span class="grow"></span>
      <button type="button" class="btn btn-primary" @click=${() => void this.#takeBack()}>
        ${icon("left", "s")}${st("preliminary.take-back-do")}
      </button>`
  }

  #released({ released }: PreliminaryState, isOpen: boolean): unknown {
    if (released === null) return nothing
    const { failure } = released
    return html`<div class="banner banner-warn banner-round" role="status">
        ${icon(failure === null ? "hourglass" : "alert")}
        <p class="s">${st(failure === null ? "preliminary.sent-banner" : "preliminary.failed")}</p>
      </div>
      ${this.#faultWords()}
      <span class="grow"></span>
      ${
        isOpen
          ? html`<a class="btn" href=${address.read(this.requestId)}>${icon("pen", "s")}${st("sign.edit")}</a>
              <button type="button" class="btn" @click=${() => void this.#again()}>
                ${icon("send", "s")}${st("preliminary.again")}
              </button>
              <a class="btn btn-primary" href=${address.sign(this.requestId)}
                >${icon("pen", "s")}${st("preliminary.sign")}</a
              >`
          : html`<a class="btn" href=${address.worklist}>${st("sign.list")}</a>`
      }`
  }

  #right({ preliminary }: ReadingView): unknown {
    switch (this.#phase) {
      case "preparing":
        return html`${this.#faultWords()}<span class="grow"></span>
          <div class="row">${this.#editLink()}${this.#fault === null ? nothing : this.#againButton()}</div>`
      case "not-agreed":
        return html`<p>${st("preliminary.not-agreed")}</p>
          <span class="grow"></span>${this.#editLink()}`
      case "approved":
        return this.#approved()
      case "prepared":
      case "releasing":
        return this.#toRelease()
      case "released":
        return preliminary === undefined ? nothing : this.#released(preliminary, preliminary.mayRelease)
    }
  }

  override render(): unknown {
    const view = this.#view
    if (view === null)
      return this.#fault === null
        ? skeleton(st("preliminary.preparing"))
        : failed("session.failed", this.#fault, () => this.#begin())
    const back = { href: address.read(this.requestId), label: st("sign.back") }
    return html`${studyHeader(view, this.api.clock.now(), back)}
      <main class="fill sign" tabindex="-1" data-phase=${this.#phase}>
        <section class="sign-left">${this.#left()}</section>
        <form
          class="sign-right"
          aria-label=${st("preliminary.progress")}
          @submit=${(event: SubmitEvent) => {
            event.preventDefault()
            void this.#release()
          }}
        >
          ${this.#right(view)}
        </form>
      </main>`
  }
}
customElements.define("preliminary-screen", PreliminaryScreen)
