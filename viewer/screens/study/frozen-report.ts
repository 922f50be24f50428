import { html, nothing, type TemplateResult } from "lit"
import type { PreparedReport, ReadingView } from "../../../gateway/journey/views/reading.ts"
import { icon } from "../../parts/icon.ts"
import { ageAndSex } from "../../parts/patient-block.ts"
import { examination } from "../../parts/study-bar.ts"
import { language } from "../../text/language.ts"
import { st } from "../../text/study.ts"
import { deviceTime } from "../../words/instant.ts"
import { nameLines } from "../../words/patient-name.ts"
import { voiWindow } from "../../image/voi.ts"
import type { FrameStore } from "./frame-store.ts"
import type { TrayItem } from "./key-tray.ts"
import "./image-thumb.ts"

/** Ideographic space between facts. */
const GAP = "\u3000"

/** Text as it will stand in the document: its lines, nothing added. */
const section = (title: string, text: string): unknown =>
  text.trim() === ""
    ? nothing
    : html`<h2>${title}</h2>
        <p class="frozen-text" lang="ja">${text}</p>`

function patientGrid(prepared: Pick<PreparedReport, "patient">, view: ReadingView): TemplateResult {
  const { patient } = prepared
  const { study } = view
  const { name, reading } = nameLines(patient, language())
  const facts = [
    patient.birthDate === null ? "" : st("sign.born", { date: patient.birthDate }),
    ageAndSex(patient, study.studyDateTime),
  ]
  const when = study.studyDateTime === null ? "" : deviceTime(study.studyDateTime)
  return html`<div class="doc-pt">
    <span class="big" lang="ja">${name} <span class="s sub">${reading}</span></span>
    <span>${st("sign.id", { id: patient.PatientID })}</span>
    <span>${facts.filter(Boolean).join(GAP)}</span>
    <span>${st("sign.accession", { number: study.AccessionNumber || view.requestNumber })}</span>
    <span>${[view.hospital, view.request.department, view.request.physician].filter(Boolean).join(GAP)}</span>
    <span>${[examination(study), when].filter(Boolean).join(GAP)}</span>
  </div>`
}

function keyFigures(keys: readonly TrayItem[], store: FrameStore): unknown {
  if (keys.length === 0) return nothing
  return html`<h2>${st("report.keys")}</h2>
    <div class="doc-keys">
      ${keys.map(
        ({ key, image, seriesNumber, place }) =>
          html`<figure>
            <image-thumb
              .image=${image}
              .store=${store}
              .voi=${voiWindow(key.windowCenter, key.windowWidth)}
              .whole=${true}
            ></image-thumb>
            <figcaption>${st("sign.key-caption", { series: seriesNumber, image: place })}</figcaption>
          </figure>`,
      )}
    </div>`
}

/** The report as a document: when frozen, the draft of the prepared report and not what the editor held a moment ago. */
export function frozenReport(
  prepared: Pick<PreparedReport, "patient" | "draft">,
  view: ReadingView,
  keys: readonly TrayItem[],
  store: FrameStore,
): TemplateResult {
  const { draft } = prepared
  return html`<article class="frozen doc" tabindex="0" aria-label=${st("sign.document")}>
    <h1 class=${language() === "ja" ? "" : "lat"}>
      ${st(draft.addendum === undefined ? "sign.document" : "sign.document-addendum")}
    </h1>
    ${patientGrid(prepared, view)}
    ${draft.addendum === undefined ? section(st("sign.purpose"), view.request.purpose) : nothing}
    ${section(st("report.reason"), draft.correctionReason)}
    ${section(st("report.addendum"), draft.addendum ?? "")} ${section(st("report.findings"), draft.findings)}
    ${section(st("report.impression"), draft.impression)} ${keyFigures(keys, store)}
  </article>`
}

export type SheetState = "loading" | "drawn" | "failed"

/** The pages that are signed, as they are drawn; their words stand behind them for who does not see. */
export function frozenSheet(
  prepared: Pick<PreparedReport, "draft" | "patient">,
  url: string,
  state: SheetState,
  become: (state: SheetState) => void,
): TemplateResult {
  const { draft, patient } = prepared
  const words = [
    nameLines(patient, language()).name,
    draft.correctionReason,
    draft.addendum ?? "",
    draft.findings,
    draft.impression,
  ]
  return html`<article class="frozen frozen-sheet" tabindex="0" aria-label=${st("sign.document")}>
    ${state === "loading" ? html`<p class="sub">${st("sign.sheet-loading")}</p>` : nothing}
    <img
      src=${url}
      alt=""
      draggable="false"
      data-sheet=${state}
      @load=${() => become("drawn")}
      @error=${() => become("failed")}
    />
    <div class="vh" lang="ja">${words.filter(Boolean).map((each) => html`<p>${each}</p>`)}</div>
  </article>`
}

/** As a person compares it: how it begins and how it ends. */
export const digestEnds = (digest: string): { readonly start: string; readonly end: string } => ({
  start: inFours(digest.slice(0, 8)),
  end: inFours(digest.slice(-8)),
})

const inFours = (hex: string): string => hex.match(/.{4}/g)?.join(" ") ?? hex

/** Under the document: the PDF itself and the digest that will be signed. */
export function frozenFoot(
  { pdfSha256: digest }: Pick<PreparedReport, "pdfSha256">,
  pdfUrl: string,
): TemplateResult {
  const words = st("sign.digest", digestEnds(digest))
  return html`<div class="row between s sub">
    ${pdfLink(pdfUrl)}
    <span class="mono" title=${digest}>${words}</span>
  </div>`
}

export const pdfLink = (url: string): TemplateResult =>
  html`<a class="btn btn-quiet" href=${url} target="_blank" rel="noopener"
    >${icon("doc", "s")}${st("sign.pdf")}</a
  >`
