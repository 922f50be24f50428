/** The report as text on paper, and the three reasons for which there is no text to show. */
import { html, nothing, type TemplateResult } from "lit"
import type { StaffDetail } from "../../../gateway/journey/views/staff.ts"
import type { VerdictOutcome } from "../../../gateway/journey/views/verdict.ts"
import type { Api } from "../../api.ts"
import { icon } from "../../parts/icon.ts"
import { ageAndSex } from "../../parts/patient-block.ts"
import { examination, examinationNumber } from "../../parts/study-bar.ts"
import { because } from "../../parts/notices.ts"
import { wayLine } from "../../parts/way-line.ts"
import { language, maybe, t } from "../../text/language.ts"
import { dayTime, deviceTime } from "../../words/instant.ts"
import { documentName } from "../../words/document-name.ts"
import { nameLines } from "../../words/patient-name.ts"
import { stage } from "../../words/stage.ts"

type Report = NonNullable<StaffDetail["report"]>

/** Lines as written; an empty text says so instead of leaving a hole. */
export function prose(text: string): TemplateResult {
  return html`<p class="prose">${text || t("report.no-text")}</p>`
}

export function patientBlock(detail: StaffDetail, site: string): TemplateResult {
  const { patient, study, request } = detail
  const { name, reading } = nameLines(patient, language())
  const born = patient.birthDate === null ? "" : t("patient.born", { date: patient.birthDate })
  const facts = [born, ageAndSex(patient, study?.studyDateTime ?? null)].filter(Boolean)
  return html`<div class="doc-pt">
    <span class="big"
      ><span lang="ja">${name || t("patient.unnamed")}</span> <span class="s">${reading}</span></span
    >
    <span>ID ${patient.PatientID}</span>
    <span>${facts.join(t("list.space"))}</span>
    <span>${t("study.accession", { number: examinationNumber(study, detail.requestNumber) })}</span>
    <span>${[site, request?.department, request?.physician].filter(Boolean).join(t("list.space"))}</span>
    <span
      >${
        study === null
          ? nothing
          : [examination(study), study.studyDateTime === null ? "" : deviceTime(study.studyDateTime)]
              .filter(Boolean)
              .join(t("list.space"))
      }</span
    >
  </div>`
}

/** Why this version replaces another, in the words of who signed it. */
function correctionReason({ correctionReason: reason }: Report): unknown {
  return reason === ""
    ? nothing
    : html`<h2>${t("report.correction-reason")}</h2>
        ${prose(reason)}`
}

function keyImages(report: Report, api: Api): unknown {
  if (report.keyImages === 0) return nothing
  const numbers = Array.from({ length: report.keyImages }, (_, index) => index)
  return html`<h2>${t("report.key-images")}</h2>
    <div class="doc-keys">
      ${numbers.map((index) => {
        const caption = report.captions[index] ?? t("report.key-image", { n: index + 1 })
        return html`<figure>
          <img src=${api.keyImageUrl(report.reportId, index)} alt=${caption} draggable="false" />
          <figcaption>${caption}</figcaption>
        </figure>`
      })}
    </div>`
}

/** What a sheet says of where it is read: the hospital, and who prints it and when. */
export interface PaperPlace {
  readonly site: string
  readonly printed: string
  /** Unless the signature holds the sheet must not say that it is signed. */
  readonly outcome: VerdictOutcome
  /** Signed, but with a certificate made for tests. */
  readonly testCertificate: boolean
  /** The newest version, when this one is no longer it. */
  readonly replacedBy: number | null
}

/** What must stand on the sheet itself: it is printed, and then nothing stands beside it. */
function marks(
  { recall }: StaffDetail,
  { version, addendum }: Report,
  { replacedBy, testCertificate, outcome }: PaperPlace,
): TemplateResult {
  return html`${
    recall === null
      ? nothing
      : html`<p class="doc-mark">${t("report.recalled", { at: dayTime(new Date(recall.at)) })}</p>`
  }
  ${
    outcome === "indeterminate"
      ? html`<p class="doc-mark">${t("verdict-text.indeterminate")}${t("verdict-text.ask")}</p>`
      : nothing
  }
  ${outcome === "unsigned" ? html`<p class="doc-mark">${t("verdict-text.unsigned-sheet")}</p>` : nothing}
  ${
    replacedBy === null
      ? nothing
      : html`<p class="doc-mark">
          ${addendum === undefined ? t("report.superseded", { n: version, by: replacedBy }) : t("addendum.superseded", { n: addendum.number, by: replacedBy })}
        </p>`
  }
  ${
    addendum === undefined || addendum.replacedBy === null
      ? nothing
      : html`<p class="doc-mark" data-written-to=${addendum.to}>
          ${t("addendum.outlived", { to: addendum.to, by: addendum.replacedBy })}
        </p>`
  }
  ${
    addendum?.fallen === true
      ? html`<p class="doc-mark" data-fallen>${t("addendum.fallen", { to: addendum.to })}</p>`
      : nothing
  }
  ${
    testCertificate
      ? html`<p class="doc-mark">
          ${t("verdict.test-certificate")}${t("list.space")}${t("verdict.test-note")}
        </p>`
      : nothing
  }`
}

/** What the foot says of the signature. */
const FOOT = {
  valid: "report.copy",
  "valid-pending": "report.copy",
  indeterminate: "verdict.indeterminate",
  invalid: "verdict-text.do-not-use",
  unsigned: "verdict-text.unsigned-sheet",
} as const

const numbered = ({ addendum }: Report): { readonly addendum?: number } =>
  addendum === undefined ? {} : { addendum: addendum.number }

