/** One request of the hospital as a line of a timetable: who, what, where on the way, what to do. */
import { html, nothing, type TemplateResult } from "lit"
import type { Notice } from "../../../gateway/journey/views/notice.ts"
import type { StaffItem } from "../../../gateway/journey/views/staff.ts"
import type { Station, StationName } from "../../../gateway/journey/views/study.ts"
import { urgencyBadge } from "../../parts/badge.ts"
import { icon, type IconName } from "../../parts/icon.ts"
import { because, isNotSent, noticeLines } from "../../parts/notices.ts"
import { patientLines } from "../../parts/patient-block.ts"
import { examination } from "../../parts/study-bar.ts"
import { wayLine } from "../../parts/way-line.ts"
import { maybe, t } from "../../text/language.ts"
import { shortDeviceTime, shortTime } from "../../words/instant.ts"
import { documentName } from "../../words/document-name.ts"
import { address } from "../../words/route.ts"
import { hasPreliminary, isSettled, stage, type Stage } from "../../words/stage.ts"

export interface StaffRow {
  readonly item: StaffItem
  readonly now: Date
  readonly busy: boolean
  readonly release: () => void
  /** What was given up leaves again. */
  readonly retry: () => void
  /** The centre's images went unread. */
  readonly close: () => void
  /** Open the request form for this study. */
  readonly write: () => void
}

const LOOK: Readonly<Record<Stage, readonly [tone: string, drawing: IconName]>> = {
  "no-request": ["t-warn", "doc"],
  "to-decide": ["t-warn", "question"],
  "to-choose": ["t-warn", "question"],
  arriving: ["", "images"],
  "waiting-release": ["t-accent", "send"],
  stopped: ["t-danger", "alert"],
  delayed: ["t-warn", "hourglass"],
  sending: ["", "send"],
  held: ["t-warn", "hourglass"],
  "at-center": ["", "check"],
  reading: ["", "eye"],
  preliminary: ["t-warn", "hourglass"],
  reported: ["", "pen"],
  unacknowledged: ["t-accent", "doc"],
  revised: ["t-warn", "history"],
  appended: ["t-warn", "pen"],
  invalid: ["t-danger", "x"],
  acknowledged: ["", "user"],
  done: ["sub", "check"],
  "images-gone": ["t-warn", "hourglass"],
  closed: ["sub", "x"],
}

const STOPPED: readonly Station["state"][] = ["fail", "hold", "alarm"]

/** Why it waits or stands still; null where it does not. */
const reasonOf = (item: StaffItem): string | null =>
  item.way.find((station) => STOPPED.includes(station.state))?.reason ?? null

/** Second line of the state: the reason where something waits, else what follows. */
function stageNote(item: StaffItem, at: Stage, now: Date): unknown {
  const reason = reasonOf(item)
  if (reason !== null) return because(reason)
  if (item.revision !== null) return revisionNote(item.revision)
  if (at === "unacknowledged" && item.verdict !== null)
    return t("stage-note.verdict", { verdict: t(`verdict.${item.verdict}`) })
  if (item.dueAt !== null && (at === "reading" || at === "at-center" || at === "sending"))
    return html`${item.center}${t("list.space")}<span class="nowrap"
        >${t("stage-note.due", { time: shortTime(new Date(item.dueAt), now) })}</span
      >`
  return maybe(`stage-note.${at}`) ?? item.center
}

function revisionNote(revision: NonNullable<StaffItem["revision"]>): string {
  const { reason } = revision
  const which = reason === "" ? "" : t("list.colon", { reason })
  const what = t(isAgain(revision) ? "stage-note.receive-again" : "stage-note.receive")
  return `${documentName(revision, "short")}${which}${t("list.space")}${what}`
}

/** An addendum is received for the first time, whatever was received before. */
const isAgain = ({ receivedBefore, addendum, version }: NonNullable<StaffItem["revision"]>): boolean =>
  receivedBefore && (addendum === undefined || version > 1)

function notes(item: StaffItem, at: Stage): Partial<Record<StationName, string>> {
  if (at === "no-request") return { sent: t("note.request") }
  if (at === "waiting-release") return { sent: t("note.release") }
  if (item.revision !== null)
    return {
      reported: revisedNote(item.revision),
      acknowledged: t(isAgain(item.revision) ? "note.receive-again" : "note.unacknowledged"),
    }
  if (at === "unacknowledged") return { acknowledged: t("note.unacknowledged") }
  const part = item.way.find(({ state }) => state === "part")
  return part === undefined || part.share === null ? {} : { [part.name]: `${Math.round(part.share * 100)}%` }
}

const revisedNote = ({ addendum, version }: NonNullable<StaffItem["revision"]>): string =>
  addendum === undefined ? t("note.revised", { n: version }) : t("note.appended", { n: addendum })

function link(item: StaffItem, words: string, tone: string): TemplateResult {
  return item.requestId === null
    ? html``
    : html`<a class="btn btn-wide ${tone}" href=${address.report(item.requestId)}>${words}</a>`
}

