/** One case of the work list: closed a row, open the request with its way and the one thing to do. */
import { html, nothing, type TemplateResult } from "lit"
import type { PatientRuling } from "../../../gateway/journey/views/notice.ts"
import type { WorkItem } from "../../../gateway/journey/views/reading.ts"
import type { PatientView, StationName } from "../../../gateway/journey/views/study.ts"
import { modalityBadge, urgencyBadge } from "../../parts/badge.ts"
import { dueDial } from "../../parts/due-dial.ts"
import { icon, type IconName } from "../../parts/icon.ts"
import { isDelayed, isNotSent, noticeLines } from "../../parts/notices.ts"
import { patientLines } from "../../parts/patient-block.ts"
import { twoToneBar } from "../../parts/two-tone-bar.ts"
import { wayLine } from "../../parts/way-line.ts"
import { t } from "../../text/language.ts"
import { shortTime } from "../../words/instant.ts"
import { isFinished } from "../../words/order.ts"
import { sentences } from "../../words/sentences.ts"
import { isHeld } from "../../words/verdict.ts"

export interface WorkRow {
  readonly item: WorkItem
  readonly now: Date
  readonly open: boolean
  /** Start was pressed and is not answered yet. */
  readonly busy: boolean
  readonly toggle: () => void
  readonly start: () => void
  /** Its images went unread: nothing is left to do but to say so. */
  readonly close: () => void
  /** What was given up on its way to the hospital leaves again. */
  readonly retry: () => void
  /** Whose images came, where another patient is known under their number. */
  readonly rule: (what: PatientRuling) => void
}

/** The centre's part of the way; what happens at home afterwards is the hospital's own. */
const SHOWN: readonly StationName[] = ["received", "sent", "arrived", "reading", "reported", "acknowledged"]

/** Images here and images to come, as words, and as a bar while the two differ or a check is waited for. */
function arrival(item: WorkItem): TemplateResult {
  const { instances, instancesExpected: expected } = item.study
  const whole = expected === null || instances >= expected
  const words = whole
    ? t("arrival.whole", { n: instances })
    : t("arrival.part", { n: instances, of: expected })
  const moving = !whole
  const here = whole ? 1 : instances / expected
  const checked = item.verification !== null && isHeld(item.verification)
  return html`<div class="arr">
    <small class=${item.verification === "invalid" ? "t-danger" : ""}>
      <span>${words}</span><span class="dim">${moving ? nothing : verification(item)}</span>
    </small>
    ${moving || !checked ? twoToneBar(here, checked ? here : 0, words, moving ? "live" : "warn") : nothing}
  </div>`
}

/** Said once everything is here; before that there is nothing to verify. */
function verification(item: WorkItem): unknown {
  if (item.verification === "invalid") return html`<b class="t-danger">${t("verification.invalid")}</b>`
  if (item.verification === null || item.verification === "indeterminate")
    return html`<span class="t-warn">${t("verification.waiting")}</span>`
  return t(`verification.${item.verification}`)
}

function flag(drawing: IconName, tone: string, words: string): TemplateResult {
  return html`<span class=${tone}>${icon(drawing, "s")}<span>${words}</span></span>`
}

function reader(item: WorkItem): TemplateResult {
  const { namedReader = "" } = item.request
  if (item.reader === null)
    return namedReader === ""
      ? flag("user", "", t("reader.none"))
      : flag("user", "strong", t("reader.named", { name: namedReader }))
  if (item.reader.mine) return flag("user", "t-accent", t("reader.mine"))
  return flag("lock", "", t("reader.other", { name: item.reader.name }))
}

function report(item: WorkItem): unknown {
  if (item.state === "failed" && item.verification !== "invalid") return flag("x", "", t("case.closed"))
  if (item.reportStatus !== null)
    return flag(isFinished(item) ? "check" : "pen", "", t(`report-status.${item.reportStatus}`))
  return item.state === "suspended" ? flag("hourglass", "t-warn", t("case.suspended")) : nothing
}

/** Where to call stands with it: who signs calls. */
function telephone(item: WorkItem): unknown {
  if (!item.telephoneOnResult) return nothing
  const number = item.request.telephone
  return flag("phone", "strong", number === "" ? t("telephone.result") : t("telephone.call", { number }))
}

/** Nobody has read it, and nobody can any more. */
const isLapsed = (item: WorkItem): boolean =>
  !isFinished(item) && item.notices.some(({ code }) => code === "images-gone")

/** Why the case cannot be opened; null when it can. */
function obstacle(item: WorkItem): string | null {
  if (item.verification === "invalid") return t("start.invalid")
  if (isLapsed(item)) return t("start.images-gone")
  if (item.reader !== null && !item.reader.mine && !isFinished(item))
    return t("start.locked", { name: item.reader.name })
  if (item.knownPatient !== undefined) return t("start.other-patient")
  if (item.study.instances === 0) return t("start.no-images")
  return item.state === "created" ? t("start.arriving") : null
}

function startWord(item: WorkItem): string {
  if (isFinished(item)) return t("start.look")
  return item.reader?.mine === true ? t("start.continue") : t("start.begin")
}

/** It comes last, with what closes a delivery; until then nothing of it is known, the setting least of all. */
const isHere = (request: WorkItem["request"]): boolean =>
  [request.purpose, request.diagnosis, request.history, request.department, request.physician].some(
    (text) => text !== "",
  )

