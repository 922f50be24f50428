import { startAuthentication, type PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/browser"
import { html, nothing, type TemplateResult } from "lit"
import type { PreparedReport, ReadingView } from "../../../gateway/journey/views.ts"
import type { Api, ApiError } from "../../api.ts"
import { DecoderPool } from "../../decode-worker/decoder-pool.ts"
import type { LiveEvents } from "../../live-events.ts"
import { asApiError } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { passkeyError } from "../../parts/passkey-error.ts"
import { failed, failureWords, skeleton } from "../../parts/states.ts"
import { st } from "../../text/study.ts"
import { address } from "../../words/route.ts"
import { FrameStore } from "./frame-store.ts"
import { frozenFoot, frozenReport } from "./frozen-report.ts"
import { SeriesStacks } from "./series-stacks.ts"
import { signSteps, stepsBefore, stepsOf, timeLeft, type ShownStep } from "./sign-steps.ts"
import { studyHeader } from "./study-frame.ts"

/** The time left is counted in seconds; the gateway is asked this often while a signature is on its way. */
const TICK_MS = 1000
const POLL_TICKS = 2

type Phase = "preparing" | "prepared" | "identity" | "signing" | "signed"

/** Signing one report: what was frozen, who signs, and how far it is. */
export class SignScreen extends LightElement {
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
  #frozenAt: string | null = null
  #phase: Phase = "preparing"
  #failure: { readonly step: "frozen" | "identity" | "hpki"; readonly error: ApiError } | null = null
  #confirmed = false
  #pin = ""
  #decoders: DecoderPool | null = null
  #store: FrameStore | null = null
  #stacks: SeriesStacks | null = null
  #ticks = 0
  #ears = new AbortController()

  override connectedCallback(): void {
    super.connectedCallback()
    this.#ears = new AbortController()
    const ticker = setInterval(() => this.#tick(), TICK_MS)
    this.#ears.signal.addEventListener("abort", () => clearInterval(ticker))
    if (this.hasUpdated) this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#ears.abort()
    this.#decoders?.close()
    this.#pin = ""
  }

  /** The page may have set `api` before this class was loaded; only now is it surely here. */
  protected override firstUpdated(): void {
    this.#begin()
  }

  #begin(): void {
    this.#decoders = new DecoderPool()
    this.#store = new FrameStore(this.api, this.#decoders)
    this.#stacks = new SeriesStacks(this.api)
    const unhear = this.live?.hear(() => void this.#refresh())
    this.#ears.signal.addEventListener("abort", () => unhear?.())
    void this.#prepare()
  }

  /** Freezes the report as it is saved; a case already signed only shows how far it is. */
  async #prepare(): Promise<void> {
    this.#become("preparing")
    this.#failure = null
    this.#prepared = null
    this.#confirmed = false
    try {
      this.#view = await this.api.reading(this.requestId)
      if (this.#isOnItsWay()) {
        this.#become("signed")
        return
      }
      this.#prepared = await this.api.prepare(this.requestId)
      this.#frozenAt = this.api.clock.now().toISOString()
      this.#become("prepared")
      void this.#loadKeyImages(this.#view, this.#prepared)
    } catch (error) {
      this.#fail("frozen", asApiError(error))
    }
  }

  async #loadKeyImages({ study, series }: ReadingView, { draft }: PreparedReport): Promise<void> {
    const wanted = new Set(draft.keyImages.map(({ SOPInstanceUID }) => SOPInstanceUID))
    const needed = series.filter(({ images }) =>
      images.some(({ SOPInstanceUID }) => wanted.has(SOPInstanceUID)),
    )
    // A key image that cannot be drawn here is still in the PDF, which is what gets signed.
    const stacks = this.#stacks
    if (stacks === null) return
    await Promise.allSettled(needed.map((one) => stacks.load(study.StudyInstanceUID, one)))
    this.requestUpdate()
  }

  /** Passkey first, over the digests of what was frozen; then the signing key, opened by the PIN for this once. */
  async #sign(): Promise<void> {
    const prepared = this.#prepared
    if (prepared === null || !this.#confirmed || this.#pin === "") return
    this.#failure = null
    try {
      this.#become("identity")
      const optionsJSON = prepared.passkey as PublicKeyCredentialRequestOptionsJSON
      const assertion = await startAuthentication({ optionsJSON })
      this.#become("signing")
      const pin = this.#pin
      this.#forgetPin()
      await this.api.sign(prepared.prepareId, assertion, pin)
      this.#become("signed")
      await this.#refresh()
    } catch (error) {
      this.#fail(this.#phase === "identity" ? "identity" : "hpki", passkeyError(error))
    }
  }

  async #refresh(): Promise<void> {
    if (this.#phase !== "signed") return
    try {
      this.#view = await this.api.reading(this.requestId)
    } catch (error) {
      // The next poll asks again; what is known stays on screen, the banner of the page says that the line is down.
      if (asApiError(error).status !== 0) throw error
    }
    this.requestUpdate()
  }

  #isOnItsWay(): boolean {
    const signing = this.#view?.signing
    return signing?.steps.some(({ step, state }) => step === "hpki" && state === "done") ?? false
  }

  #isFinished(): boolean {
    return this.#view?.signing?.steps.every(({ state }) => state === "done") ?? false
  }

  #tick(): void {
    this.#ticks += 1
    if (this.#phase === "signed" && !this.#isFinished() && this.#ticks % POLL_TICKS === 0)
      void this.#refresh()
    this.requestUpdate()
  }

  #become(phase: Phase): void {
    this.#phase = phase
    this.requestUpdate()
  }

  #fail(step: "frozen" | "identity" | "hpki", error: ApiError): void {
    this.#failure = { step, error }
    this.#become(this.#prepared === null ? "preparing" : "prepared")
  }

  #forgetPin(): void {
    this.#pin = ""
    const field = this.querySelector<HTMLInputElement>("input[name=pin]")
    if (field !== null) field.value = ""
  }

  // ---- drawing

  #isExpired(): boolean {
    return this.#prepared !== null && Date.parse(this.#prepared.expiresAt) <= this.api.clock.now().getTime()
  }

  #steps(): readonly ShownStep[] {
    const signing = this.#view?.signing ?? null
    if (this.#phase === "signed")
      return signing === null ? stepsBefore("signing", this.#frozenAt) : stepsOf(signing)
    const steps = stepsBefore(this.#phase, this.#frozenAt)
    const stopped = this.#failure?.step
    return stopped === undefined
      ? steps
      : steps.map((one) => (one.step === stopped ? { ...one, state: "fail" } : one))
  }

  #fault(): unknown {
    const code = this.#phase === "signed" ? this.#view?.signing?.failure : null
    const words = this.#failure === null ? null : failureWords(this.#failure.error)
    const later = code ? st("sign.sent-safe") : null
    return html`<small role="alert">${words ?? code}</small>
      <div class="waitbox">
        <p class="s">${later ?? st("sign.safe")}</p>
        <div class="row">
          <button
            class="btn"
            @click=${() => void (this.#phase === "signed" ? this.#refresh() : this.#prepare())}
          >
            ${icon("refresh", "s")}${st("sign.retry")}
          </button>
        </div>
      </div>`
  }

  #form(): TemplateResult {
    const busy = this.#phase === "identity" || this.#phase === "signing"
    const ready = this.#confirmed && this.#pin !== "" && !busy && !this.#isExpired()
    return html`<form
      class="stack stack-4 sign-form"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault()
        void this.#sign()
      }}
    >
      <label class="confirm">
        <input
          class="vh"
          type="checkbox"
          name="confirm"
          .checked=${this.#confirmed}
          ?disabled=${busy}
          @change=${(event: Event) => {
            this.#confirmed = (event.target as HTMLInputElement).checked
            this.requestUpdate()
          }}
        />
        <span class="box ${this.#confirmed ? "is-on" : ""}"
          >${this.#confirmed ? icon("check") : nothing}</span
        >
        ${st("sign.confirm")}
      </label>
      <div class="field">
        <label for="sign-pin">${st("sign.pin")}</label>
        <input
          id="sign-pin"
          class="input"
          name="pin"
          type="password"
          inputmode="numeric"
          autocomplete="off"
          ?disabled=${busy}
          @input=${(event: Event) => {
            this.#pin = (event.target as HTMLInputElement).value
            this.requestUpdate()
          }}
        />
        <span class="hint">${st("sign.pin-hint")}</span>
      </div>
      <div class="row">
        <a class="btn grow" href=${address.read(this.requestId)}>${icon("left", "s")}${st("sign.edit")}</a>
        <button class="btn btn-primary grow" ?disabled=${!ready}>
          ${icon("pen", "s")}${st(busy ? "sign.doing" : "sign.do")}
        </button>
      </div>
    </form>`
  }

  #foot(): unknown {
    if (this.#phase === "signed")
      return html`<div class="banner banner-ok banner-round" role="status">
          ${icon("check")}
          <p class="s">${st("sign.done")}</p>
        </div>
        <a class="btn btn-primary" href=${address.worklist}>${st("sign.list")}</a>`
    if (this.#prepared === null) return nothing
    if (!this.#isExpired()) return this.#form()
    return html`<div class="banner banner-warn banner-round" role="alert">
        ${icon("clock")}
        <p class="s">${st("sign.expired")}</p>
      </div>
      <button class="btn btn-primary" @click=${() => void this.#prepare()}>${st("sign.again")}</button>`
  }

  #left(view: ReadingView): unknown {
    const prepared = this.#prepared
    if (prepared === null || this.#store === null)
      return this.#failure === null && this.#phase === "preparing" ? skeleton(st("sign.preparing")) : nothing
    const keys = prepared.draft.keyImages.flatMap((key) => this.#stacks?.locate(view, key) ?? [])
    return html`<div class="row between">
        <h1>${st("sign.title")}</h1>
        <span class="row s">
          <span class="badge badge-plain"
            >${icon("freeze")}${st("sign.frozen", { version: prepared.version })}</span
          >
          <span class="sub">${st("sign.as-is")}</span>
        </span>
      </div>
      ${frozenReport(prepared, view, keys, this.#store)}
      ${frozenFoot(prepared, this.api.preparedPdfUrl(prepared.prepareId))}`
  }

  override render(): unknown {
    const view = this.#view
    if (view === null)
      return this.#failure === null
        ? skeleton(st("sign.preparing"))
        : failed("session.failed", this.#failure.error, () => void this.#prepare())
    const now = this.api.clock.now()
    const back = { href: address.read(this.requestId), label: st("sign.back") }
    const left =
      this.#prepared === null || this.#phase === "signed" ? null : timeLeft(this.#prepared.expiresAt, now)
    const words = { hospital: view.hospital, left, failure: this.#fault() }
    return html`${studyHeader(view, now, back)}
      <main class="fill sign" tabindex="-1">
        <section class="sign-left">${this.#left(view)}</section>
        <aside class="sign-right" aria-label=${st("sign.progress")}>
          ${signSteps(this.#steps(), words, nothing)}
          <span class="grow"></span>
          ${this.#foot()}
        </aside>
      </main>`
  }
}
customElements.define("sign-screen", SignScreen)
