/** A signed report is followed by an addendum or by a correction: which is right, said before either is begun. */
import { html, nothing, type TemplateResult } from "lit"
import type { Amendment, ReadingView, SignedText } from "../../../gateway/journey/views/reading.ts"
import { icon } from "../../parts/icon.ts"
import { st } from "../../text/study.ts"

/** `報告書 第1版`, `追記 1 第2版`. */
export const documentName = ({ addendum, version }: Pick<SignedText, "addendum" | "version">): string =>
  addendum === undefined
    ? st("amend.report", { version })
    : st(version === 1 ? "amend.addendum" : "amend.addendum-version", { n: addendum, version })

export interface AmendActions {
  readonly begin: (amendment: Amendment) => void
  readonly close: () => void
}

function addendumCard([report]: readonly SignedText[], { begin }: AmendActions): TemplateResult {
  const write = (): void => {
    if (report !== undefined) begin({ what: "addendum", reportId: report.reportId, reason: "" })
  }
  return html`<section class="amend-card" data-amend="addendum">
    <h3>${st("amend.addendum-title")}</h3>
    <p>${st("amend.addendum-when")}</p>
    <div class="amend-do">
      <button class="btn btn-primary" @click=${write}>${icon("pen", "s")}${st("amend.addendum-do")}</button>
    </div>
  </section>`
}

/** Which document: asked only where there is more than the report. */
const choice = (standing: readonly SignedText[]): unknown =>
  standing.length < 2
    ? nothing
    : html`<label class="amend-which"
        ><span class="xs sub">${st("amend.which")}</span
        ><select class="input" name="document">
          ${standing.map((each) => html`<option value=${each.reportId}>${documentName(each)}</option>`)}
        </select></label
      >`

function correctionCard(standing: readonly SignedText[], { begin }: AmendActions): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const said = new FormData(event.currentTarget as HTMLFormElement)
    const [named, reason] = [said.get("document") ?? standing[0]?.reportId, said.get("reason")]
    if (typeof named === "string" && typeof reason === "string" && reason.trim() !== "")
      begin({ what: "correction", reportId: named, reason: reason.trim() })
  }
  return html`<form class="amend-card" data-amend="correction" @submit=${submit}>
    <h3>${st("amend.correction-title")}</h3>
    <p>${st("amend.correction-when")}</p>
    <div class="amend-do">
      ${choice(standing)}
      <input
        class="input reason"
        name="reason"
        required
        aria-label=${st("read.correct-reason")}
        placeholder=${st("read.correct-reason")}
      />
      <button class="btn">${icon("history", "s")}${st("read.correct")}</button>
    </div>
  </form>`
}

/** Both side by side, and a way back. */
export function amendPanel({ standing }: ReadingView, actions: AmendActions): TemplateResult {
  return html`<section class="amend" aria-label=${st("amend.title")}>
    ${addendumCard(standing, actions)} ${correctionCard(standing, actions)}
    <button class="btn btn-icon amend-close" aria-label=${st("amend.close")} @click=${actions.close}>
      ${icon("x")}
    </button>
  </section>`
}
