/**
 * The way line: a thin line with stations, the product's own sign. Shape, word and colour say the same, so that
 * any one of them may be missing; names stay for screen readers where they are not drawn.
 */
import { html, nothing, type TemplateResult } from "lit"
import type { Station, StationName } from "../../gateway/journey/views/study.ts"
import { t } from "../text/language.ts"
import { shortTime } from "../words/instant.ts"

/** First station on the other side of a border between hospital and centre. */
const BORDERS: readonly StationName[] = ["arrived", "acknowledged"]

export interface WayOptions {
  /** xs: dots only · m: names and times · times: times only, under a head that carries the names. */
  readonly size: "xs" | "m" | "times" | "names"
  readonly now: Date
  /** Short word under a station instead of its time. */
  readonly notes?: Partial<Record<StationName, string>>
}

function note(station: Station, options: WayOptions): unknown {
  if (options.size === "xs" || options.size === "names") return nothing
  const words = options.notes?.[station.name]
  if (words !== undefined) return html`<small>${words}</small>`
  if (station.state === "fail") return html`<small>${t("state.fail")}</small>`
  if (station.state === "hold") return html`<small>${t("state.hold")}</small>`
  return station.at === null ? nothing : html`<time>${shortTime(new Date(station.at), options.now)}</time>`
}

function stop(station: Station, options: WayOptions): TemplateResult {
  const name = t(`station.${station.name}`)
  const drawn = options.size === "m" || options.size === "names"
  const tenths = station.state === "part" ? Math.round((station.share ?? 0) * 10) : null
  return html`<li
    data-s=${station.state}
    title=${station.by === "answer" ? t("station.by-answer") : nothing}
    data-p=${tenths ?? nothing}
    ?data-x=${BORDERS.includes(station.name)}
  >
    ${drawn ? html`<b>${name}</b>` : html`<span class="vh">${name}</span>`}
    <span class="vh"
      >${t(`state.${station.state}`)}${station.by === "answer" ? ` ${t("station.by-answer")}` : ""}</span
    >${note(station, options)}
  </li>`
}

export function wayLine(way: readonly Station[], options: WayOptions): TemplateResult {
  const sizeClass = options.size === "xs" ? "way way-xs" : "way"
  return html`<ol class=${sizeClass} aria-label=${t("way.label")}>
    ${way.map((station) => stop(station, options))}
  </ol>`
}

const KEY = ["done", "now", "part", "todo", "hold", "fail", "skip"] as const

/** What the shapes mean, once at the foot of the timetable. */
export function wayKey(): TemplateResult {
  return html`<div class="way-key">
    ${KEY.map(
      (state) =>
        html`<span
          ><ol class="way" aria-hidden="true">
            <li data-s=${state} data-p=${state === "part" ? 5 : nothing}></li>
          </ol>
          ${t(`key.${state}`)}</span
        >`,
    )}
    <span>┊ ${t("key.border")}</span>
  </div>`
}
