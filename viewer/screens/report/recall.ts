/** Taking a study back: opened by a quiet button, done only with a reason; afterwards what became of it. */
import { html, nothing, type TemplateResult } from "lit"
import type { StaffDetail } from "../../../gateway/journey/views/staff.ts"
import { textArea } from "../../parts/field.ts"
import { icon } from "../../parts/icon.ts"
import { t } from "../../text/language.ts"
import { shortTime } from "../../words/instant.ts"

export interface Recalling {
  readonly detail: StaffDetail
  readonly now: Date
  readonly open: boolean
  readonly busy: boolean
  /** Sent without a reason. */
  readonly missing: boolean
  readonly toggle: () => void
  readonly reason: (text: string) => void
  readonly recall: () => void
}

export function recallSection(of: Recalling): unknown {
  const { detail, open } = of
  if (detail.recall !== null) return recalled(detail.recall, of.now)
  if (!detail.mayRecall) return nothing
  return open
    ? form(of)
    : html`<div>
        <button class="btn btn-quiet" @click=${of.toggle}>${icon("history", "s")}${t("recall.open")}</button>
      </div>`
}

function form({ busy, missing, toggle, reason, recall }: Recalling): TemplateResult {
  return html`<section class="panel panel-pad stack stack-3 recall">
    <div class="stack">
      <h3>${t("recall.title")}</h3>
      <p class="sub s">${t("recall.note")}</p>
    </div>
    ${textArea(
      {
        name: "recall-reason",
        label: t("recall.reason"),
        initial: "",
        required: true,
        error: missing,
        input: reason,
      },
      2,
    )}
    <div class="row wrap">
      <button class="btn btn-danger" ?disabled=${busy} @click=${recall}>${t("recall.do")}</button>
      <button class="btn" ?disabled=${busy} @click=${toggle}>${t("recall.leave")}</button>
    </div>
  </section>`
}

function recalled(
  { by, at, reason, toldCenterAt }: NonNullable<StaffDetail["recall"]>,
  now: Date,
): TemplateResult {
  return html`<section class="panel panel-pad stack recall">
    <b>${t("recall.done", { by, at: shortTime(new Date(at), now) })}</b>
    ${reason === "" ? nothing : html`<p>${reason}</p>`}
    <small class="sub"
      >${toldCenterAt === null ? t("recall.telling") : t("recall.told", { at: shortTime(new Date(toldCenterAt), now) })}</small
    >
  </section>`
}
