/** The hospital's list, printed like a timetable: stations in the head, every request a line beneath them. */
import { html, type TemplateResult } from "lit"
import type { StaffItem } from "../../../gateway/journey/views/staff.ts"
import type { StationName } from "../../../gateway/journey/views/study.ts"
import type { Api, ApiError } from "../../api.ts"
import type { LiveEvents } from "../../live-events.ts"
import { banner } from "../../parts/banner.ts"
import { asApiError, Fetched } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { beforeAnswer, staleNotice } from "../../parts/looked-at.ts"
import { LightElement } from "../../parts/light-element.ts"
import { empty, failureWords, isTold } from "../../parts/states.ts"
import { updatedWords } from "../../parts/updated.ts"
import { wayKey } from "../../parts/way-line.ts"
import { language, t } from "../../text/language.ts"
import { calendarDay, day } from "../../words/instant.ts"
import { address } from "../../words/route.ts"
import { inStaffOrder, needsStaff, stage } from "../../words/stage.ts"
import { staffRow } from "./row.ts"

const GROUPS = ["all", "todo", "reported", "done"] as const
type Group = (typeof GROUPS)[number]

const IN_GROUP: Readonly<Record<Group, (item: StaffItem) => boolean>> = {
  all: () => true,
  todo: needsStaff,
  reported: (item) => item.reportId !== null,
  done: (item) => stage(item) === "done",
}

const STATIONS: readonly StationName[] = [
  "received",
  "sent",
  "arrived",
  "reading",
  "reported",
  "acknowledged",
  "seen",
  "acted",
]

/** Fires `write-request` with the StaffItem whose study a request is written for, or null for any. */
export class PageStaffList extends LightElement {
  static override properties = { api: { attribute: false }, live: { attribute: false } }
  declare api: Api
  declare live: LiveEvents
  readonly #list = new Fetched(this, (by) => this.api.requests(by))
  #group: Group = "all"
  #busy: string | null = null
  #refusal: ApiError | null = null
  #unhear: () => void = () => undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#unhear = this.live.hear(() => void this.#list.reload("page"))
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unhear()
  }

  #write(item: StaffItem | null): void {
    this.dispatchEvent(new CustomEvent("write-request", { detail: item }))
  }

  async #act({ requestId }: StaffItem, act: (requestId: string) => Promise<void>): Promise<void> {
    if (requestId === null) return
    this.#busy = requestId
    this.#refusal = null
    this.requestUpdate()
    try {
      await act(requestId)
    } catch (error) {
      this.#refusal = asApiError(error)
    }
    this.#busy = null
    await this.#list.reload()
  }

  #head(items: readonly StaffItem[]): TemplateResult {
    const today = calendarDay(day(this.api.clock.now()), language())
    return html`<div class="row wrap sl-title">
      <h1>${t("staff.title")}</h1>
      <span class="sub s">${today}${t("list.space")}${t("count.requests", { n: items.length })}</span>
      <span class="grow"></span>
      <div class="row wrap" role="toolbar" aria-label=${t("filter.label")}>
        ${GROUPS.map(
          (group) =>
            html`<button
              class="chip"
              aria-pressed=${this.#group === group ? "true" : "false"}
              @click=${() => this.#choose(group)}
            >
              ${t(`staff-filter.${group}`)} <b>${items.filter(IN_GROUP[group]).length}</b>
            </button>`,
        )}
      </div>
      <a class="btn btn-primary" href=${address.newRequest}
        >${icon("plus", "s")}${t("action.write-request")}</a
      >
    </div>`
  }

  #choose(group: Group): void {
    this.#group = group
    this.requestUpdate()
  }

  #columns(): TemplateResult {
    return html`<div class="sl-head sl-grid" role="row">
      <span role="columnheader">${t("column.urgency")}</span>
      <span role="columnheader">${t("column.patient")}</span>
      <span role="columnheader">${t("column.exam")}</span>
      <div class="sl-way" role="columnheader" aria-label=${t("way.label")}>
        <i class="span-2">${t("way.from-here")}</i><i class="span-3">${t("way.at-center")}</i
        ><i class="span-3">${t("way.at-home")}</i>
        ${STATIONS.map((name) => html`<span>${t(`station.${name}`)}</span>`)}
      </div>
      <span role="columnheader">${t("column.state")}</span>
      <span role="columnheader"><span class="vh">${t("column.action")}</span></span>
    </div>`
  }

  #table(items: readonly StaffItem[]): TemplateResult {
    const shown = inStaffOrder(items.filter(IN_GROUP[this.#group]))
    if (shown.length === 0) return this.#nothing(items.length > 0)
    const now = this.api.clock.now()
    return html`<section class="panel" role="table" aria-label=${t("staff.title")}>
      ${this.#columns()}
      ${shown.map((item) =>
        staffRow({
          item,
          now,
          busy: this.#busy !== null && this.#busy === item.requestId,
          release: () => void this.#act(item, (id) => this.api.release(id)),
          retry: () => void this.#act(item, (id) => this.api.retry(id)),
          close: () => void this.#act(item, (id) => this.api.close(id)),
          write: () => this.#write(item),
        }),
      )}
    </section>`
  }

  #nothing(filtered: boolean): TemplateResult {
    const note = updatedWords(this.#list, this.api.clock.now())
    if (filtered) return empty(t(`staff-empty.${this.#group}`), note)
    return empty(t("staff.empty"), t("staff.empty-note"))
  }

  #notice(): unknown {
    if (isTold(this.#refusal)) return banner("danger", "alert", failureWords(this.#refusal))
    return staleNotice(this.#list, this.api.clock.now())
  }

  override render(): TemplateResult {
    const { answer } = this.#list
    if (answer === null) return beforeAnswer(this.#list, "staff.failed", t("staff.loading"))
    const { items } = answer.value
    return html`${this.#notice()}
      <main class="fill staff" tabindex="-1">${this.#head(items)}${this.#table(items)}</main>
      <footer class="wl-foot">
        ${wayKey()}<span class="grow"></span><span>${updatedWords(this.#list, this.api.clock.now())}</span>
      </footer>`
  }
}
customElements.define("page-staff-list", PageStaffList)
