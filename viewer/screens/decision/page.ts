/** Images about which a person has to decide: whose they are, and which of several copies counts. With a reason, always. */
import { html, nothing, type TemplateResult } from "lit"
import type { CopyChoice, StudyQuestion } from "../../../gateway/journey/views/staff.ts"
import type { Api, ApiError } from "../../api.ts"
import type { LiveEvents } from "../../live-events.ts"
import { banner } from "../../parts/banner.ts"
import { asApiError, Fetched } from "../../parts/fetched.ts"
import { textArea } from "../../parts/field.ts"
import { icon } from "../../parts/icon.ts"
import { beforeAnswer } from "../../parts/looked-at.ts"
import { LightElement } from "../../parts/light-element.ts"
import { failureWords } from "../../parts/states.ts"
import { studyBar } from "../../parts/study-bar.ts"
import { t } from "../../text/language.ts"
import { address } from "../../words/route.ts"
import { bulk, isWhole, type Chosen, type Which } from "../../words/copy-choice.ts"
import { copiesPanel } from "./copies.ts"
import { twoStudies } from "./studies.ts"

/** The gateway takes so many choices in one body. */
const CHOICES_AT_ONCE = 1_000

export class PageDecision extends LightElement {
  static override properties = {
    api: { attribute: false },
    live: { attribute: false },
    studyId: { attribute: false },
  }
  declare api: Api
  declare live: LiveEvents
  declare studyId: string
  readonly #question = new Fetched(this, (by) => this.api.studyQuestion(this.studyId, by))
  #chosen: Chosen = new Map()
  #reason = ""
  #tried = false
  #busy = false
  #refusal: ApiError | null = null
  #unhear: () => void = () => undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#unhear = this.live.hear(() => void this.#question.reload("page"))
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unhear()
  }

  /** Nothing is decided without a reason; then back to the list, where the row has moved on. */
  async #decide(act: (reason: string) => Promise<void>): Promise<void> {
    this.#tried = true
    this.requestUpdate()
    if (this.#reason.trim() === "") {
      await this.updateComplete
      this.querySelector<HTMLElement>("[aria-invalid=true]")?.focus()
      return
    }
    this.#busy = true
    this.#refusal = null
    this.requestUpdate()
    try {
      await act(this.#reason.trim())
      location.hash = address.staff
    } catch (error) {
      this.#refusal = asApiError(error)
      void this.#question.reload()
    }
    this.#busy = false
    this.requestUpdate()
  }

  async #choose(reason: string): Promise<void> {
    const choices: CopyChoice["choices"] = [...this.#chosen].map(([SOPInstanceUID, objectId]) => ({
      SOPInstanceUID,
      objectId,
    }))
    for (let from = 0; from < choices.length; from += CHOICES_AT_ONCE)
      await this.api.choose(this.studyId, { choices: choices.slice(from, from + CHOICES_AT_ONCE), reason })
  }

  #reasonField(): TemplateResult {
    const isMissing = this.#tried && this.#reason.trim() === ""
    return textArea(
      {
        name: "reason",
        label: t("decide.reason"),
        initial: "",
        required: true,
        error: isMissing,
        hint: t("decide.reason-hint"),
        input: (value) => {
          this.#reason = value
        },
      },
      2,
    )
  }

  #whose(question: StudyQuestion): unknown {
    const [first] = question.sameUid
    if (first === undefined) return nothing
    const rule = (ruling: "same-patient" | "own-study"): Promise<void> =>
      this.#decide((reason) =>
        this.api.rule(
          this.studyId,
          ruling === "own-study"
            ? { what: ruling, reason }
            : { what: ruling, studyId: first.studyId, reason },
        ),
      )
    return html`<section class="panel panel-pad stack stack-4">
      <div class="stack">
        <h2>${t("decide.whose")}</h2>
        <p class="sub">${t("decide.whose-note")}</p>
      </div>
      ${twoStudies(first, question, this.api.clock.now())} ${this.#reasonField()}
      <div class="decide-two">
        <div class="stack">
          <button class="btn" ?disabled=${this.#busy} @click=${() => rule("same-patient")}>
            ${icon("link", "s")}${t("decide.same-patient")}</button
          ><small class="hint">${t("decide.same-patient-note")}</small>
        </div>
        <div class="stack">
          <button class="btn" ?disabled=${this.#busy} @click=${() => rule("own-study")}>
            ${icon("images", "s")}${t("decide.own-study")}</button
          ><small class="hint">${t("decide.own-study-note")}</small>
        </div>
      </div>
    </section>`
  }

  #which(question: StudyQuestion): unknown {
    const { conflicts } = question
    if (conflicts.length === 0) return nothing
    const ready = isWhole(conflicts, this.#chosen)
    const change = (chosen: Chosen): void => {
      this.#chosen = chosen
      this.requestUpdate()
    }
    return html`<section class="panel panel-pad stack stack-4">
      <div class="stack">
        <h2>${t("decide.which", { n: conflicts.length })}</h2>
        <p class="sub">${t("decide.which-note")}</p>
      </div>
      ${copiesPanel({
        conflicts,
        chosen: this.#chosen,
        now: this.api.clock.now(),
        pictureUrl: (objectId) => this.api.copyPictureUrl(this.studyId, objectId),
        choose: (uid, objectId) => change(new Map([...this.#chosen, [uid, objectId]])),
        all: (which: Which) => change(bulk(conflicts, which)),
      })}
      ${question.sameUid.length === 0 ? this.#reasonField() : nothing}
      <div class="row wrap">
        <button
          class="btn ${ready ? "btn-primary" : ""}"
          ?disabled=${this.#busy || !ready}
          @click=${() => this.#decide((reason) => this.#choose(reason))}
        >
          ${icon("check", "s")}${t("decide.take")}</button
        ><small class="hint"
          >${ready ? t("decide.take-note") : t("decide.open", { n: conflicts.length - this.#chosen.size })}</small
        >
      </div>
    </section>`
  }

  #ready(question: StudyQuestion): TemplateResult {
    const settled = question.sameUid.length + question.conflicts.length === 0
    return html`${studyBar({
        back: address.staff,
        backLabel: t("nav.back-to-list"),
        patient: question.patient,
        study: question.study,
        requestNumber: "",
        way: [],
        now: this.api.clock.now(),
      })}
      ${this.#refusal === null ? nothing : banner("danger", "alert", failureWords(this.#refusal))}
      <main class="fill decide" tabindex="-1">
        ${this.#whose(question)} ${this.#which(question)}
        ${settled ? html`<p class="sub">${t("decide.settled")}</p>` : nothing}
      </main>`
  }

  override render(): TemplateResult {
    const { answer } = this.#question
    return answer === null
      ? beforeAnswer(this.#question, "decide.failed", t("decide.loading"))
      : this.#ready(answer.value)
  }
}
customElements.define("page-decision", PageDecision)