/** A report without a text that can be read here: its PDF is all there is. */
const isInPdf = ({ documents, findings, impression }: Report): boolean =>
  documents !== undefined && !documents.includes("cda") && findings === "" && impression === ""

const reportText = (detail: StaffDetail, report: Report, api: Api): TemplateResult => {
  const purpose = html`<h2>${t("report.purpose")}</h2>
    ${prose(detail.request?.purpose ?? "")}`
  return html`${purpose}${isInPdf(report) ? inPdf(report, api) : reportSections(report)}`
}

const inPdf = ({ reportId }: Report, api: Api): TemplateResult =>
  html`<p class="doc-mark">
    ${t("report.in-pdf")}
    <a href=${api.documentUrl(reportId, "pdf")} target="_blank" rel="noopener">${t("documents.pdf")}</a>
  </p>`

/** A document of another make, read as one text: no heading of ours says what its parts are. */
const isOneText = ({ documents, impression }: Report): boolean =>
  documents !== undefined && !documents.includes("pdf") && impression === ""

const reportSections = (report: Report): TemplateResult =>
  isOneText(report)
    ? html`${correctionReason(report)}
        <h2>${t("report.content")}</h2>
        ${prose(report.findings)}`
    : html`${correctionReason(report)}
        <h2>${t("report.findings")}</h2>
        ${prose(report.findings)}
        <h2>${t("report.impression")}</h2>
        ${prose(report.impression)}`

/** Somebody else's may have sections of a report besides. */
const addendumText = (
  report: Report,
  { text, to }: NonNullable<Report["addendum"]>,
  api: Api,
): TemplateResult =>
  html`<p class="doc-to">${t("addendum.to", { to })}</p>
    ${correctionReason(report)}
    ${
      isInPdf(report)
        ? inPdf(report, api)
        : html`<h2>${t("addendum.text")}</h2>
            ${prose(text)}`
    }
    ${ifSaid("report.findings", report.findings)} ${ifSaid("report.impression", report.impression)}`

const ifSaid = (title: "report.findings" | "report.impression", text: string): unknown =>
  text === ""
    ? nothing
    : html`<h2>${t(title)}</h2>
        ${prose(text)}`

/** The whole sheet. */
export function paper(detail: StaffDetail, report: Report, api: Api, print: PaperPlace): TemplateResult {
  const title = t(report.addendum === undefined ? "report.title" : "addendum.title")
  return html`<article class="paper doc" aria-label=${title} data-document=${report.reportId}>
    ${marks(detail, report, print)}
    <h1 class=${language() === "en" ? "lat" : ""}>${title}</h1>
    ${patientBlock(detail, print.site)}
    ${report.addendum === undefined ? reportText(detail, report, api) : addendumText(report, report.addendum, api)}
    ${keyImages(report, api)}
    <footer class="doc-foot">
      <span
        >${t("report.foot", { reader: report.readerName, document: documentName({ ...numbered(report), version: report.version }), status: t(`report-status.${report.status}`) })}</span
      >
      <span>${t(FOOT[print.outcome])}</span><span class="print-only">${print.printed}</span>
    </footer>
  </article>`
}

/** The signature does not hold: the text is covered until somebody says that the warning was understood. */
export function coveredPaper(show: () => void): TemplateResult {
  return html`<section class="paper covered no-print" aria-label=${t("report.title")}>
    <div class="mini mini-hidden">
      <div class="hid stack stack-3">
        <b>${t("report.covered")}</b><span>${t("report.covered-note")}</span>
        <button class="btn" @click=${show}>${t("report.show-anyway")}</button>
      </div>
    </div>
  </section>`
}

/** No report yet: where the request stands, what stops it, what is safe. */
export function waitingPaper(detail: StaffDetail, now: Date, release: unknown): TemplateResult {
  const at = stage(detail)
  const stopped = detail.way.find(({ state }) => state === "fail" || state === "hold")
  const reason = stopped?.reason ?? null
  return html`<section class="panel panel-pad stack stack-4 waiting">
    ${wayLine(detail.way, { size: "m", now })}
    <div class="stack stack-2">
      <h2 class="row ${at === "stopped" ? "t-danger" : at === "delayed" ? "t-warn" : ""}">
        ${at === "stopped" ? icon("alert") : at === "delayed" ? icon("hourglass") : nothing}${t(`stage.${at}`)}
      </h2>
      ${
        reason === null
          ? nothing
          : html`<p>${because(reason)}</p>
              <p class="sub">${maybe(`do.${reason.split(" ")[0] ?? ""}`) ?? t("do.other")}</p>
              <p class="sub">${t("stage.safe")}</p>
              <p class="dim xs">${reason}</p>`
      }
      ${reason === null ? html`<p class="sub">${maybe(`stage-note.${at}`) ?? t("stage-note.comes")}</p>` : nothing}
    </div>
    ${release} ${requestText(detail)}
  </section>`
}

function requestText(detail: StaffDetail): unknown {
  const { request } = detail
  if (request === null) return nothing
  const lines = [
    ["request.purpose", request.purpose],
    ["request.diagnosis", request.diagnosis],
    ["request.history", request.history],
    ["request.contrast", request.contrast],
    ["request.physician", [request.department, request.physician].filter(Boolean).join(t("list.space"))],
    ["request.telephone", request.telephone],
    ["request.namedReader", request.namedReader ?? ""],
    ["request.reportTo", request.reportTo ?? ""],
  ] as const
  return html`<dl class="kv request-text">
    ${lines
      .filter(([, value]) => value !== "")
      .map(
        ([label, value]) =>
          html`<dt>${t(label)}</dt>
            <dd>${value}</dd>`,
      )}
  </dl>`
}
