import "./study.css"
import { html, nothing, type TemplateResult } from "lit"
import type { NoticeCode } from "../../../gateway/journey/views/notice.ts"
import type { ReadingView } from "../../../gateway/journey/views/reading.ts"
import type { StationName } from "../../../gateway/journey/views/study.ts"
import { urgencyBadge } from "../../parts/badge.ts"
import { icon } from "../../parts/icon.ts"
import { banner } from "../../parts/banner.ts"
import { dueDial } from "../../parts/due-dial.ts"
import { noticeWords } from "../../parts/notices.ts"
import { studyBar } from "../../parts/study-bar.ts"
import { wayLine } from "../../parts/way-line.ts"
import { st } from "../../text/study.ts"
import { isFinished } from "../../words/order.ts"
import { address } from "../../words/route.ts"
import { amendPanel, type AmendActions } from "./amend-panel.ts"
import type { CaseSession } from "./case-session.ts"

/** What happens at the hospital after it has the report is not the reader's to watch. */
const HOSPITAL_STATIONS: readonly StationName[] = ["seen", "acted"]

/** The bar over reading and signing: patient, examination, way, urgency, due time. */
export function studyHeader(
  view: ReadingView,
  now: Date,
  back: { readonly href: string; readonly label: string } = {
    href: address.worklist,
    label: st("read.back"),
  },
): TemplateResult {
  const way = view.way.filter(({ name }) => !HOSPITAL_STATIONS.includes(name))
  return studyBar({
    back: back.href,
    backLabel: back.label,
    patient: view.patient,
    study: view.study,
    requestNumber: view.requestNumber,
    way,
    now,
    action: html`<div class="way-narrow">${wayLine(way, { size: "xs", now })}</div>
      ${isFinished(view) ? nothing : [urgencyBadge(view.urgency), dueDial(view, now)]}`,
  })
}

/** How a signed report is followed by another document: asked for, and then told before it is begun. */
export interface Amending extends AmendActions {
  readonly isOpen: boolean
  readonly open: () => void
}

const amendButton = ({ isOpen, open, close }: Amending): TemplateResult =>
  html`<button
    class="btn amend-open"
    aria-expanded=${isOpen ? "true" : "false"}
    @click=${isOpen ? close : open}
  >
    ${icon("pen", "s")}${st("amend.open")}
  </button>`

/** Images came, or were taken back, after the study was sent: what a reader must know before anything is signed or left so. */
const CHANGED: ReadonlySet<NoticeCode> = new Set([
  "late-supplement",
  "late-after-report",
  "images-withdrawn",
  "withdrawn-after-report",
])
const changedWords = (view: ReadingView): string =>
  view.notices
    .filter(({ code }) => CHANGED.has(code))
    .map(noticeWords)
    .join(" ")

/** Approved, not signed: why, and where its reader goes on. */
const signatureWords = ({ notices: told }: ReadingView): string =>
  told
    .filter(({ code }) => code.startsWith("signature-"))
    .map(noticeWords)
    .join(" ")
const signLink = (requestId: string): TemplateResult =>
  html`<a class="btn" href=${address.sign(requestId)}>${icon("pen", "s")}${st("awaits.open")}</a>`

/** At most one message over the images: who holds the case, what changed since it was sent, that it is signed, or that
 *  images are still coming. */
export function notices(session: CaseSession, amending: Amending): unknown {
  const { view, saving } = session
  if (view.reader !== null && !view.reader.mine)
    return banner("warn", "lock", st("read.locked", { name: view.reader.name }))
  if (view.signing?.awaits !== undefined)
    return banner("warn", "hourglass", signatureWords(view), signLink(view.requestId))
  const changed = changedWords(view)
  const isSigned = saving === null && view.state === "completed"
  const panel = isSigned && amending.isOpen ? amendPanel(view, amending) : nothing
  if (changed !== "")
    return html`${banner("warn", "images", changed, isSigned ? amendButton(amending) : nothing)} ${panel}`
  if (isSigned) return html`${banner("info", "check", st("read.finished"), amendButton(amending))} ${panel}`
  if (saving !== null && view.preliminary?.released)
    return banner("warn", "hourglass", st("preliminary.sent-banner"))
  const { instances, instancesExpected } = view.study
  if (instancesExpected === null || instances >= instancesExpected) return nothing
  return banner("info", "images", st("read.arrived-part", { here: instances, expected: instancesExpected }))
}
