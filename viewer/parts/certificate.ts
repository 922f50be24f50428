/** A deletion certificate in lines: what went, how, under whose seal, and whether it names what was exchanged. */
import { html, type TemplateResult } from "lit"
import type { ComparedSubmission, DeletionView } from "../../gateway/journey/views/staff.ts"
import { t } from "../text/language.ts"
import { daySeconds } from "../words/instant.ts"
import { icon } from "./icon.ts"

/** The end of a long UID tells it from its neighbours; the whole stands in the title. */
const SHOWN_DIGITS = 8

/** Does the certificate name what was exchanged? One line for each submission. */
function comparedLine({ submission, named, missing, foreign }: ComparedSubmission): TemplateResult {
  const same = missing === 0 && foreign === 0
  const words = t(same ? "deletion.all" : "deletion.differs", {
    n: named,
    missing,
    foreign,
    submission: `…${submission.slice(-SHOWN_DIGITS)}`,
  })
  return html`<p class="row s ${same ? "" : "t-warn"}" title=${submission}>
    ${icon(same ? "check" : "alert", "s")}<span>${words}</span>
  </p>`
}

export function certificate(deletion: DeletionView): TemplateResult {
  const { what, objects, at, statement, compared, certificate: outcome } = deletion
  return html`<div class="panel-pad stack stack-2">
    <p>${t(`deletion.${what}`, { n: objects, at: daySeconds(new Date(at)) })}</p>
    <p class="sub s">${statement}</p>
    <p class="row s ${outcome === "valid" ? "" : "t-warn"}">
      ${icon(outcome === "valid" ? "check" : "question", "s")}${t("deletion.certificate", {
        verdict: t(`verdict.${outcome}`),
      })}
    </p>
    ${compared.map(comparedLine)}
  </div>`
}
