/** The studies that came last: has mine arrived, has it left? */
import { html, type TemplateResult } from "lit"
import type { StaffItem } from "../../../gateway/journey/views/staff.ts"
import { icon } from "../../parts/icon.ts"
import { patientLines } from "../../parts/patient-block.ts"
import { examination } from "../../parts/study-bar.ts"
import { wayLine } from "../../parts/way-line.ts"
import { t } from "../../text/language.ts"
import { tt } from "../../text/technician.ts"
import { address } from "../../words/route.ts"
import { stage } from "../../words/stage.ts"
import { atAndAgo } from "./times.ts"

const SHOWN = 5

const arrivedAt = ({ way }: StaffItem): string | null =>
  way.find(({ name }) => name === "received")?.at ?? null

function row(item: StaffItem, now: Date): TemplateResult {
  const arrival = arrivedAt(item)
  return html`<li class="tech-study">
    <div class="pt">${patientLines(item.patient, item.study?.studyDateTime ?? null)}</div>
    <div class="pt">
      <span>${item.study === null ? "" : examination(item.study)}</span>
      <small>${arrival === null ? "" : atAndAgo(arrival, now)}</small>
    </div>
    ${wayLine(item.way, { size: "xs", now })}
    <b class="s">${t(`stage.${stage(item)}`)}</b>
  </li>`
}

/** @param items null while the list could not be read */
export function recent(items: readonly StaffItem[] | null, now: Date): TemplateResult {
  const came = (items ?? [])
    .filter((item) => arrivedAt(item) !== null)
    .sort((a, b) => (arrivedAt(b) ?? "").localeCompare(arrivedAt(a) ?? ""))
    .slice(0, SHOWN)
  const none = items === null ? tt("recent.failed") : tt("recent.none")
  return html`<section class="panel card wide">
    <h2>
      ${icon("images")}${tt("recent.title")}
      <span class="grow"></span><a class="btn btn-quiet s" href=${address.staff}>${tt("recent.all")}</a>
    </h2>
    ${
      came.length === 0
        ? html`<p class="sub">${none}</p>`
        : html`<ol class="list">
            ${came.map((item) => row(item, now))}
          </ol>`
    }
  </section>`
}
