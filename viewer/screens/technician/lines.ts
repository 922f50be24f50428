/** The page of lines at the reading centre: which hospitals are connected, what waits for each, and what to do about each light. */
import { html, type TemplateResult } from "lit"
import type { LinesView } from "../../../gateway/journey/views/lines.ts"
import type { PartnerView } from "../../../gateway/journey/views/technician.ts"
import type { Api } from "../../api.ts"
import type { LiveEvents } from "../../live-events.ts"
import { Fetched } from "../../parts/fetched.ts"
import { LightElement } from "../../parts/light-element.ts"
import { staleWords, updatedWords } from "../../parts/updated.ts"
import { maybeTt, tt } from "../../text/technician.ts"
import { badge, card, contactBadge, contactFacts, lineTerms, queueFacts, roadHome } from "./cards.ts"
import { beforeAnswer, staleNotice } from "../../parts/looked-at.ts"
import { lasting } from "./times.ts"
import { toDo, type Tests } from "./to-do.ts"

/** Connections come and go without an event. */
const LOOK_MS = 15_000
/** A hospital behind NAT calls us: there is nothing to try from here. */
const NO_TESTS: Tests = {
  running: null,
  results: new Map(),
  echo: () => undefined,
  reach: () => undefined,
}

const isUp = ({ roadHome: road, failingSince }: PartnerView): boolean =>
  road === null ? failingSince === null : road.connectedSince !== null

function state(partner: PartnerView, now: Date): TemplateResult {
  const { roadHome: road } = partner
  if (partner.failed > 0) return badge("danger", tt("queue.stopped"))
  if (road === null) return contactBadge(partner, now)
  if (road.connectedSince !== null) return badge("ok", tt("lines.connected"))
  const ago = road.downSince === null ? "" : lasting(road.downSince, now)
  return badge(partner.waiting + partner.sending > 0 ? "danger" : "warn", tt("line.down", { ago }))
}

const wordsOf = (code: string): string => maybeTt(`lines.${code}`) ?? code

const hospital = (partner: PartnerView, now: Date): TemplateResult =>
  card(
    "line",
    partner.name,
    state(partner, now),
    html`${queueFacts(partner, now)}
    ${contactFacts(partner, now, roadHome(partner, now, tt("lines.road")), wordsOf)}
    ${lineTerms(partner, now)}`,
  )

const summary = ({ partners }: LinesView, updated: unknown): TemplateResult =>
  html`<section class="panel flow flow-alone" aria-label=${tt("lines.title")}>
    <header>
      <h1 class="grow row wrap">
        ${tt("lines.title")}
        <span class="sub s">${tt("lines.up", { up: partners.filter(isUp).length, n: partners.length })}</span>
      </h1>
      <span class="sub xs">${updated}</span>
    </header>
  </section>`

export class PageLines extends LightElement {
  static override properties = { api: { attribute: false }, live: { attribute: false } }
  declare api: Api
  declare live: LiveEvents
  readonly #view = new Fetched(this, (by) => this.api.lines(by))
  #unhear: () => void = () => undefined
  #look: ReturnType<typeof setInterval> | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    const reload = (): void => void this.#view.reload("page")
    this.#unhear = this.live.hear(reload)
    this.#look = setInterval(reload, LOOK_MS)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unhear()
    clearInterval(this.#look)
  }

  override render(): TemplateResult {
    const { answer, failure } = this.#view
    if (answer === null) return beforeAnswer(this.#view, "technician.failed", tt("loading"))
    const view = answer.value
    const now = this.api.clock.now()
    const updated = failure === null ? updatedWords(this.#view, now) : staleWords(this.#view, now)
    return html`${staleNotice(this.#view, now)}
      <main class="fill tech" tabindex="-1" aria-label=${tt("lines.title")}>
        ${summary(view, updated)} ${toDo(view, NO_TESTS, now, tt("lines.nothing"))}
        <div class="cards">${view.partners.map((partner) => hospital(partner, now))}</div>
      </main>`
  }
}
customElements.define("page-lines", PageLines)
