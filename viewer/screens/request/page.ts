/** 読影依頼票: what the centre must know to read, entered once and checked before it is sent. */
import { html, nothing, type TemplateResult } from "lit"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import type { StaffItem } from "../../../gateway/journey/views/staff.ts"
import { ApiError, type Api } from "../../api.ts"
import { asApiError } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { failed, skeleton } from "../../parts/states.ts"
import { language, t } from "../../text/language.ts"
import { address } from "../../words/route.ts"
import { agreedOf, consentWords, dueWords } from "./agreed.ts"
import { clinicalPanel } from "./clinical-panel.ts"
import { RequestDraft } from "./draft.ts"
import { checkingFoot, writingFoot } from "./foot.ts"
import { patientPanel } from "./patient-panel.ts"
import { reviewPaper, sentPaper, type Review } from "./review.ts"
import { sendingPanel } from "./sending-panel.ts"
import { urgencyPanel } from "./urgency-panel.ts"

/**
 * Written, read once more, sent. What was written is a patient's: it is kept nowhere in the browser, so leaving the page
 * asks first; the study it is for stands in the address by its opaque id, and is found again after a reload.
 */
export class PageRequestForm extends LightElement {
  static override properties = {
    api: { attribute: false },
    session: { attribute: false },
    seed: { attribute: false },
    studyId: { attribute: false },
  }
  declare api: Api
  declare session: SessionView
  declare seed: StaffItem | null
  /** "" = no study yet. */
  declare studyId: string
  #draft: RequestDraft | null = null
  #leaving = false
  #busy = false
  #refusal: ApiError | null = null
  /** Why the study is not known. */
  #failure: ApiError | null = null
  /** Complete, and being read once more. */
  #checking = false
  /** It was entered under this id. */
  #sent: string | null = null
  readonly #ears = new AbortController()

  override connectedCallback(): void {
    super.connectedCallback()
    addEventListener("beforeunload", (event) => this.#mayLose(event), { signal: this.#ears.signal })
    void this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#ears.abort()
  }

  /** After a reload the address alone says which study it is. */
  async #begin(): Promise<void> {
    this.#failure = null
    try {
      if (this.seed === null && this.studyId !== "") {
        const { items } = await this.api.requests()
        this.seed = items.find((item) => item.studyId === this.studyId && item.requestId === null) ?? null
        if (this.seed === null) throw new ApiError(404, "ERR_NOT_FOUND", t("form.study-gone"), null)
      }
      this.#draft = this.#blank()
    } catch (error) {
      this.#failure = asApiError(error)
    }
    this.requestUpdate()
  }

  #blank(): RequestDraft {
    return new RequestDraft(this.seed, this.session, this.api.clock.now(), {
      changed: () => {
        this.#leaving = false
        this.requestUpdate()
      },
      writeIn: (field, value) => {
        const input = this.querySelector<HTMLInputElement>(`#${field}`)
        if (input !== null) input.value = value
      },
    })
  }

  get #mayBeLost(): boolean {
    return this.#draft !== null && this.#draft.isTouched && this.#sent === null
  }

  #mayLose(event: BeforeUnloadEvent): void {
    if (this.#mayBeLost) event.preventDefault()
  }

  async #check(draft: RequestDraft): Promise<void> {
    draft.tried = true
    this.#checking = draft.missing.length === 0
    this.requestUpdate()
    await this.updateComplete
    const next = this.#checking ? "main:not([hidden])" : "[aria-invalid=true]"
    this.querySelector<HTMLElement>(next)?.focus()
  }

  #edit(): void {
    this.#checking = false
    this.#refusal = null
    this.requestUpdate()
  }

  async #send({ input }: RequestDraft): Promise<void> {
    this.#busy = true
    this.#refusal = null
    this.requestUpdate()
    try {
      this.#sent = (await this.api.enter(input)).requestId
    } catch (error) {
      this.#refusal = asApiError(error)
    }
    this.#busy = false
    this.requestUpdate()
  }

  /** Leaving something typed takes a second press. */
  #leave(): void {
    if (!this.#mayBeLost || this.#leaving) location.hash = address.staff
    this.#leaving = true
    this.requestUpdate()
  }

  #review({ input, seed }: RequestDraft): Review {
    const agreed = agreedOf(this.session, input)
    return {
      input,
      study: seed?.study ?? null,
      partner: agreed?.partner ?? "",
      consent: consentWords(agreed, input),
      due: dueWords(agreed, input, this.api.clock.now()),
    }
  }

  #panels(draft: RequestDraft): TemplateResult {
    const agreed = agreedOf(this.session, draft.input)
    const due = dueWords(agreed, draft.input, this.api.clock.now())
    const find = this.session.directory === true ? (typed: string) => this.api.people(typed) : null
    return html`<div class="stack stack-3">
        ${patientPanel(draft, agreed)}${urgencyPanel(draft, agreed, this.session.agreements, due)}${clinicalPanel(draft, agreed, find)}
      </div>
      <aside class="stack stack-3">${sendingPanel(draft, agreed)}</aside>`
  }

  #foot(draft: RequestDraft): TemplateResult {
    const foot = {
      missing: draft.missing,
      tried: draft.tried,
      refusal: this.#refusal,
      leaving: this.#leaving,
      busy: this.#busy,
    }
    return this.#checking
      ? checkingFoot(
          foot,
          () => this.#edit(),
          () => void this.#send(draft),
        )
      : writingFoot(
          foot,
          () => this.#leave(),
          () => void this.#check(draft),
        )
  }

  /** The fields stay where they are while what they hold is read: going back loses nothing. */
  #body(draft: RequestDraft): TemplateResult {
    if (this.#sent !== null)
      return html`<main class="fill form-check" tabindex="-1">
        ${sentPaper(this.#review(draft), this.#sent)}
      </main>`
    return html`<main class="fill form" tabindex="-1" ?hidden=${this.#checking}>${this.#panels(draft)}</main>
      ${
        this.#checking
          ? html`<main class="fill form-check" tabindex="-1">${reviewPaper(this.#review(draft))}</main>`
          : nothing
      }
      ${this.#foot(draft)}`
  }

  #head(draft: RequestDraft): TemplateResult {
    const study = draft.seed?.study ?? null
    return html`<header class="study-header" lang=${language()}>
      <button
        type="button"
        class="btn btn-icon"
        aria-label=${t("nav.back-to-list")}
        @click=${() => this.#leave()}
      >
        ${icon("left")}
      </button>
      <div class="pt who">
        <h1>${t("form.title")}</h1>
        <small>${t("form.new")}</small>
      </div>
      <span class="grow"></span>
      ${
        study === null
          ? nothing
          : html`<span class="badge badge-info"
              >${icon("images")}${t("form.images-here", { n: study.instances })}</span
            >`
      }
    </header>`
  }

  override render(): unknown {
    if (this.#draft !== null) return html`${this.#head(this.#draft)}${this.#body(this.#draft)}`
    return html`<main class="fill">
      ${
        this.#failure === null
          ? skeleton(t("form.loading"))
          : failed("form.study-gone", this.#failure, () => void this.#begin())
      }
    </main>`
  }
}
customElements.define("page-request-form", PageRequestForm)
