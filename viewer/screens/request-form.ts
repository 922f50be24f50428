/** 読影依頼票: what the centre must know to read, entered once and checked before it is sent. */
import { html, nothing, type TemplateResult } from "lit"
import type { RequestInput, RequestText } from "../../gateway/journey/views/request.ts"
import type { SessionView } from "../../gateway/journey/views/session.ts"
import type { StaffItem } from "../../gateway/journey/views/staff.ts"
import type { Urgency } from "../../gateway/journey/views/study.ts"
import type { DirectoryPerson } from "../../gateway/standards/pwp/directory-person.ts"
import { ApiError, type Api } from "../api.ts"
import "../parts/person-field.ts"
import { asApiError } from "../parts/fetched.ts"
import { dueAhead, duration } from "../parts/due-dial.ts"
import { segments, selectField, textArea, textField, type Field } from "../parts/field.ts"
import { icon } from "../parts/icon.ts"
import { LightElement } from "../parts/light-element.ts"
import { examination } from "../parts/study-bar.ts"
import { failed, failureWords, skeleton } from "../parts/states.ts"
import { language, t } from "../text/language.ts"
import { daySeconds } from "../words/instant.ts"
import { nameLines } from "../words/patient-name.ts"
import { isRequired, missingFields, proposedNumber, type RequestField } from "../words/request-check.ts"
import { address } from "../words/route.ts"
import { reviewPaper, sentPaper, type Review } from "./request-review.ts"

const SETTINGS = ["outpatient", "inpatient", "emergency", "screening"] as const
/** Of a name or a place (DICOM LO). */
const LONGEST = 64
const URGENCIES: readonly Urgency[] = ["STAT", "HIGH", "ROUTINE"]

