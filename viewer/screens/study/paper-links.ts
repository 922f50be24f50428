/** What came beside the study, such as the request of a hospital of another make: each opens by itself, marked as nobody's signature. */
import { html, nothing, type TemplateResult } from "lit"
import type { PaperView } from "../../../gateway/journey/views/reading.ts"
import { icon } from "../../parts/icon.ts"
import { st } from "../../text/study.ts"

/** @param urlOf the paper with this number */
export const paperLinks = (papers: readonly PaperView[], urlOf: (index: number) => string): unknown =>
  papers.length === 0
    ? nothing
    : html`<nav class="rp-papers" aria-label=${st("report.papers")}>
        ${papers.map((paper, index) => link(paper, urlOf(index), index + 1))}
      </nav>`

const link = ({ title, verdict }: PaperView, url: string, n: number): TemplateResult =>
  html`<a class="btn btn-quiet" href=${url} target="_blank" rel="noopener">
    ${icon("doc", "s")}<span>${title || st("report.paper", { n })}</span>
    ${verdict === "unsigned" ? html`<small class="t-warn">${st("report.paper-unsigned")}</small>` : nothing}
  </a>`
