/** The technician's page: on one screen whether studies arrive and leave, and what to do about each light. */
import { html, type TemplateResult } from "lit"
import type { TestResult } from "../../../gateway/journey/views/technician.ts"
import type { Api, ApiError } from "../../api.ts"
import type { LiveEvents } from "../../live-events.ts"
import { banner } from "../../parts/banner.ts"
import { asApiError, Fetched } from "../../parts/fetched.ts"
import { LightElement } from "../../parts/light-element.ts"
import { failureWords } from "../../parts/states.ts"
import { staleWords, updatedWords } from "../../parts/updated.ts"
import { tt } from "../../text/technician.ts"
import { archive, certificates, disk, line, queue } from "./cards.ts"
import { devices, strangers } from "./devices.ts"
import { flow } from "./flow.ts"
import { beforeAnswer, staleNotice } from "../../parts/looked-at.ts"
import { recent } from "./recent.ts"
import { toDo, type Tests } from "./to-do.ts"

/** Ages and disks change without an event. */
const LOOK_MS = 15_000
/** While images stream in there is an event for each batch. */
const GAP_MS = 2_000

export class PageTechnician extends LightElement {
  static override properties = { api: { attribute: false }, live: { attribute: false } }
  declare api: Api
  declare live: LiveEvents
  readonly #view = new Fetched(this, (by) => this.api.technician(by))
  readonly #studies = new Fetched(this, (by) => this.api.requests(by))
  readonly #results = new Map<string, TestResult>()
  #running: string | null = null
  #refusal: ApiError | null = null
  #unhear: () => void = () => undefined
  #look: ReturnType<typeof setInterval> | undefined
  #gap: ReturnType<typeof setTimeout> | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#unhear = this.live.hear(() => this.#soon())
    this.#look = setInterval(() => this.#reload(), LOOK_MS)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unhear()
    clearInterval(this.#look)
    clearTimeout(this.#gap)
    this.#gap = undefined
  }

  #soon(): void {
    this.#gap ??= setTimeout(() => {
      this.#gap = undefined
      this.#reload()
    }, GAP_MS)
  }

  #reload(): void {
    void this.#view.reload("page")
    void this.#studies.reload("page")
  }

  async #test(key: string, ask: () => Promise<TestResult>): Promise<void> {
    this.#running = key
    this.#refusal = null
    this.requestUpdate()
    try {
      this.#results.set(key, await ask())
    } catch (error) {
      this.#refusal = asApiError(error)
    }
    this.#running = null
    await this.#view.reload()
  }

  #tests(): Tests {
    return {
      running: this.#running,
      results: this.#results,
      echo: (aeTitle) => void this.#test(`echo/${aeTitle}`, () => this.api.testEcho(aeTitle)),
      reach: (agreement) => void this.#test(`line/${agreement}`, () => this.api.testLine(agreement)),
    }
  }

  #notice(): unknown {
    if (this.#refusal !== null) return banner("danger", "alert", failureWords(this.#refusal))
    return staleNotice(this.#view, this.api.clock.now())
  }

  override render(): TemplateResult {
    const { answer } = this.#view
    if (answer === null) return beforeAnswer(this.#view, "technician.failed", tt("loading"))
    const view = answer.value
    const now = this.api.clock.now()
    const tests = this.#tests()
    const updated = this.#view.failure === null ? updatedWords(this.#view, now) : staleWords(this.#view, now)
    return html`${this.#notice()}
      <main class="fill tech" tabindex="-1" aria-label=${tt("title")}>
        ${flow(view, now, updated)} ${toDo(view, tests, now)}
        <div class="cards">
          ${recent(this.#studies.answer?.value.items ?? (this.#studies.failure === null ? [] : null), now)}
          ${devices(view, tests, now)} ${strangers(view, now)}
          ${view.partners.map((partner) => html`${queue(partner, now)}${line(partner, tests, now)}`)}
          ${disk(view)} ${archive(view, tests, now)} ${certificates(view, now)}
        </div>
      </main>`
  }
}
customElements.define("page-technician", PageTechnician)
