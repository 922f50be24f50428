/** Whom to believe: each root the package leads to, with its fingerprint to be compared, or a certificate of one's own. */
import { html, nothing, type TemplateResult } from "lit"
import {
  ANCHOR_USES,
  type AnchorUse,
  type NamedAnchor,
} from "../../gateway/standards/evidence/evidence-index.ts"
import { icon } from "../parts/icon.ts"
import { et } from "../text/evidence.ts"
import { Believed } from "./believed.ts"

export interface AnchorsView {
  readonly anchors: readonly NamedAnchor[]
  readonly believed: Believed
  /** Name of a file that was no certificate; null = none. */
  readonly unread: string | null
  readonly compare: (anchor: NamedAnchor, isSame: boolean) => void
  readonly bring: (use: AnchorUse, files: readonly File[]) => void
  readonly allowTests: (allow: boolean) => void
}

export function anchorsPanel(view: AnchorsView): TemplateResult {
  return html`<section class="panel" aria-label=${et("anchors.title")}>
    <header><h2>${et("anchors.title")}</h2></header>
    <div class="panel-pad stack stack-4">
      <p class="sub vp-text">${et("anchors.lead")}</p>
      ${ANCHOR_USES.map((use) => ofUse(view, use))}
      ${
        view.unread === null
          ? nothing
          : html`<p class="row s t-danger" role="alert">
              ${icon("alert", "s")}${et("anchors.unread", { name: view.unread })}
            </p>`
      }
      <label class="row s vp-check">
        <input
          type="checkbox"
          name="tests"
          .checked=${view.believed.allowTestPolicies}
          @change=${(event: Event) => view.allowTests((event.target as HTMLInputElement).checked)}
        />${et("anchors.tests")}
      </label>
    </div>
  </section>`
}

function ofUse(view: AnchorsView, use: AnchorUse): TemplateResult {
  return html`<div class="vp-use stack stack-2">
    <div class="row between wrap">
      <h3>${et(`use.${use}`)}</h3>
      ${chooseFile(view, use)}
    </div>
    ${view.anchors.filter((each) => each.use === use).map((anchor) => named(view, anchor))}
  </div>`
}

function named({ believed, compare }: AnchorsView, anchor: NamedAnchor): TemplateResult {
  const isBrought = believed.isBrought(anchor)
  return html`<div class="vp-anchor stack stack-2">
    <b class="s vp-subject">${anchor.subject}</b>
    <small class="sub">${et("fingerprint")}</small>
    <code class="vp-fingerprint">${grouped(anchor.sha256)}</code>
    ${
      isBrought
        ? html`<small class="row t-ok">${icon("check", "s")}${et("anchors.given")}</small>`
        : html`<label class="row s vp-check">
            <input
              type="checkbox"
              data-anchor=${Believed.key(anchor)}
              .checked=${believed.compared.has(Believed.key(anchor))}
              @change=${(event: Event) => compare(anchor, (event.target as HTMLInputElement).checked)}
            />${et("anchors.same")}
          </label>`
    }
  </div>`
}

/** Four by four, as people read them out to each other. */
const grouped = (hex: string): string => (hex.toUpperCase().match(/.{4}/g) ?? []).join(" ")

const chooseFile = ({ bring }: AnchorsView, use: AnchorUse): TemplateResult =>
  html`<label class="btn btn-quiet s vp-file"
    >${icon("cert", "s")}${et("anchors.file")}<input
      class="vh"
      type="file"
      accept=".pem,.crt,.cer,.der"
      multiple
      data-bring=${use}
      @change=${(event: Event) => bring(use, [...((event.target as HTMLInputElement).files ?? [])])}
  /></label>`