function requestText(item: WorkItem): TemplateResult {
  if (!isHere(item.request)) return html`<p class="sub">${t("request.to-come")}</p>`
  const { diagnosis, history, purpose, contrast } = item.request
  const text = sentences([diagnosis, history, purpose])
  return html`<p>
    <b class="strong">${t("request.word")}</b>${t("list.space")}${text}${
      contrast === ""
        ? nothing
        : html`<span class="sub">${t("list.space")}${t("request.contrast-is", { contrast })}</span>`
    }
  </p>`
}

function oneOfTwo(words: string, patient: PatientView): TemplateResult {
  const { birthDate } = patient
  return html`<div class="pt">
    <small class="sub">${words}</small>
    ${patientLines(patient, null)}
    ${birthDate === null ? nothing : html`<small>${t("patient.born", { date: birthDate })}</small>`}
  </div>`
}

/** Who came beside who is known under the number: a person says whether they are one. */
function question(row: WorkRow, known: PatientView): TemplateResult {
  return html`<div class="wl-two">
      ${oneOfTwo(t("patient.came"), row.item.patient)}${oneOfTwo(t("patient.known"), known)}
    </div>
    <button class="btn" ?disabled=${row.busy} @click=${() => row.rule("same-patient")}>
      ${t("action.same-patient")}
    </button>
    <button class="btn" ?disabled=${row.busy} @click=${() => row.rule("other-patient")}>
      ${t("action.other-patient")}
    </button>`
}

/** The one thing to do: to read it, or to say that nobody can any more. */
function act(row: WorkRow, reason: string | null): TemplateResult {
  if (isLapsed(row.item))
    return html`<button class="btn" ?disabled=${row.busy} @click=${row.close}>${t("action.close")}</button>`
  return html`<button class="btn btn-primary" ?disabled=${reason !== null || row.busy} @click=${row.start}>
    ${startWord(row.item)}${icon("right")}
  </button>`
}

function more(row: WorkRow): TemplateResult {
  const reason = obstacle(row.item)
  const way = row.item.way.filter(({ name }) => SHOWN.includes(name))
  return html`<div class="wl-more" role="row">
    <div role="cell">${requestText(row.item)}</div>
    <div role="cell">${wayLine(way, { size: "m", now: row.now })}</div>
    <div role="cell" class="wl-do">
      ${row.item.knownPatient === undefined ? act(row, reason) : question(row, row.item.knownPatient)}
      ${
        isNotSent(row.item.notices) || isDelayed(row.item.notices)
          ? html`<button class="btn" ?disabled=${row.busy} @click=${row.retry}>
              ${icon("refresh", "s")}${t(isNotSent(row.item.notices) ? "action.send-again" : "action.try-now")}
            </button>`
          : nothing
      }
      ${reason === null ? nothing : html`<small class="hint">${reason}</small>`}
    </div>
  </div>`
}

/** A finished case has a deadline and no hurry. */
function pastDue(item: WorkItem, now: Date): TemplateResult {
  return html`<span class="dim s">${t("case.due", { time: shortTime(new Date(item.dueAt), now) })}</span>`
}

/** Department and setting; one word when both say the same. */
function fromWords(request: WorkItem["request"]): string {
  if (!isHere(request)) return ""
  const { department, setting } = request
  const words = t(`setting.${setting}`)
  return department === "" || department === words ? words : `${department}${t("list.dot")}${words}`
}

function cells({ item, now, open, toggle }: WorkRow): TemplateResult {
  const { study, request } = item
  const way = item.way.filter(({ name }) => SHOWN.includes(name))
  return html`<div role="cell">${urgencyBadge(item.urgency, isFinished(item))}</div>
    <div role="cell">${isFinished(item) ? pastDue(item, now) : dueDial(item, now)}</div>
    <div role="cell" class="proc">
      ${modalityBadge(study.modalities)}<b>${study.StudyDescription || study.bodyPart}</b
      ><small class="wl-narrow">${item.hospital}</small>
    </div>
    <div role="cell">
      <button class="pt pt-button" aria-expanded=${open ? "true" : "false"} @click=${toggle}>
        ${patientLines(item.patient, study.studyDateTime)}
      </button>
    </div>
    <div role="cell" class="pt wl-from">
      <span>${item.hospital}</span><small>${fromWords(request)}</small>
    </div>
    <div role="cell">${open ? nothing : wayLine(way, { size: "xs", now })}${arrival(item)}</div>
    <div role="cell" class="flags">
      ${reader(item)}${report(item)}${telephone(item)}${noticeLines(item.notices)}
    </div>`
}

/** The whole row answers a pointer; the patient's name is the button for keys and screen readers. */
export function workRow(row: WorkRow): TemplateResult {
  const stat = row.item.urgency === "STAT" && !isFinished(row.item)
  const press = (event: Event): void => {
    if (!(event.target as Element).closest("button, a, .wl-more")) row.toggle()
  }
  return html`<div
    role="rowgroup"
    class="wl-case ${row.open ? "wl-open" : ""} ${stat ? "is-stat" : ""}"
    data-request=${row.item.requestId}
    @click=${press}
  >
    <div class="wl-row wl-grid" role="row">${cells(row)}</div>
    ${row.open ? more(row) : nothing}
  </div>`
}
