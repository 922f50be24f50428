/** A preliminary report at the hospital: amber, never green, on a sheet that says of itself that nobody has signed it. */
import { html, nothing, type TemplateResult } from "lit"
import type { PreliminaryReportView, StaffDetail } from "../../../gateway/journey/views/staff.ts"
import type { Api } from "../../api.ts"
import { banner } from "../../parts/banner.ts"
import { icon } from "../../parts/icon.ts"
import { summaryList, verdictDetail } from "../../parts/verdict-panel.ts"
import { language, t } from "../../text/language.ts"
import { dayTime, shortTime } from "../../words/instant.ts"
import { patientBlock, prose } from "./paper.ts"

/** The newest one, while no signed report has taken its place. */
export const openPreliminary = ({ preliminaries = [] }: StaffDetail): PreliminaryReportView | null =>
  preliminaries.find(({ isReplaced }) => !isReplaced) ?? null

/** The whole sheet. */
export function preliminaryPaper(
  detail: StaffDetail,
  shown: PreliminaryReportView,
  site: string,
): TemplateResult {
  const title = t("preliminary.title")
  return html`<article class="paper doc" aria-label=${title} data-preliminary=${shown.version}>
    <p class="doc-mark">${t("preliminary.mark")}</p>
    <h1 class=${language() === "en" ? "lat" : ""}>${title}</h1>
    ${patientBlock(detail, site)}
    <h2>${t("report.purpose")}</h2>
    ${prose(detail.request?.purpose ?? "")}
    <h2>${t("report.findings")}</h2>
    ${prose(shown.findings)}
    <h2>${t("report.impression")}</h2>
    ${prose(shown.impression)}
    <footer class="doc-foot">
      <span>${t("preliminary.version", { n: shown.version })}</span>
      <span
        >${t("preliminary.written", { reader: shown.readerName, at: dayTime(new Date(shown.writtenAt)) })}</span
      >
    </footer>
  </article>`
}

const pdfLink = (requestId: string, { version }: PreliminaryReportView, api: Api): TemplateResult =>
  html`<a
    class="btn btn-quiet"
    href=${api.preliminaryPdfUrl(requestId, version)}
    target="_blank"
    rel="noopener"
    >${icon("doc", "s")}${t("preliminary.pdf")}</a
  >`

export interface PreliminaryPanel {
  readonly api: Api
  readonly isDetailOpen: boolean
  readonly toggleDetail: () => void
}

/** In the place of the verdict, while there is no report. */
export function preliminaryVerdict(
  { requestId, center }: StaffDetail,
  { seal, ...shown }: PreliminaryReportView,
  { api, isDetailOpen, toggleDetail }: PreliminaryPanel,
): TemplateResult {
  return html`<section class="verdict v-wait" aria-label=${t("preliminary.name")}>
    <div class="verdict-top">
      <span class="seal">${icon("hourglass")}</span>
      <div><small>${t("preliminary.name")}</small><b>${t("preliminary.unsigned")}</b></div>
    </div>
    <p class="verdict-text">${t("preliminary.verdict", { center })}</p>
    ${seal === null ? nothing : summaryList(seal, null)}
    <p class="s sub panel-pad">
      ${t("preliminary.came", { at: dayTime(new Date(shown.cameAt)) })}${t("list.dot")}${t("preliminary.received")}
    </p>
    <div class="row wrap verdict-foot">
      <button class="btn btn-quiet" aria-expanded=${isDetailOpen ? "true" : "false"} @click=${toggleDetail}>
        ${t("verdict.all-tests")}${icon("down", "s")}
      </button>
      <span class="grow"></span>
      ${requestId === null ? nothing : pdfLink(requestId, { seal, ...shown }, api)}
    </div>
    ${isDetailOpen && seal !== null ? verdictDetail(seal) : nothing}
  </section>`
}

/** Those whose place was taken: what they said stays to be read. */
export function replacedPreliminaries(
  { requestId, preliminaries = [] }: StaffDetail,
  api: Api,
  now: Date,
): unknown {
  const replaced = preliminaries.filter(({ isReplaced }) => isReplaced)
  if (replaced.length === 0 || requestId === null) return nothing
  return html`<section class="panel" aria-label=${t("preliminary.name")}>
    <header><h2>${t("preliminary.name")}</h2></header>
    <div class="panel-pad stack stack-3">
      ${replaced.map(
        (each) =>
          html`<div class="row between wrap" data-preliminary=${each.version}>
            <div>
              <b>${t("preliminary.version", { n: each.version })}</b>
              <small class="sub"
                >${shortTime(new Date(each.cameAt), now)}${t("list.dot")}${each.readerName}</small
              >
              ${each.isChanged ? html`<small class="row t-warn">${icon("alert", "s")}${t("preliminary.changed")}</small>` : nothing}
            </div>
            ${pdfLink(requestId, each, api)}
          </div>`,
      )}
      <p class="s sub">${t("preliminary.replaced-mark")}</p>
    </div>
  </section>`
}

/** Until the report is received: who acted upon what came first reads it anew. */
export function changedBanner({ notices }: StaffDetail): TemplateResult | null {
  if (!notices.some(({ code }) => code === "preliminary-changed")) return null
  return banner("warn", "history", html`<b>${t("preliminary.changed")}</b> ${t("preliminary.changed-note")}`)
}