/** A blank form, or one that already knows which study it is for. */
function blank(seed: StaffItem | null, session: SessionView, now: Date): RequestInput {
  const request: RequestText = {
    purpose: "",
    diagnosis: "",
    history: "",
    department: "",
    physician: "",
    setting: "outpatient",
    contrast: "",
    telephone: "",
  }
  return {
    requestNumber: proposedNumber(daySeconds(now)),
    PatientID: seed?.patient.PatientID ?? "",
    patientName: seed === null ? "" : nameLines(seed.patient, "ja").name,
    urgency: seed?.urgency ?? "ROUTINE",
    agreement: session.agreements[0]?.id ?? "",
    StudyInstanceUID: seed?.study?.StudyInstanceUID ?? "",
    AccessionNumber: seed?.study?.AccessionNumber ?? "",
    request,
    telephoneOnResult: false,
    releaseWhenComplete: true,
  }
}

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
  #input: RequestInput | null = null
  /** What the fields were first drawn with. */
  #initial: RequestInput | null = null
  #tried = false
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
      this.#initial = blank(this.seed, this.session, this.api.clock.now())
      this.#input = this.#initial
    } catch (error) {
      this.#failure = asApiError(error)
    }
    this.requestUpdate()
  }

  get #isTouched(): boolean {
    return this.#input !== this.#initial && this.#sent === null
  }

  #mayLose(event: BeforeUnloadEvent): void {
    if (this.#isTouched) event.preventDefault()
  }

  #change(change: Partial<RequestInput>): void {
    if (this.#input !== null) this.#input = { ...this.#input, ...change }
    this.#leaving = false
    this.requestUpdate()
  }

  #replace(input: RequestInput): void {
    this.#input = input
    this.#change({})
  }

  #changeText(change: Partial<RequestText>): void {
    if (this.#input !== null) this.#change({ request: { ...this.#input.request, ...change } })
  }

  async #check(input: RequestInput): Promise<void> {
    this.#tried = true
    this.#checking = missingFields(input).length === 0
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

  async #send(input: RequestInput): Promise<void> {
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
    if (!this.#isTouched || this.#leaving) location.hash = address.staff
    this.#leaving = true
    this.requestUpdate()
  }

  #field(name: RequestField, initial: string, input: (value: string) => void): Field {
    const missing = this.#input === null ? [] : missingFields(this.#input)
    return {
      name,
      label: t(`request.${name}`),
      initial,
      required: isRequired(name),
      error: this.#tried && missing.includes(name),
      input,
    }
  }

  #own(
    name:
      "requestNumber" | "PatientID" | "patientName" | "AccessionNumber" | "agreement" | "affinityPatientId",
  ): Field {
    return this.#field(name, this.#initial?.[name] ?? "", (value) => this.#write(name, value))
  }

  /** Another reading centre has other policies, and other readers. */
  #write(name: keyof RequestInput, value: string): void {
    if (this.#input === null) return
    const { consent, ...without } = this.#input
    const isOther = name === "agreement"
    if (isOther) this.#writeIn("affinityPatientId", "")
    const kept = isOther || consent === undefined ? without : this.#input
    const request = isOther ? { ...kept.request, namedReader: "" } : kept.request
    if (isOther) this.#writeIn("namedReader", "")
    const { affinityPatientId = "" } = kept
    this.#replace({ ...kept, request, affinityPatientId: isOther ? "" : affinityPatientId, [name]: value })
  }

  #text(name: Exclude<keyof RequestText, "setting" | "physicianId">): Field {
    return this.#field(name, this.#initial?.request[name] ?? "", (value) =>
      this.#changeText({ [name]: value }),
    )
  }

  /** Whether the id written is the one in the images; a warning only, the gateway decides what belongs together. */
  #idHint(): Pick<Field, "hint"> {
    if (this.seed === null) return {}
    const { PatientID } = this.seed.patient
    return this.#input?.PatientID === PatientID
      ? { hint: html`<span class="t-ok">${t("form.from-images")}</span>` }
      : { hint: html`<span class="t-warn">${t("form.not-from-images", { id: PatientID })}</span>` }
  }

  #patient(): TemplateResult {
    return html`<section class="panel">
      <h2>${t("form.patient")}</h2>
      <div class="f-4">
        ${textField(this.#own("patientName"))} ${textField({ ...this.#own("PatientID"), ...this.#idHint() })}
        ${textField(this.#own("requestNumber"))}
        ${textField({
          ...this.#own("AccessionNumber"),
          ...(this.seed === null ? { hint: t("form.accession-hint") } : {}),
        })}
        ${this.#affinityPatient()}
      </div>
    </section>`
  }

  /** Only where the registry of the repository numbers patients itself. */
  #affinityPatient(): unknown {
    if (this.#input === null || this.#agreement(this.#input)?.affinityNumbers !== true) return nothing
    return textField({ ...this.#own("affinityPatientId"), hint: t("form.affinity-hint") })
  }

  #urgency(input: RequestInput): TemplateResult {
    const words = (urgency: Urgency): unknown =>
      urgency === "STAT" ? html`${icon("bell", "s")}${t("urgency.STAT")}` : t(`urgency.${urgency}`)
    return html`<section class="panel">
      <h2>${t("form.urgency")}</h2>
      <div class="stack stack-3">
        <div class="f-3 f-urg">
          ${segments(
            t("request.urgency"),
            input.urgency,
            URGENCIES.map((value) => ({ value, label: words(value), stat: value === "STAT" })),
            (value) => this.#change({ urgency: value as Urgency }),
            this.#dueWords(input),
          )}
          ${selectField(
            this.#own("agreement"),
            this.session.agreements.map(({ id, partner }) => ({ value: id, label: partner })),
          )}
          ${segments(
            t("form.telephone"),
            input.telephoneOnResult === true ? "yes" : "no",
            [
              { value: "yes", label: html`${icon("phone", "s")}${t("form.telephone-yes")}` },
              { value: "no", label: t("form.telephone-no") },
            ],
            (value) => this.#change({ telephoneOnResult: value === "yes" }),
          )}
          ${segments(
            t("form.release"),
            input.releaseWhenComplete ? "complete" : "person",
            [
              { value: "complete", label: t("form.release-complete") },
              { value: "person", label: t("form.release-person") },
            ],
            (value) => this.#change({ releaseWhenComplete: value === "complete" }),
          )}
        </div>
        ${this.#consent(input)}
      </div>
    </section>`
  }

  /** Only where the reading centre chosen wants one. */
  #consent(input: RequestInput): unknown {
    const policies = this.#agreement(input)?.consentPolicies ?? []
    if (policies.length === 0) return nothing
    const { consent, ...without } = input
    return segments(
      t("consent.title"),
      consent ?? "",
      [
        ...policies.map(({ policy, name }) => ({ value: policy, label: name })),
        { value: "", label: t("consent.not-yet") },
      ],
      (value) => this.#replace(value === "" ? without : { ...without, consent: value }),
      t(consent === undefined ? "consent.waits" : "consent.made-sure"),
    )
  }

  #agreement({ agreement }: RequestInput): SessionView["agreements"][number] | undefined {
    return this.session.agreements.find(({ id }) => id === agreement)
  }

  /** When it is due if it is sent now. */
  #dueWords(input: RequestInput): string {
    const minutes = this.#agreement(input)?.dueMinutes[input.urgency]
    return minutes === undefined
      ? ""
      : t("form.due-hint", {
          due: dueAhead(minutes, this.api.clock.now()),
          within: duration({ hours: Math.floor(minutes / 60), minutes: minutes % 60 }),
        })
  }

  #lacksConsent(input: RequestInput): boolean {
    const policies = this.#agreement(input)?.consentPolicies ?? []
    return policies.length > 0 && policies.every(({ policy }) => policy !== input.consent)
  }

  #consentWords(input: RequestInput): string {
    const policies = this.#agreement(input)?.consentPolicies ?? []
    const chosen = policies.find(({ policy }) => policy === input.consent)
    return policies.length === 0 ? "" : (chosen?.name ?? t("consent.waits"))
  }

  #review(input: RequestInput): Review {
    return {
      input,
      study: this.seed?.study ?? null,
      partner: this.#agreement(input)?.partner ?? "",
      consent: this.#consentWords(input),
      due: this.#dueWords(input),
    }
  }

  #clinical(input: RequestInput): TemplateResult {
    return html`<section class="panel">
      <h2>${t("form.clinical")}</h2>
      <div class="stack stack-3">
        ${segments(
          t("request.setting"),
          input.request.setting,
          SETTINGS.map((value) => ({ value, label: t(`setting.${value}`) })),
          (value) => this.#changeText({ setting: value as RequestText["setting"] }),
        )}
        <div class="f-3">
          ${this.#physician(input)} ${textField(this.#text("department"))}
          ${textField(this.#text("telephone"), "tel")}
        </div>
        <div class="f-2">${this.#namedReader(input)} ${this.#reportTo()}</div>
        <div class="f-2">${textField(this.#text("diagnosis"))} ${textField(this.#text("contrast"))}</div>
        ${textArea(this.#text("purpose"), 3)} ${textArea(this.#text("history"), 2)}
      </div>
    </section>`
  }

  /** Chosen from the directory, they bring what it knows of them; written otherwise afterwards, they are a name alone. */
  #physician({ request }: RequestInput): TemplateResult {
    const field = this.#field("physician", this.#initial?.request.physician ?? "", (value) =>
      this.#changeText({ physician: value, physicianId: "" }),
    )
    if (this.session.directory !== true) return textField(field)
    const { physicianId = "" } = request
    const hint =
      physicianId === ""
        ? {}
        : { hint: html`<span class="t-ok">${t("pick.chosen", { id: physicianId })}</span>` }
    return this.#person({ ...field, ...hint }, (person) => this.#chosen(person))
  }

  #chosen({ id, name, department, telephone }: DirectoryPerson): void {
    if (this.#input === null) return
    const { request } = this.#input
    const told = {
      ...(request.department === "" && department !== "" ? { department } : {}),
      ...(request.telephone === "" && telephone !== "" ? { telephone } : {}),
    }
    for (const [field, value] of Object.entries(told)) this.#writeIn(field, value)
    this.#changeText({ ...told, physician: name, physicianId: id })
  }

  /** Fields are the browser's; only an empty one is filled for somebody. */
  #writeIn(field: string, value: string): void {
    const input = this.querySelector<HTMLInputElement>(`#${field}`)
    if (input !== null) input.value = value
  }

  #person(field: Field, choose: (person: DirectoryPerson) => void): TemplateResult {
    return html`<person-field
      .field=${field}
      .find=${(typed: string) => this.api.people(typed)}
      .choose=${choose}
    ></person-field>`
  }

  /** One of those the agreement names; where it names nobody, a name. */
  #namedReader(input: RequestInput): TemplateResult {
    const readers = this.#agreement(input)?.readers ?? []
    const field = this.#text("namedReader")
    if (readers.length === 0) return textField(field)
    return selectField(field, [
      { value: "", label: t("form.anybody") },
      ...readers.map((name) => ({ value: name, label: name })),
    ])
  }

  #reportTo(): TemplateResult {
    const field = { ...this.#text("reportTo"), hint: t("form.report-to-hint") }
    if (this.session.directory !== true) return textField(field)
    return this.#person(field, ({ name, department }) => {
      const both = [department, name].filter(Boolean).join(t("list.space"))
      const place = both.length > LONGEST ? name : both
      this.#writeIn("reportTo", place)
      this.#changeText({ reportTo: place })
    })
  }

  #bound(input: RequestInput): TemplateResult {
    const study = this.seed?.study ?? null
    const ok = (words: string): TemplateResult =>
      html`<li class="is-ok">${icon("check")}<span>${words}</span></li>`
    return html`<section class="panel panel-pad stack stack-2">
      <h2>${t("form.sent")}</h2>
      <ul class="checks">
        ${
          study === null
            ? html`<li>${icon("images")}<span>${t("form.binds-later")}</span></li>`
            : ok(`${examination(study)}${t("list.space")}${t("arrival.count", { n: study.instances })}`)
        }
        ${ok(t("form.sends-request"))}
        ${
          this.#lacksConsent(input)
            ? html`<li>${icon("hourglass")}<span>${t("consent.waits")}</span></li>`
            : nothing
        }
        ${input.releaseWhenComplete ? ok(t("form.sends-complete")) : html`<li>${icon("hourglass")}<span>${t("form.sends-person")}</span></li>`}
      </ul>
      <p class="xs sub">${t("form.safe")}</p>
    </section>`
  }

  #foot(input: RequestInput): TemplateResult {
    const missing = missingFields(input)
    const names = missing.map((name) => t(`request.${name}`)).join(t("list.comma"))
    const told =
      this.#refusal !== null
        ? html`<span class="row t-danger strong" role="alert"
            >${icon("alert", "s")}${failureWords(this.#refusal)} (${this.#refusal.code})</span
          >`
        : this.#leaving
          ? html`<span class="row t-warn strong" role="status"
              >${icon("alert", "s")}${t("form.leave-loses")}</span
            >`
          : missing.length > 0
            ? html`<span class="row ${this.#tried ? "t-danger strong" : "sub"}" role="status"
                >${icon(this.#tried ? "alert" : "pen", "s")}${t("form.missing", { n: missing.length, names })}</span
              >`
            : html`<span class="row sub">${icon("check", "s")}${t("form.ready")}</span>`
    if (this.#checking) return this.#checkFoot(input, this.#refusal === null ? nothing : told)
    return html`<footer class="form-foot">
      ${told}<span class="grow"></span>
      <button type="button" class="btn" @click=${() => this.#leave()}>
        ${this.#leaving ? t("form.leave-anyway") : t("form.leave")}
      </button>
      <button
        class="btn btn-tall ${missing.length === 0 ? "btn-primary" : ""}"
        type="button"
        @click=${() => this.#check(input)}
      >
        ${icon("right", "s")}${t("form.send")}
      </button>
    </footer>`
  }

  #checkFoot(input: RequestInput, told: unknown): TemplateResult {
    return html`<footer class="form-foot">
      ${told}<span class="grow"></span>
      <button type="button" class="btn" ?disabled=${this.#busy} @click=${() => this.#edit()}>
        ${icon("pen", "s")}${t("form.edit")}
      </button>
      <button
        class="btn btn-tall btn-primary"
        type="button"
        ?disabled=${this.#busy}
        @click=${() => this.#send(input)}
      >
        ${icon("send", "s")}${this.#busy ? t("form.sending") : t("form.send-now")}
      </button>
    </footer>`
  }

  /** The fields stay where they are while what they hold is read: going back loses nothing. */
  #body(input: RequestInput): TemplateResult {
    if (this.#sent !== null)
      return html`<main class="fill form-check" tabindex="-1">
        ${sentPaper(this.#review(input), this.#sent)}
      </main>`
    return html`<main class="fill form" tabindex="-1" ?hidden=${this.#checking}>
        <div class="stack stack-3">${this.#patient()}${this.#urgency(input)}${this.#clinical(input)}</div>
        <aside class="stack stack-3">${this.#bound(input)}</aside>
      </main>
      ${
        this.#checking
          ? html`<main class="fill form-check" tabindex="-1">${reviewPaper(this.#review(input))}</main>`
          : nothing
      }
      ${this.#foot(input)}`
  }

  override render(): unknown {
    const input = this.#input
    if (input === null)
      return html`<main class="fill">
        ${
          this.#failure === null
            ? skeleton(t("form.loading"))
            : failed("form.study-gone", this.#failure, () => void this.#begin())
        }
      </main>`
    const study = this.seed?.study ?? null
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
      </header>
      ${this.#body(input)}`
  }
}
customElements.define("page-request-form", PageRequestForm)
