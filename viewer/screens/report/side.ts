/** Beside the report: is it genuine, has it been received, which version is it, what was deleted. */
import { html, nothing, type TemplateResult } from "lit"
import type {
  AcknowledgementView,
  AttachmentView,
  DeliveryView,
  StaffDetail,
  StaffReport,
  ReportView,
} from "../../../gateway/journey/views/staff.ts"
import type { Verdict, VerdictOutcome } from "../../../gateway/journey/views/verdict.ts"
import type { Api } from "../../api.ts"
import { certificate } from "../../parts/certificate.ts"
import { icon } from "../../parts/icon.ts"
import {
  summaryList,
  verdictClass,
  verdictDetail,
  verdictText,
  verdictTop,
} from "../../parts/verdict-panel.ts"
import { t } from "../../text/language.ts"
import { documentName } from "../../words/document-name.ts"
import { daySeconds, shortTime } from "../../words/instant.ts"

export interface Verification {
  readonly signature: Verdict | null
  readonly seal: Verdict | null
  readonly outcome: VerdictOutcome
  /** The signer's certificate is one for tests. */
  readonly testCertificate: boolean
  /** When somebody at this page had it checked once more; null = nobody has. */
  readonly checkedAgainAt: Date | null
}

export interface VerdictView {
  readonly verification: Verification
  readonly detailOpen: boolean
  readonly busy: boolean
  readonly toggleDetail: () => void
  readonly checkAgain: () => void
}

export function verdictSection(view: VerdictView): TemplateResult {
  const { signature, seal, outcome, testCertificate, checkedAgainAt } = view.verification
  const main = signature ?? seal
  return html`<section class=${verdictClass(outcome)} aria-label=${t("verdict.signature")}>
    ${verdictTop(outcome, main?.kind ?? null)} ${testCertificate ? testMark() : nothing}
    <p class="verdict-text">
      ${main === null ? t("verdict-text.none") : verdictText(main, outcome, testCertificate)}
    </p>
    ${main === null ? nothing : summaryList(main, signature === null ? null : seal)}
    <div class="row verdict-foot">
      <button
        class="btn btn-quiet"
        aria-expanded=${view.detailOpen ? "true" : "false"}
        @click=${view.toggleDetail}
      >
        ${t("verdict.all-tests")}${icon("down", "s")}
      </button>
      <span class="grow"></span>
      <button class="btn btn-quiet" ?disabled=${view.busy} @click=${view.checkAgain}>
        ${icon("refresh", "s")}${t("verdict.check-again")}
      </button>
    </div>
    ${checkedAgainAt === null ? nothing : checkedAgain(checkedAgainAt)}
    ${view.detailOpen ? details(view.verification) : nothing}
  </section>`
}

/** A demonstration must never be taken for a physician's signature. */
const testMark = (): TemplateResult =>
  html`<p class="verdict-test row">
    ${icon("alert")}<span
      ><b>${t("verdict.test-certificate")}</b>${t("list.space")}${t("verdict.test-note")}</span
    >
  </p>`

const checkedAgain = (at: Date): TemplateResult =>
  html`<p class="row s sub verdict-again" role="status">
    ${icon("check", "s")}${t("verdict.checked-again", { at: daySeconds(at) })}
  </p>`

function details({ signature, seal }: Verification): TemplateResult {
  return html`${signature === null ? nothing : verdictDetail(signature)}${
    seal === null || seal.outcome === "unsigned" ? nothing : verdictDetail(seal)
  }`
}

const dot = (done: boolean, now: boolean): TemplateResult =>
  html`<span class="dot ${done ? "is-on" : now ? "is-now" : ""}">${done ? icon("check") : nothing}</span>`

function ackRow(done: boolean, now: boolean, name: string, note: string, action: unknown): TemplateResult {
  return html`<div class="ack">
    ${dot(done, now)}
    <div><b>${name}</b><small>${note}</small></div>
    ${action}
  </div>`
}

