/** Beside the report: is it genuine, has it been received, which version is it, what was deleted. */
import { html, nothing, type TemplateResult } from "lit"
import type { DeliveryView, StaffDetail, Verdict, VerdictOutcome } from "../../gateway/journey/views.ts"
import type { Api } from "../api.ts"
import { certificate } from "../parts/certificate.ts"
import { icon } from "../parts/icon.ts"
import { summaryList, verdictClass, verdictDetail, verdictText, verdictTop } from "../parts/verdict-panel.ts"
import { t } from "../text/language.ts"
import { daySeconds, shortTime } from "../words/instant.ts"

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
    ${verdictTop(outcome)} ${testCertificate ? testMark() : nothing}
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

/** Received by the staff here, and told to the centre. */
export function acknowledgementSection(detail: StaffDetail, now: Date, acknowledge: unknown): TemplateResult {
  const done = detail.acknowledgement
  const told = done?.toldCenterAt ?? null
  const doneNote =
    done === null
      ? t("ack.received-note")
      : `${done.by}${t("list.space")}${shortTime(new Date(done.at), now)}`
  const toldNote = told === null ? t("ack.told-note") : shortTime(new Date(told), now)
  return html`<section class="panel">
    <header><h2>${t("ack.title")}</h2></header>
    <div class="acks panel-pad">
      ${ackRow(done !== null, done === null, t("ack.received"), doneNote, done === null ? acknowledge : nothing)}
      ${ackRow(told !== null, done !== null && told === null, t("ack.told"), toldNote, nothing)}
    </div>
  </section>`
}

type Version = StaffDetail["versions"][number]

/** Who received this version, and when; "" = nobody. */
function receivedWords(detail: StaffDetail, { reportId }: Version, now: Date): string {
  const own = detail.report?.reportId === reportId ? detail.acknowledgement : null
  const earlier = detail.earlier.find(({ report }) => report.reportId === reportId)?.acknowledgement ?? null
  const done = own ?? earlier
  return done === null ? "" : t("versions.received", { by: done.by, at: shortTime(new Date(done.at), now) })
}

/**
 * Every version, newest first; any of them can be read.
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
  const newestFirst = [...detail.versions].sort((a, b) => b.version - a.version)
  const newest = newestFirst[0]?.version ?? 0
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
            version.version < newest ? t("versions.replaced", { n: version.version + 1 }) : "",
          ]
          return html`<li data-s=${isShown ? "now" : "done"} data-version=${version.version}>
            <div class="row between">
              <div>
                <b
                  >${t("versions.version", { n: version.version })}${t("list.space")}${t(
                    `report-status.${version.status}`,
                  )}</b
                >
                <small>${facts.filter(Boolean).join(t("list.dot"))}</small>
                <small>${receivedWords(detail, version, now)}</small>
              </div>
              ${
                isShown
                  ? nothing
                  : html`<button class="btn btn-quiet" @click=${() => show(version.reportId)}>
                      ${t("versions.read", { n: version.version })}
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

export function documentsSection(
  reportId: string,
  deliveries: readonly DeliveryView[],
  api: Api,
  now: Date,
): TemplateResult {
  const kinds = ["pdf", "cda", "signature"] as const
  return html`<section class="panel">
    <header><h2>${t("documents.title")}</h2></header>
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
    </div>
    ${deliveries.map((each) => deliveryLine(each, now))}
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
