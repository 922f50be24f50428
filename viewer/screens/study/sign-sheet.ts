import { html, nothing, type TemplateResult } from "lit"
import type { PreparedReport, ReadingView } from "../../../gateway/journey/views/reading.ts"
import type { Api } from "../../api.ts"
import { icon } from "../../parts/icon.ts"
import { st } from "../../text/study.ts"
import { frozenFoot, frozenReport, frozenSheet, type SheetState } from "./frozen-report.ts"
import type { KeyImages } from "./key-images.ts"

export interface SheetParts {
  readonly api: Api
  readonly view: ReadingView
  /** Frozen and open for signing; null = it is not, or no longer. */
  readonly prepared: PreparedReport | null
  readonly isSigned: boolean
  readonly keys: KeyImages
  readonly sheet: SheetState
  readonly become: (sheet: SheetState) => void
}

/** What is signed, as it is frozen: its pages, its state, its PDF. */
export function signSheet(parts: SheetParts): unknown {
  const shown = documentOf(parts)
  if (shown === null) return nothing
  const { api, view, prepared, keys, sheet, become } = parts
  const prepareId = prepared?.prepareId ?? view.signing?.awaits?.prepareId
  const foot = prepared === null ? pdfOf(parts) : frozenFoot(prepared, api.preparedPdfUrl(prepared.prepareId))
  // The very pages; should they not be drawn, their text, and a word that the PDF is what counts.
  const pages =
    prepareId !== undefined && sheet !== "failed"
      ? frozenSheet(shown, api.preparedSheetUrl(prepareId), sheet, become)
      : frozenReport(shown, view, keys.located(view, shown.draft), keys.store)
  return html`<div class="row between">
      <h1>${st("sign.title")}</h1>
      <span class="row s">${badge(parts)}</span>
    </div>
    ${pages} ${foot}`
}

/** The frozen draft, or the saved one while nothing is frozen. */
export function documentOf({
  view,
  prepared,
}: Pick<SheetParts, "view" | "prepared">): Pick<PreparedReport, "patient" | "draft"> | null {
  if (prepared !== null) return prepared
  return view.draft === null ? null : { patient: view.patient, draft: view.draft }
}

/** Number of the newest version that is signed. */
const signedVersion = ({ versions }: ReadingView): number =>
  versions.findLast(({ signedAt }) => signedAt !== null)?.version ?? 1

function badge({ view, prepared, isSigned, sheet }: SheetParts): TemplateResult {
  if (isSigned)
    return html`<span class="badge badge-plain"
      >${icon("check")}${st("report.signed", { version: signedVersion(view) })}</span
    >`
  if (view.signing?.awaits !== undefined)
    return html`<span class="badge badge-warn">${icon("hourglass")}${st("awaits.badge")}</span>`
  if (prepared === null) return html`<span class="badge badge-warn">${st("sign.not-frozen")}</span>`
  return html`<span class="badge badge-plain"
      >${icon("freeze")}${st("sign.frozen", { version: prepared.version })}</span
    >
    <span class="sub">${st(sheet === "failed" ? "sign.see-pdf" : "sign.as-is")}</span>`
}

function pdfOf({ api, view }: SheetParts): unknown {
  const awaits = view.signing?.awaits
  return awaits === undefined ? nothing : frozenFoot(awaits, api.preparedPdfUrl(awaits.prepareId))
}
