import { startAuthentication, type PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/browser"
import { html, nothing, type TemplateResult } from "lit"
import type { PreparedReport, ReadingView, SigningStep } from "../../../gateway/journey/views/reading.ts"
import type { Api, ApiError } from "../../api.ts"
import { CardBridge } from "../../card-bridge.ts"
import "./awaited-signature.ts"
import { DecoderPool } from "../../decode-worker/decoder-pool.ts"
import type { LiveEvents } from "../../live-events.ts"
import { asApiError } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { passkeyError } from "../../parts/passkey-error.ts"
import { failed, skeleton } from "../../parts/states.ts"
import { st } from "../../text/study.ts"
import { address } from "../../words/route.ts"
import { FrameStore } from "./frame-store.ts"
import { frozenFoot, frozenReport, frozenSheet, pdfLink, type SheetState } from "./frozen-report.ts"
import { SeriesStacks } from "./series-stacks.ts"
import { cardHint, codeField, endedByCard } from "./sign-by-card.ts"
import { sendFault, signFault } from "./sign-fault.ts"
import { confirmBox, expired, pinField, signButtons, signedFoot } from "./sign-form.ts"
import { signSteps, stepsBefore, stepsOf, timeLeft, type ShownStep } from "./sign-steps.ts"
import { studyHeader } from "./study-frame.ts"

/** The time left is counted in seconds. */
const TICK_MS = 1000
/** Live events tell how far a signature is; should one be lost, it is seen this much later. */
const POLL_TICKS = 20

/** Where a refusal of "sign" belongs, when its code says so. */
const FAILED_STEP: Readonly<Record<string, SigningStep>> = {
  ERR_SIGN_INTENT: "identity",
  ERR_TIMESTAMP_UNAVAILABLE: "time-stamp",
  ERR_TIMESTAMP_INVALID: "time-stamp",
}
/** What was frozen no longer serves after these. */
const NEEDS_PREPARING = new Set([
  "ERR_SIGN_INTENT",
  "ERR_SIGN_IMAGES",
  "ERR_REPORT_STATE",
  "ERR_SIGN_CERTIFICATE",
  "ERR_KEY_UNCONFIRMED",
  "ERR_NOT_FOUND",
])

/** Number of the newest version that is signed. */
const signedVersion = ({ versions }: ReadingView): number =>
  versions.findLast(({ signedAt }) => signedAt !== null)?.version ?? 1

type Phase = "preparing" | "prepared" | "identity" | "signing" | "approved" | "signed"

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
  #phase: Phase = "preparing"
  #failure: { readonly step: SigningStep; readonly error: ApiError } | null = null
  #sheet: SheetState = "loading"
  #confirmed = false
  /** Of the key; of a card at this PC the code that pairs this tab with its bridge. */
  #pin = ""
  /** What the card is asked to sign; "" = nothing. */
  #cardSha256 = ""
  /** Where to log in to the service that holds the key, once it has been asked for. */
  #loginUrl: string | null = null
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
    const unhear = this.live?.hear(({ requestId }) => {
      if (requestId === null || requestId === this.requestId) void this.#refresh()
    })
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
      await this.#goOn()
    } catch (error) {
      this.#fail("frozen", asApiError(error))
    }
    void this.#loadKeyImages()
  }

  /** From where the case stands. */
  async #goOn(): Promise<void> {
    if (this.#isOnItsWay()) this.#become("signed")
    else if (this.#awaits() !== undefined) this.#become("approved")
    else await this.#freeze()
  }

  #awaits() {
    return this.#view?.signing?.awaits
  }

  async #freeze(): Promise<void> {
    this.#sheet = "loading"
    this.#prepared = await this.api.prepare(this.requestId, this.#view?.draft?.draftVersion ?? 0)
    this.#become("prepared")
  }

  /** What the document shows: the frozen draft, or the saved one while nothing is frozen. */
  #document(): Pick<PreparedReport, "patient" | "draft"> | null {
    if (this.#prepared !== null) return this.#prepared
    const view = this.#view
    return view?.draft ? { patient: view.patient, draft: view.draft } : null
  }

  async #loadKeyImages(): Promise<void> {
    const wanted = new Set(this.#document()?.draft.keyImages.map(({ SOPInstanceUID }) => SOPInstanceUID))
    const [stacks, view] = [this.#stacks, this.#view]
    if (stacks === null || view === null) return
    const study = { requestId: view.requestId, StudyInstanceUID: view.study.StudyInstanceUID }
    const needed = view.series.filter(({ images }) =>
      images.some(({ SOPInstanceUID }) => wanted.has(SOPInstanceUID)),
    )
    // A key image that cannot be drawn here is still in the PDF, which is what gets signed.
    await Promise.allSettled(needed.map((one) => stacks.load(study, one)))
    this.requestUpdate()
  }

  /** Passkey first, over the digests of what was frozen; then the signing key, opened by the PIN for this once. */
  async #sign(): Promise<void> {
    const prepared = this.#prepared
    if (prepared === null || this.#missing() !== "") return
    this.#failure = null
    try {
      await this.#pair()
      this.#become("identity")
      const optionsJSON = prepared.passkey as PublicKeyCredentialRequestOptionsJSON
      const assertion = await startAuthentication({ optionsJSON })
      this.#become("signing")
      const pin = this.#pin
      this.#forgetPin()
      const answered = await this.api.sign(prepared.prepareId, assertion, pin)
      const { awaitsSignature } = await endedByCard(this.api, this.#caseNumber(), answered, (sha256) =>
        this.#showCard(sha256),
      )
      this.#become(awaitsSignature === true ? "approved" : "signed")
      await this.#refresh()
    } catch (error) {
      const told = passkeyError(error)
      this.#fail(FAILED_STEP[told.code] ?? (this.#phase === "identity" ? "identity" : "hpki"), told)
    }
  }

  /** Before a gesture is asked for: a bridge that does not run, or has no card, is told now. */
  async #pair(): Promise<void> {
    const bridge = this.#bridge()
    if (bridge === null) return
    if (!bridge.isPaired) await bridge.pair(this.#pin)
    this.#forgetPin()
    await bridge.look()
  }

  #bridge(): CardBridge | null {
    const origin = this.#prepared?.bridge
    return origin === undefined ? null : new CardBridge(origin)
  }

  #caseNumber(): string {
    return this.#view?.requestNumber ?? ""
  }

  #showCard(sha256: string): void {
    this.#cardSha256 = sha256
    this.requestUpdate()
  }

  async #refresh(): Promise<void> {
    if (this.#phase !== "signed" && this.#phase !== "approved") return
    try {
      this.#view = await this.api.reading(this.requestId, "page")
      if (this.#awaits() !== undefined) this.#become("approved")
      else if (this.#isOnItsWay()) this.#become("signed")
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
    // Of no use before there is something to follow, and once all of it is done.
    if (this.#ticks % POLL_TICKS === 0 && !this.#isFinished()) void this.#refresh()
    this.requestUpdate()
  }

  #become(phase: Phase): void {
    this.#phase = phase
    this.#cardSha256 = ""
    // What is approved is the gateway's; nothing here is left to agree to.
    if (phase === "approved") this.#prepared = null
    this.requestUpdate()
  }

  #fail(step: SigningStep, error: ApiError): void {
    this.#failure = { step, error }
    if (error.code === "ERR_KEY_LOGIN") void this.#findLogin()
    this.#become(this.#prepared === null ? "preparing" : "prepared")
  }

  async #findLogin(): Promise<void> {
    this.#loginUrl = null
    try {
      const { url } = await this.api.signingService()
      this.#loginUrl = url.startsWith("https://") ? url : null
    } catch (error) {
      this.#failure = { step: "hpki", error: asApiError(error) }
    }
    this.requestUpdate()
  }

  #agree(part: { confirmed?: boolean; pin?: string }): void {
    this.#confirmed = part.confirmed ?? this.#confirmed
    this.#pin = part.pin ?? this.#pin
    this.requestUpdate()
  }

  /** What keeps the button from signing; "" = nothing. */
  #missing(): string {
    const bridge = this.#bridge()
    if (bridge?.isPaired === true) return this.#confirmed ? "" : st("sign.missing-confirm")
    if (bridge !== null && this.#pin === "") return st("sign.missing-code")
    if (!this.#confirmed && this.#pin === "") return st("sign.missing-both")
    if (!this.#confirmed) return st("sign.missing-confirm")
    return this.#pin === "" ? st("sign.missing-pin") : ""
  }

  #forgetPin(): void {
    this.#pin = ""
    const field = this.querySelector<HTMLInputElement>("input[name=pin], input[name=code]")
    if (field !== null) field.value = ""
  }

  // ---- drawing

  #isExpired(): boolean {
    return this.#prepared !== null && Date.parse(this.#prepared.expiresAt) <= this.api.clock.now().getTime()
  }

  #steps(): readonly ShownStep[] {
    const signing = this.#view?.signing ?? null
    const frozenAt = this.#prepared?.frozenAt ?? null
    if (this.#phase === "signed" || this.#phase === "approved")
      return signing === null ? stepsBefore("signing", frozenAt) : stepsOf(signing)
    const steps = stepsBefore(this.#phase, frozenAt)
    const stopped = this.#failure?.step
    return stopped === undefined
      ? steps
      : steps.map((one) => (one.step === stopped ? { ...one, state: "fail" } : one))
  }

  #fault(): unknown {
    const code = this.#phase === "signed" ? (this.#view?.signing?.failure ?? null) : null
    if (this.#failure !== null) return signFault(this.#failure.error, () => this.#retry(), this.#loginUrl)
    return code === null ? nothing : sendFault(code, () => void this.#refresh())
  }

  /** What was frozen serves again after a wrong PIN or a passkey not given; anything else needs a new preparation. */
  #retry(): void {
    const failure = this.#failure
    if (this.#prepared === null || failure === null || NEEDS_PREPARING.has(failure.error.code))
      void this.#prepare()
    else {
      this.#failure = null
      this.requestUpdate()
      this.querySelector<HTMLInputElement>("input[name=pin]")?.focus()
    }
  }

  #foot(busy: boolean): unknown {
    if (this.#phase === "signed") return signedFoot()
    if (this.#phase === "approved")
      return html`<awaited-signature
        .api=${this.api}
        .view=${this.#view}
        @changed=${() => void this.#refresh()}
      ></awaited-signature>`
    if (this.#prepared === null)
      return html`<a class="btn" href=${address.read(this.requestId)}
        >${icon("left", "s")}${st("sign.edit")}</a
      >`
    if (!this.#isExpired())
      return [
        this.#keyField(busy),
        signButtons(this.requestId, busy, this.#missing(), this.#failure === null),
      ]
    return expired(() => void this.#prepare())
  }

  /** PIN here, or code and PIN at the bridge's window. */
  #keyField(busy: boolean): unknown {
    const bridge = this.#bridge()
    const write = (pin: string): void => this.#agree({ pin })
    if (bridge === null) return pinField(busy, write)
    return bridge.isPaired ? cardHint(this.#caseNumber(), this.#cardSha256) : codeField(busy, write)
  }

  #stateBadge(view: ReadingView): TemplateResult {
    if (this.#phase === "signed")
      return html`<span class="badge badge-plain"
        >${icon("check")}${st("report.signed", { version: signedVersion(view) })}</span
      >`
    if (this.#phase === "approved")
      return html`<span class="badge badge-warn">${icon("hourglass")}${st("awaits.badge")}</span>`
    if (this.#prepared !== null)
      return html`<span class="badge badge-plain"
          >${icon("freeze")}${st("sign.frozen", { version: this.#prepared.version })}</span
        >
        <span class="sub">${st(this.#sheet === "failed" ? "sign.see-pdf" : "sign.as-is")}</span>`
    return html`<span class="badge badge-warn">${st("sign.not-frozen")}</span>`
  }

  #left(view: ReadingView): unknown {
    const prepared = this.#prepared
    if (this.#phase === "preparing" && this.#failure === null) return skeleton(st("sign.preparing"))
    const shown = this.#document()
    if (shown === null || this.#store === null) return nothing
    const prepareId = prepared?.prepareId ?? this.#awaits()?.prepareId
    const foot =
      prepared === null ? this.#pdf() : frozenFoot(prepared, this.api.preparedPdfUrl(prepared.prepareId))
    if (prepareId !== undefined && this.#sheet !== "failed")
      return html`${this.#title(view)} ${this.#pages(shown, prepareId)} ${foot}`
    const keys = shown.draft.keyImages.flatMap((key) => this.#stacks?.locate(view, key) ?? [])
    return html`${this.#title(view)} ${frozenReport(shown, view, keys, this.#store)} ${foot}`
  }

  #pdf(): unknown {
    const awaits = this.#awaits()
    return awaits === undefined
      ? nothing
      : html`<div class="row s sub">${pdfLink(this.api.preparedPdfUrl(awaits.prepareId))}</div>`
  }

  /** The very pages; should they not be drawn, their text, and a word that the PDF is what counts. */
  #pages(shown: Pick<PreparedReport, "patient" | "draft">, prepareId: string): TemplateResult {
    const become = (state: SheetState): void => {
      this.#sheet = state
      this.requestUpdate()
    }
    return frozenSheet(shown, this.api.preparedSheetUrl(prepareId), this.#sheet, become)
  }

  #title(view: ReadingView): TemplateResult {
    return html`<div class="row between">
      <h1>${st("sign.title")}</h1>
      <span class="row s">${this.#stateBadge(view)}</span>
    </div>`
  }

  override render(): unknown {
    const view = this.#view
    if (view === null)
      return this.#failure === null
        ? skeleton(st("sign.preparing"))
        : failed("session.failed", this.#failure.error, () => void this.#prepare())
    const now = this.api.clock.now()
    const back = { href: address.read(this.requestId), label: st("sign.back") }
    const isOpen = this.#prepared !== null && this.#phase !== "signed" && !this.#isExpired()
    const left =
      this.#prepared === null || this.#phase === "signed" ? null : timeLeft(this.#prepared.expiresAt, now)
    const busy = this.#phase === "identity" || this.#phase === "signing"
    const words = {
      hospital: view.hospital,
      left,
      failure: this.#fault(),
      isAwaited: this.#phase === "approved",
    }
    return html`${studyHeader(view, now, back)}
      <main class="fill sign" tabindex="-1">
        <section class="sign-left">${this.#left(view)}</section>
        <form
          class="sign-right"
          aria-label=${st("sign.progress")}
          @submit=${(event: SubmitEvent) => {
            event.preventDefault()
            void this.#sign()
          }}
        >
          ${isOpen ? confirmBox(this.#confirmed, busy, (confirmed) => this.#agree({ confirmed })) : nothing}
          ${signSteps(this.#steps(), words)}
          <span class="grow"></span>
          ${this.#foot(busy)}
        </form>
      </main>`
  }
}
customElements.define("sign-screen", SignScreen)
