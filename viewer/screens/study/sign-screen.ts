import { startAuthentication, type PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/browser"
import { html, nothing } from "lit"
import type { PreparedReport, ReadingView, SigningStep } from "../../../gateway/journey/views/reading.ts"
import type { Api, ApiError } from "../../api.ts"
import "./awaited-signature.ts"
import type { LiveEvents } from "../../live-events.ts"
import { asApiError } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { passkeyError } from "../../parts/passkey-error.ts"
import { failed, skeleton } from "../../parts/states.ts"
import { st } from "../../text/study.ts"
import { address } from "../../words/route.ts"
import { CaseWatch } from "./case-watch.ts"
import type { SheetState } from "./frozen-report.ts"
import { focusKeyField } from "./key-field.ts"
import { KeyImages } from "./key-images.ts"
import { needsPreparing, sendFault, signFault, stepOf } from "./sign-fault.ts"
import { confirmBox, expired, signButtons, signedFoot } from "./sign-form.ts"
import { documentOf, signSheet } from "./sign-sheet.ts"
import {
  isExpired,
  signSteps,
  stepsBefore,
  stepsOf,
  timeLeft,
  type ShownStep,
  type StepWords,
} from "./sign-steps.ts"
import { missingWords, SigningKey } from "./signing-key.ts"
import { studyHeader } from "./study-frame.ts"

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
  /** Where to log in to the service that holds the key, once it has been asked for. */
  #loginUrl: string | null = null
  #key: SigningKey | null = null
  #keyImages: KeyImages | null = null

  constructor() {
    super()
    new CaseWatch(this, () => void this.#refresh())
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#keyImages?.close()
    this.#key?.take()
  }

  /** The page may have set `api` before this class was loaded; only now is it surely here. */
  protected override firstUpdated(): void {
    this.#begin()
  }

  #begin(): void {
    this.#keyImages = new KeyImages(this.api)
    this.#key = new SigningKey(this.api, () => this.requestUpdate())
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
    this.#key?.at(this.#prepared.bridge, this.#view?.reportSignature === "seal+passkey")
    this.#become("prepared")
  }

  async #loadKeyImages(): Promise<void> {
    const view = this.#view
    const shown = view === null ? null : documentOf({ view, prepared: this.#prepared })
    if (view === null || shown === null) return
    await this.#keyImages?.load(view, shown.draft)
    this.requestUpdate()
  }

  /** Passkey first, over the digests of what was frozen; then the signing key, unlocked for this once. */
  async #sign(): Promise<void> {
    const [prepared, key] = [this.#prepared, this.#key]
    if (prepared === null || key === null || this.#missing() !== "") return
    this.#failure = null
    try {
      await key.ready()
      this.#become("identity")
      const optionsJSON = prepared.passkey as PublicKeyCredentialRequestOptionsJSON
      const assertion = await startAuthentication({ optionsJSON })
      this.#become("signing")
      const answered = await this.api.sign(prepared.prepareId, assertion, key.take())
      const { awaitsSignature } = await key.ended(this.#caseNumber(), answered)
      this.#become(awaitsSignature === true ? "approved" : "signed")
      await this.#refresh()
    } catch (error) {
      const told = passkeyError(error)
      key.failed(told.code)
      this.#fail(stepOf(told.code) ?? (this.#phase === "identity" ? "identity" : "hpki"), told)
    }
  }

  #caseNumber(): string {
    return this.#view?.requestNumber ?? ""
  }

  /** Of no use before there is something to follow, and once all of it is done. */
  async #refresh(): Promise<void> {
    if ((this.#phase !== "signed" && this.#phase !== "approved") || this.#isFinished()) return
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

  #become(phase: Phase): void {
    this.#phase = phase
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

  #agree(isConfirmed: boolean): void {
    this.#confirmed = isConfirmed
    this.requestUpdate()
  }

  /** What keeps the button from signing; "" = nothing. */
  #missing(): string {
    const words = missingWords(this.#confirmed, this.#key?.missing ?? null)
    return words === null ? "" : st(words)
  }

  // ---- drawing

  #isExpired(): boolean {
    return isExpired(this.#prepared, this.api.clock.now())
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
    if (this.#failure !== null)
      return signFault(this.#failure.error, () => void this.#retry(), this.#loginUrl)
    return code === null ? nothing : sendFault(code, () => void this.#refresh())
  }

  /** What was frozen serves again after a wrong PIN or a passkey not given; anything else needs a new preparation. */
  async #retry(): Promise<void> {
    const failure = this.#failure
    if (this.#prepared === null || failure === null || needsPreparing(failure.error.code))
      return this.#prepare()
    this.#failure = null
    this.requestUpdate()
    await this.updateComplete
    focusKeyField(this)
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
        this.#key?.field(busy, { caseNumber: this.#caseNumber(), pdfSha256: this.#prepared.pdfSha256 }),
        signButtons(this.requestId, busy, this.#missing(), this.#failure === null),
      ]
    return expired(() => void this.#prepare())
  }

  #left(view: ReadingView): unknown {
    const keys = this.#keyImages
    if (keys === null || (this.#phase === "preparing" && this.#failure === null))
      return skeleton(st("sign.preparing"))
    const become = (sheet: SheetState): void => {
      this.#sheet = sheet
      this.requestUpdate()
    }
    const [prepared, isSigned] = [this.#prepared, this.#phase === "signed"]
    return signSheet({ api: this.api, view, prepared, isSigned, keys, sheet: this.#sheet, become })
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
    const words: StepWords = {
      hospital: view.hospital,
      left,
      failure: this.#fault(),
      isAwaited: this.#phase === "approved",
      signature: view.reportSignature ?? "hpki",
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
          ${isOpen ? confirmBox(this.#confirmed, busy, (confirmed) => this.#agree(confirmed)) : nothing}
          ${signSteps(this.#steps(), words)}
          <span class="grow"></span>
          ${this.#foot(busy)}
        </form>
      </main>`
  }
}
customElements.define("sign-screen", SignScreen)