/** A document that stands, and how it is received. */
export interface Received {
  /** "" where there is but one. */
  readonly name: string
  readonly acknowledgement: AcknowledgementView | null
  readonly acknowledge: unknown
}

function receivedRow({ name, acknowledgement: done, acknowledge }: Received, now: Date): TemplateResult {
  const note =
    done === null
      ? t("ack.received-note")
      : `${done.by}${t("list.space")}${shortTime(new Date(done.at), now)}`
  const words = name === "" ? t("ack.received") : t("ack.received-of", { document: name })
  return ackRow(done !== null, done === null, words, note, done === null ? acknowledge : nothing)
}

/** Received by the staff here, each document for itself, and told to the centre. */
export function acknowledgementSection(
  documents: readonly Received[],
  now: Date,
  isTold: boolean,
): TemplateResult {
  const told = documents.map(({ acknowledgement }) => acknowledgement?.toldCenterAt ?? null)
  const isReceived = documents.every(({ acknowledgement }) => acknowledgement !== null)
  const last = told.includes(null)
    ? null
    : (told
        .filter((at) => at !== null)
        .sort()
        .at(-1) ?? null)
  const toldNote = last === null ? t("ack.told-note") : shortTime(new Date(last), now)
  return html`<section class="panel">
    <header><h2>${t("ack.title")}</h2></header>
    <div class="acks panel-pad">
      ${documents.map((each) => receivedRow(each, now))}
      ${isTold ? ackRow(last !== null, isReceived && last === null, t("ack.told"), toldNote, nothing) : nothing}
    </div>
  </section>`
}

/** Whose signature and documents stand below; nothing where there is but one. */
export function chooseDocument(
  documents: readonly { readonly reportId: string; readonly name: string; readonly isOpen: boolean }[],
  shown: string,
  show: (reportId: string) => void,
): unknown {
  if (documents.length < 2) return nothing
  return html`<div class="doc-tabs" role="group" aria-label=${t("documents.which")}>
    ${documents.map(
      ({ reportId, name, isOpen }) =>
        html`<button
          class="doc-tab"
          aria-pressed=${reportId === shown ? "true" : "false"}
          data-choose=${reportId}
          @click=${() => show(reportId)}
        >
          ${name}${isOpen ? html`<span class="doc-tab-dot" title=${t("note.unacknowledged")}></span>` : nothing}
        </button>`,
    )}
  </div>`
}

type Version = StaffDetail["versions"][number]

/** Who received this version, and when; "" = nobody. */
function receivedWords(detail: StaffDetail, { reportId }: Version, now: Date): string {
  const all = [detail, ...detail.addenda, ...detail.earlier]
  const done = all.find(({ report }) => report?.reportId === reportId)?.acknowledgement ?? null
  return done === null ? "" : t("versions.received", { by: done.by, at: shortTime(new Date(done.at), now) })
}

/** Of the first version of an addendum its name says it all. */
const titleOf = (version: Version): string =>
  version.status === "appended"
    ? documentName(version)
    : `${documentName(version)}${t("list.space")}${t(`report-status.${version.status}`)}`

const isReplaced = ({ versions }: StaffDetail, { addendum, version }: Version): boolean =>
  versions.some((each) => each.addendum === addendum && each.version > version)

/**
 * Every document, newest first; any of them can be read.
 *
 * @param shown report id of the version on the page
 */
