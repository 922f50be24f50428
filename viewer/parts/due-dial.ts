/** Due time: a dial of what is left, the words first, the clock time second. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit"
import type { Urgency } from "../../gateway/journey/views/study.ts"
import { language, t } from "../text/language.ts"
import { due, type Due } from "../words/due.ts"
import { addDays, calendarDay, clockTime, day } from "../words/instant.ts"

const RADIUS = 7
const CENTRE = 11

/** Pie of `share` from twelve o'clock on; a full turn is a circle, because an arc of 360° draws nothing. */
function pie(share: number): SVGTemplateResult {
  if (share >= 0.999) return svg`<circle class="d1" cx=${CENTRE} cy=${CENTRE} r=${RADIUS} />`
  const angle = share * 2 * Math.PI
  const x = (CENTRE + RADIUS * Math.sin(angle)).toFixed(2)
  const y = (CENTRE - RADIUS * Math.cos(angle)).toFixed(2)
  const large = share > 0.5 ? 1 : 0
  return svg`<path class="d1" d=${`M${CENTRE} ${CENTRE}V4A${RADIUS} ${RADIUS} 0 ${large} 1 ${x} ${y}z`} />`
}

function dial(tone: Due["tone"], share: number): TemplateResult {
  const drawing =
    tone === "over"
      ? svg`<path class="d1" d="M11 1.5 21 20H1z" /><path class="d2" d="M11 8v5M11 16.3v.1" />`
      : svg`<circle class="d0" cx="11" cy="11" r="9.5" />${pie(share)}`
  return html`<svg class="dial" viewBox="0 0 22 22" aria-hidden="true">${drawing}</svg>`
}

/** `24 h`, `1時間30分` */
export function duration(words: { readonly hours: number; readonly minutes: number }): string {
  const { hours, minutes } = words
  if (hours === 0) return t("duration.minutes", { minutes })
  return minutes === 0 ? t("duration.hours", { hours }) : t("duration.hours-minutes", { hours, minutes })
}

/** The bold line. */
export function dueWords({ words, time }: Due): string {
  if (words.kind === "left") return t("due.left", { duration: duration(words) })
  if (words.kind === "over")
    return t("due.over", { hours: words.hours, minutes: String(words.minutes).padStart(2, "0") })
  const date = calendarDay(words.date, language())
  return words.kind === "tomorrow" ? t("due.tomorrow", { time }) : t("due.date", { date, time })
}

/** A deadline that lies `minutes` ahead, as a clock time with its day. */
export function dueAhead(minutes: number, now: Date): string {
  const at = new Date(now.getTime() + minutes * 60_000)
  const [today, date, time] = [day(now), day(at), clockTime(at)]
  if (date === today) return t("due.today-at", { time })
  const named = t("due.date", { date: calendarDay(date, language()), time })
  return t("due.at", { time: date === addDays(today, 1) ? t("due.tomorrow", { time }) : named })
}

const URGING = { plain: "", amber: "due.soon", red: "due.now", over: "due.call" } as const

/** The small line: the clock time, or the date when the bold line already has the time. */
function dueNote({ words, time, tone, today }: Due, urgency: Urgency): unknown {
  if (words.kind === "tomorrow") return calendarDay(words.date, language())
  if (words.kind === "date") return nothing
  const key = URGING[tone]
  const at = tone === "over" ? t("due.was-at", { time }) : t("due.at", { time })
  if (key !== "") return html`${at}${t("list.dot")}${t(key)}`
  return today && urgency === "ROUTINE" ? t("due.today-at", { time }) : at
}

const TONE_CLASS = { plain: "tat", amber: "tat tat-amber", red: "tat tat-red", over: "tat tat-over" }

export function dueDial(
  item: { readonly dueAt: string; readonly requestedAt: string; readonly urgency: Urgency },
  now: Date,
): TemplateResult {
  const state = due(item, now)
  return html`<div class=${TONE_CLASS[state.tone]}>
    ${dial(state.tone, state.share)}<b>${dueWords(state)}</b><small>${dueNote(state, item.urgency)}</small>
  </div>`
}
