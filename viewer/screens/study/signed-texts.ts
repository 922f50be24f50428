/** What stands signed of a case, to be read beside what is written: the report, and what was added to it. */
import { html, nothing, type TemplateResult } from "lit"
import type { SignedText } from "../../../gateway/journey/views/reading.ts"
import { st } from "../../text/study.ts"
import { documentName } from "./amend-panel.ts"

const part = (title: string, text: string): unknown =>
  text.trim() === ""
    ? nothing
    : html`<h4>${title}</h4>
        <p class="signed-text" lang="ja">${text}</p>`

function document(signed: SignedText): TemplateResult {
  const { text, readerName } = signed
  return html`<section class="signed-doc" data-document=${signed.addendum ?? "report"}>
    <header><b>${documentName(signed)}</b><span class="xs sub">${readerName}</span></header>
    ${part(st("report.reason"), text.correctionReason)} ${part(st("report.findings"), text.findings)}
    ${part(st("report.impression"), text.impression)} ${part(st("report.addendum"), text.addendum ?? "")}
  </section>`
}

export const signedTexts = (standing: readonly SignedText[]): unknown =>
  standing.length === 0 ? nothing : html`<div class="b-signed">${standing.map(document)}</div>`