export function versionsSection(
  detail: StaffDetail,
  shown: string,
  now: Date,
  show: (reportId: string) => void,
): unknown {
  if (detail.versions.length === 0) return nothing
  const newestFirst = [...detail.versions].reverse()
  return html`<section class="panel">
    <header><h2>${t("versions.title")}</h2></header>
    <div class="panel-pad">
      <ol class="way way-v way-ver">
        ${newestFirst.map((version) => {
          const isShown = version.reportId === shown
          const facts = [
            version.signedAt === null ? "" : shortTime(new Date(version.signedAt), now),
            version.verdict === null ? "" : t(`verdict.${version.verdict}`),
            version.readerName,
            isShown ? t("versions.shown") : "",
            version.to === undefined ? "" : t("addendum.to", { to: version.to }),
            isReplaced(detail, version) ? t("versions.replaced", { n: version.version + 1 }) : "",
          ]
          return html`<li
            data-s=${isShown ? "now" : "done"}
            data-version=${version.version}
            data-addendum=${version.addendum ?? nothing}
          >
            <div class="row between">
              <div>
                <b>${titleOf(version)}</b>
                <small>${facts.filter(Boolean).join(t("list.dot"))}</small>
                <small>${receivedWords(detail, version, now)}</small>
              </div>
              ${
                isShown
                  ? nothing
                  : html`<button class="btn btn-quiet" @click=${() => show(version.reportId)}>
                      ${documentName(version, "read")}
                    </button>`
              }
            </div>
          </li>`
        })}
      </ol>
    </div>
  </section>`
}

/** Whether the hospital's archive has it. */
function deliveryLine({ state, aeTitle, at, failureCode }: DeliveryView, now: Date): TemplateResult {
  const done = state === "delivered" && at !== null
  const words = done
    ? t("delivery.delivered", { ae: aeTitle, at: shortTime(new Date(at), now) })
    : t(`delivery.${state === "failed" ? "failed" : "planned"}`)
  const why = failureCode === null ? "" : `${t("list.space")}${failureCode}`
  return html`<p class="row s panel-pad ${state === "failed" ? "t-warn" : ""}">
    ${icon(done ? "check" : state === "failed" ? "alert" : "clock", "s")}${words}${why}
  </p>`
}

/** What nobody has signed is offered apart, and by these words. */
function attachmentLinks(reportId: string, attachments: readonly AttachmentView[], api: Api): unknown {
  if (attachments.length === 0) return nothing
  return html`<div class="attachments">
    <p class="s sub">${t("documents.unsigned")}</p>
    ${attachments.map(
      ({ title, mediaType, derived }, index) =>
        html`<a class="btn btn-quiet" href=${api.attachmentUrl(reportId, index)} download>
          ${icon("doc", "s")}<span
            >${title || mediaType || t("documents.title")}<small class="sub"
              >${t("list.space")}${t(derived ? "documents.derived" : "documents.attached")}</small
            ></span
          >
        </a>`,
    )}
  </div>`
}

/** Everything with which a stranger can confirm the report, as one file. */
export interface Evidence {
  readonly busy: boolean
  readonly making: boolean
  readonly save: () => void
}

const evidenceButton = ({ busy, making, save }: Evidence): TemplateResult =>
  html`<button class="btn btn-quiet" data-evidence ?disabled=${busy} aria-busy=${making} @click=${save}>
    ${icon(making ? "hourglass" : "lock", "s")}${t(making ? "documents.evidence-making" : "documents.evidence")}
  </button>`

export function documentsSection(
  { reportId, documents: kinds = ["pdf", "cda", "signature"] }: ReportView,
  { deliveries, attachments }: Pick<StaffReport, "deliveries" | "attachments">,
  api: Api,
  now: Date,
  evidence: Evidence,
): TemplateResult {
  return html`<section class="panel">
    <header>
      <h2>${t(kinds.includes("signature") ? "documents.title" : "documents.title-unsigned")}</h2>
    </header>
    <div class="documents">
      ${kinds.map(
        (kind) =>
          html`<a
            class="btn btn-quiet"
            href=${api.documentUrl(reportId, kind)}
            target="_blank"
            rel="noopener"
          >
            ${icon("doc", "s")}${t(`documents.${kind}`)}
          </a>`,
      )}
      ${kinds.includes("signature") ? evidenceButton(evidence) : nothing}
    </div>
    ${attachmentLinks(reportId, attachments, api)} ${deliveries.map((each) => deliveryLine(each, now))}
  </section>`
}

/** What the centre destroyed, by its signed certificates. */
export function deletionSection({ deletions }: StaffDetail): unknown {
  if (deletions.length === 0) return nothing
  return html`<section class="panel">
    <header><h2>${t("deletion.title")}</h2></header>
    ${deletions.map(certificate)}
  </section>`
}
