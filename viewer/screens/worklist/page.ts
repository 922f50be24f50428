/** The radiologist's work list: STAT first, then by due time; new cases come by themselves. */
import { html, nothing, type TemplateResult } from "lit"
import type { WorkItem } from "../../../gateway/journey/views/reading.ts"
import type { Api, ApiError } from "../../api.ts"
import type { LiveEvents } from "../../live-events.ts"
import { banner } from "../../parts/banner.ts"
import { asApiError, Fetched } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { beforeAnswer, staleNotice } from "../../parts/looked-at.ts"
import { LightElement } from "../../parts/light-element.ts"
import { empty, failureWords, isTold } from "../../parts/states.ts"
import { updatedWords } from "../../parts/updated.ts"
import { t } from "../../text/language.ts"
import { chosen, inReadingOrder, isFinished, type Choice } from "../../words/order.ts"
import { address } from "../../words/route.ts"
import { workRow } from "./row.ts"

/** Due times are words of minutes; drawn again this often. */
const TICK_MS = 10_000
const GROUPS = ["all", "mine", "stat", "open"] as const
const EVERYTHING: Choice = { group: "all", modality: "", hospital: "", search: "" }

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort()

export class PageWorklist extends LightElement {
  static override properties = { api: { attribute: false }, live: { attribute: false } }
  declare api: Api
  declare live: LiveEvents
  readonly #list = new Fetched(this, (by) => this.api.worklist(by))
  #choice: Choice = EVERYTHING
  /** undefined: nobody chose yet, so the first case lies open. */
  #open: string | null | undefined
  #busy: string | null = null
  #refusal: ApiError | null = null
  #unhear: () => void = () => undefined
  #ticker: ReturnType<typeof setInterval> | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#unhear = this.live.hear(() => void this.#list.reload("page"))
    this.#ticker = setInterval(() => this.requestUpdate(), TICK_MS)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unhear()
    clearInterval(this.#ticker)
  }

