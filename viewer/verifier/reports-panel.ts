/** The reports whose own signature is valid, from exactly the octets it is valid for; no other is shown or handed out. */
import { html, nothing, type TemplateResult } from "lit"
import type { JudgedReport } from "../../gateway/standards/evidence/judged.ts"
import { isReplaced } from "../../gateway/standards/evidence/lineage.ts"
import { icon } from "../parts/icon.ts"
import { saveFile } from "../parts/save-file.ts"
import { et } from "../text/evidence.ts"
import { t } from "../text/language.ts"
import { daySeconds } from "../words/instant.ts"

export function reportsPanel(reports: readonly JudgedReport[]): TemplateResult {
  const contents = reports.map(({ content }) => content)
  return html`<section class="panel" aria-label=${et("reports.title")}>
    <header><h2>${et("reports.title")}</h2></header>
    ${
      reports.length === 0
        ? html`<p class="panel-pad sub vp-text">${et("reports.none")}</p>`
        : reports.map((report) => reportCard(report, isReplaced(report.content, contents)))
    }
    <p class="panel-pad row s sub vp-foot">${icon("alert", "s")}<span>${et("later-unknown")}</span></p>
  </section>`
}

function reportCard({ content, cda, pdf, verdict }: JudgedReport, replaced: boolean): TemplateResult {
  const { patient, study, reader, addendum, correction } = content
  const name = patient.ideographic || patient.alphabetic || patient.phonetic
  return html`<article class="panel-pad stack stack-3 vp-report" data-report=${content.documentId}>
    <div class="row between wrap top">
      <div class="stack">
        <b class="vp-patient">${et("report.of", { patient: name, id: patient.PatientID })}</b>
        <small class="sub"
          >${[study.modalities.join("/"), study.StudyDescription, content.hospital.name]
            .filter((each) => each !== "")
            .join(t("list.dot"))}</small
        >
      </div>
      <span class="row wrap">
        ${addendum === null ? nothing : html`<span class="badge badge-info">${et("report.addendum")}</span>`}
        <span class="badge badge-plain">${et("report.version", { n: content.versionNumber })}</span>
        ${replaced ? html`<span class="badge badge-warn">${et("report.replaced")}</span>` : nothing}
      </span>
    </div>
    <dl class="vp-text stack stack-3">
      ${section(et("report.added"), addendum?.text ?? "")}
      ${section(et("report.impression"), content.impression)}
      ${section(et("report.findings"), content.findings)}
      ${section(et("report.reason"), correction?.reason ?? "")}
    </dl>
    <small class="sub"
      >${[
        et("report.reader", { name: reader.name }),
        at("report.signed", verdict.signedAt),
        at("report.stamped", verdict.timeStampedAt),
      ]
        .filter((each) => each !== "")
        .join(t("list.dot"))}</small
    >
    <div class="row wrap">
      <button class="btn btn-primary" data-open-pdf @click=${() => openBytes(pdf, PDF)}>
        ${icon("doc", "s")}${et("report.open-pdf")}
      </button>
      <button class="btn" data-save-pdf @click=${() => save(pdf, PDF, `${content.documentId}.pdf`)}>
        ${et("report.save-pdf")}
      </button>
      <button
        class="btn"
        data-save-cda
        @click=${() => save(cda, "application/xml", `${content.documentId}.xml`)}
      >
        ${et("report.save-cda")}
      </button>
      <small class="sub">${et("report.only-verified")}</small>
    </div>
  </article>`
}

const PDF = "application/pdf"

const section = (title: string, text: string): unknown =>
  text === ""
    ? nothing
    : html`<div>
        <dt class="xs sub">${title}</dt>
        <dd class="vp-words">${text}</dd>
      </div>`

const at = (key: "report.signed" | "report.stamped", time: string | null): string =>
  time === null ? "" : et(key, { at: daySeconds(new Date(time)) })

/** Octets that were verified, copied: what the page shows afterwards is these and no others. */
const urlOf = (octets: Uint8Array, type: string): string =>
  URL.createObjectURL(new Blob([Uint8Array.from(octets)], { type }))

const openBytes = (octets: Uint8Array, type: string): void => {
  window.open(urlOf(octets, type), "_blank", "noopener")
}

const save = (octets: Uint8Array, type: string, name: string): void =>
  saveFile(name, new Blob([Uint8Array.from(octets)], { type }))