function telephone(item: StaffItem): unknown {
  return item.telephoneOnResult
    ? html`<small class="row">${icon("phone", "s")}<span>${t("telephone.result")}</span></small>`
    : nothing
}

function testMark(item: StaffItem): unknown {
  return item.testCertificate && item.reportId !== null
    ? html`<small class="row t-warn" data-test-certificate
        >${icon("alert", "s")}<span>${t("verdict.test-certificate")}</span></small
      >`
    : nothing
}

/** At most one button is primary: what this row asks of the person who looks at it. */
function action(row: StaffRow): TemplateResult {
  const { item } = row
  if (item.action === "match")
    return html`<button class="btn btn-wide" @click=${row.write}>${t("action.write-request")}</button>`
  if (item.action === "decide" && item.studyId !== null)
    return html`<a class="btn btn-wide btn-primary" href=${address.decide(item.studyId)}
      >${t("action.decide")}</a
    >`
  if (item.action === "choose-study") return link(item, t("action.choose-study"), "btn-primary")
  if (item.action === "release" && item.consentMissing !== undefined)
    return link(item, t("action.consent"), "btn-primary")
  if (item.action === "release" && item.affinityPatientId === "")
    return link(item, t("action.identify"), "btn-primary")
  if (item.action === "release")
    return html`<button class="btn btn-wide btn-primary" ?disabled=${row.busy} @click=${row.release}>
      ${icon("send", "s")}${t("action.release")}
    </button>`
  if (item.action === "see-failure" && isNotSent(item.notices))
    return html`<button class="btn btn-wide" ?disabled=${row.busy} @click=${row.retry}>
        ${icon("refresh", "s")}${t("action.send-again")}</button
      >${link(item, t("action.see-failure"), "btn-quiet")}`
  if (item.action === "close")
    return html`<button class="btn btn-wide" ?disabled=${row.busy} @click=${row.close}>
        ${t("action.close")}</button
      >${link(item, t("action.see-way"), "btn-quiet")}`
  if (item.action === "see-failure" || item.verdict === "invalid")
    return link(item, t("action.see-failure"), "")
  if (item.action === "acknowledge") return link(item, openWords(item), "btn-primary")
  if (hasPreliminary(item)) return link(item, t("action.open-preliminary"), "btn-primary")
  return link(item, item.reportId === null ? t("action.see-way") : t("action.open-report"), "btn-quiet")
}

function openWords({ revision }: StaffItem): string {
  if (revision === null) return t("action.open-report")
  return revision.addendum === undefined
    ? t("action.open-version", { n: revision.version })
    : t("action.open-addendum")
}

/** Once it was received, a word that there is more than the report. */
function addendaMark({ addendaCount, revision }: StaffItem): unknown {
  return addendaCount === undefined || revision?.addendum !== undefined
    ? nothing
    : html`<small class="row" data-addenda=${addendaCount}
        >${icon("pen", "s")}<span>${t("addenda.count", { n: addendaCount })}</span></small
      >`
}

/** The state already says why: once is enough. */
const toldBeside = (item: StaffItem): Notice[] =>
  item.notices.filter(({ reason }) => reason === null || reason !== reasonOf(item))

function exam(item: StaffItem, now: Date): TemplateResult {
  if (item.study === null) return html`<span class="sub">${t("study.none-yet")}</span>`
  const { studyDateTime, instances } = item.study
  const taken = studyDateTime === null ? "" : t("study.taken", { time: shortDeviceTime(studyDateTime, now) })
  return html`<span>${examination(item.study)}</span>
    <small
      >${taken === "" ? nothing : html`<span class="nowrap">${taken}</span>${t("list.dot")}`}<span
        class="nowrap"
        >${t("arrival.count", { n: instances })}</span
      ></small
    >`
}

export function staffRow(row: StaffRow): TemplateResult {
  const { item, now } = row
  const at = stage(item)
  const [tone, drawing] = LOOK[at]
  return html`<div
    class="sl-row sl-grid ${item.verdict === "invalid" ? "is-alarm" : ""}"
    role="row"
    data-request=${item.requestId ?? nothing}
  >
    <div role="cell">${urgencyBadge(item.urgency, isSettled(item))}</div>
    <div role="cell" class="pt">${patientLines(item.patient, item.study?.studyDateTime ?? null)}</div>
    <div role="cell" class="pt sl-exam">${exam(item, now)}</div>
    <div role="cell" class="sl-line">
      ${wayLine(item.way, { size: "times", now, notes: notes(item, at) })}
    </div>
    <div role="cell" class="state">
      <b class="row ${tone}">${icon(drawing, "s")}${t(`stage.${at}`)}</b
      ><small>${stageNote(item, at, now)}</small
      >${addendaMark(item)}${testMark(item)}${telephone(item)}${noticeLines(toldBeside(item))}
    </div>
    <div role="cell" class="sl-do">${action(row)}</div>
  </div>`
}