  #choose(change: Partial<Choice>): void {
    this.#choice = { ...this.#choice, ...change }
    this.requestUpdate()
  }

  #toggle(item: WorkItem, open: boolean): void {
    this.#open = open ? null : item.requestId
    this.requestUpdate()
  }

  /** A finished case is only looked at; any other is reserved first, so that two never read the same. */
  async #start(item: WorkItem): Promise<void> {
    this.#busy = item.requestId
    this.#refusal = null
    this.requestUpdate()
    try {
      if (!isFinished(item)) await this.api.start(item.requestId)
      location.hash = address.read(item.requestId)
    } catch (error) {
      const refusal = asApiError(error)
      // Nobody reserves anything while the gateway is frozen, and everybody may look.
      if (refusal.code === "ERR_FROZEN") location.hash = address.read(item.requestId)
      else {
        this.#refusal = refusal
        void this.#list.reload()
      }
    }
    this.#busy = null
    this.requestUpdate()
  }

  async #act(item: WorkItem, act: (requestId: string) => Promise<void>): Promise<void> {
    this.#busy = item.requestId
    this.#refusal = null
    this.requestUpdate()
    try {
      await act(item.requestId)
    } catch (error) {
      this.#refusal = asApiError(error)
    }
    this.#busy = null
    void this.#list.reload()
  }

  #filters(items: readonly WorkItem[]): TemplateResult {
    const { group, modality, hospital, search } = this.#choice
    const all = { ...EVERYTHING, modality, hospital, search }
    return html`<div class="filters" role="toolbar" aria-label=${t("filter.label")}>
      ${GROUPS.map(
        (name) =>
          html`<button
            class="chip"
            aria-pressed=${group === name ? "true" : "false"}
            @click=${() => this.#choose({ group: name })}
          >
            ${t(`filter.${name}`)} <b>${chosen(items, { ...all, group: name }).length}</b>
          </button>`,
      )}
      <span class="vr"></span>
      ${this.#select("modality", t("filter.modality"), distinct(items.flatMap((i) => i.study.modalities)))}
      ${this.#select("hospital", t("filter.hospital"), distinct(items.map((item) => item.hospital)))}
      <span class="filters-find"
        >${this.#searchField()}<button
          class="btn btn-icon"
          aria-label=${t("action.refresh")}
          @click=${() => this.#list.reload()}
        >
          ${icon("refresh")}
        </button></span
      >
    </div>`
  }

  #select(field: "modality" | "hospital", label: string, values: readonly string[]): TemplateResult {
    return html`<span class="chip-select">
      <select
        class="chip"
        aria-label=${label}
        @change=${(event: Event) => this.#choose({ [field]: (event.target as HTMLSelectElement).value })}
      >
        <option value="">${label}</option>
        ${values.map(
          (value) =>
            html`<option value=${value} ?selected=${this.#choice[field] === value}>${value}</option>`,
        )}
      </select>
      ${icon("down", "s")}
    </span>`
  }

  #searchField(): TemplateResult {
    return html`<label class="input search"
      >${icon("search")}<input
        type="search"
        autocomplete="off"
        spellcheck="false"
        placeholder=${t("filter.search")}
        aria-label=${t("filter.search")}
        @input=${(event: Event) => this.#choose({ search: (event.target as HTMLInputElement).value })}
    /></label>`
  }

  #group(title: string, items: readonly WorkItem[], first: WorkItem | undefined): unknown {
    if (items.length === 0) return nothing
    const now = this.api.clock.now()
    const open = this.#open === undefined ? (first?.requestId ?? null) : this.#open
    return html`<div class="wl-group">
        <h2>${title}</h2>
        ${t("count.cases", { n: items.length })}
      </div>
      ${items.map((item) =>
        workRow({
          item,
          now,
          open: item.requestId === open,
          busy: this.#busy === item.requestId,
          toggle: () => this.#toggle(item, item.requestId === open),
          start: () => void this.#start(item),
          close: () => void this.#act(item, (id) => this.api.closeCase(id)),
          retry: () => void this.#act(item, (id) => this.api.retryCase(id)),
          rule: (what) => void this.#act(item, (id) => this.api.rulePatient(id, what)),
        }),
      )}`
  }

  #table(items: readonly WorkItem[]): TemplateResult {
    const shown = inReadingOrder(chosen(items, this.#choice))
    const done = shown.filter(isFinished)
    const stat = shown.filter((item) => item.urgency === "STAT" && !isFinished(item))
    const rest = shown.filter((item) => item.urgency !== "STAT" && !isFinished(item))
    const columns = ["urgency", "due", "exam", "patient", "from", "arrival", "owner"] as const
    if (shown.length === 0) return this.#nothingFound(items.length > 0)
    return html`<div role="table" aria-label=${t("nav.worklist")}>
      <div class="wl-head wl-grid" role="row">
        ${columns.map((name) => html`<span role="columnheader">${t(`column.${name}`)}</span>`)}
      </div>
      ${this.#group(t("group.stat"), stat, shown[0])} ${this.#group(t("group.by-due"), rest, shown[0])}
      ${this.#group(t("group.done"), done, undefined)}
    </div>`
  }

  #nothingFound(filtered: boolean): TemplateResult {
    if (!filtered) return empty(t("worklist.empty"), updatedWords(this.#list, this.api.clock.now()))
    return empty(
      t("filter.nothing"),
      t("filter.nothing-note"),
      html`<button class="btn" @click=${() => this.#clear()}>${t("filter.clear")}</button>`,
    )
  }

  #clear(): void {
    const field = this.querySelector<HTMLInputElement>("input[type=search]")
    if (field !== null) field.value = ""
    this.#choose(EVERYTHING)
  }

  #notice(): unknown {
    if (isTold(this.#refusal))
      return banner(
        "warn",
        this.#refusal.code === "ERR_LOCKED" ? "lock" : "alert",
        failureWords(this.#refusal),
      )
    return staleNotice(this.#list, this.api.clock.now())
  }

  override render(): TemplateResult {
    const { answer } = this.#list
    if (answer === null) return beforeAnswer(this.#list, "worklist.failed", t("worklist.loading"))
    const { items } = answer.value
    return html`${this.#notice()} ${items.length === 0 ? nothing : this.#filters(items)}
      <main class="fill" tabindex="-1">${this.#table(items)}</main>
      <footer class="wl-foot">
        <span>${t("count.cases", { n: items.length })}</span>
        <span class="row">${icon("refresh", "s")}${updatedWords(this.#list, this.api.clock.now())}</span>
        <span class="wl-foot-more">${t("worklist.clock")}</span>
        <span class="wl-foot-more">${t("worklist.live")}</span>
      </footer>`
  }
}
customElements.define("page-worklist", PageWorklist)
