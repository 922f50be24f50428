import { html, nothing, type TemplateResult } from "lit"
import type { PreliminaryState } from "../../../gateway/journey/views/reading.ts"
import { icon } from "../../parts/icon.ts"
import { because } from "../../parts/notices.ts"
import { st } from "../../text/study.ts"
import { clockSeconds } from "../../words/instant.ts"

type Released = NonNullable<PreliminaryState["released"]>

/** What was sent, when, and whether the hospital has it. */
export function releasedSteps({ version, at, sentAt, receivedAt, failure }: Released): TemplateResult {
  const steps = [
    [st("preliminary.step-released"), at],
    [st("preliminary.step-sent"), sentAt],
    [st("preliminary.step-received"), receivedAt],
  ] as const
  const open = steps.findIndex(([, when]) => when === null)
  return html`<div class="row">
      <span class="badge badge-warn">${icon("hourglass")}${st("preliminary.badge", { version })}</span>
    </div>
    <ol class="way way-v" aria-label=${st("preliminary.progress")} aria-live="polite">
      ${steps.map(([words, when], index) => {
        if (when !== null) return station(words, "done", clockSeconds(new Date(when)))
        if (index !== open) return station(words, "todo", nothing)
        return failure === null
          ? station(words, "now", st("preliminary.waiting"))
          : station(words, "fail", failureText(failure))
      })}
    </ol>`
}

const station = (words: string, state: "done" | "todo" | "now" | "fail", note: unknown): TemplateResult =>
  html`<li data-s=${state}><b>${words}</b><small>${note}</small></li>`

/** Of what the other side said only that it said no: why is for who looks after the line. */
function failureText(failure: string): unknown {
  const [code = "", ...said] = failure.split(" ")
  return code === "ERR_SUBMISSION_REFUSED" || code === "ERR_SUBMISSION_UNVERIFIED"
    ? html`${st("preliminary.refused")} <span class="dim">${said.join(" ")}</span>`
    : because(failure)
}
