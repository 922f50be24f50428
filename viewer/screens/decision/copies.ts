/** Copies of an image side by side: what differs, a picture of each, and the choice. */
import { html, nothing, type TemplateResult } from "lit"
import type { CopyView, StudyQuestion } from "../../../gateway/journey/views/staff.ts"
import { icon } from "../../parts/icon.ts"
import { maybe, t } from "../../text/language.ts"
import { shortTime } from "../../words/instant.ts"
import { WHICH, type Chosen, type Which } from "../../words/copy-choice.ts"

type Conflict = StudyQuestion["conflicts"][number]

export interface CopiesPanel {
  readonly conflicts: readonly Conflict[]
  readonly chosen: Chosen
  readonly now: Date
  readonly pictureUrl: (objectId: string) => string
  readonly choose: (SOPInstanceUID: string, objectId: string | null) => void
  readonly all: (which: Which) => void
}

/** More are chosen all at once; pictures of a whole series tell nobody anything. */
const SHOWN = 8

function copy(panel: CopiesPanel, conflict: Conflict, view: CopyView, index: number): TemplateResult {
  const isChosen = panel.chosen.get(conflict.SOPInstanceUID) === view.objectId
  return html`<button
    class="decide-copy stack ${isChosen ? "is-chosen" : ""}"
    role="radio"
    aria-checked=${isChosen ? "true" : "false"}
    @click=${() => panel.choose(conflict.SOPInstanceUID, view.objectId)}
  >
    ${view.picture ? html`<img src=${panel.pictureUrl(view.objectId)} alt="" loading="lazy" />` : icon("doc", "l")}
    <span class="row"
      >${isChosen ? icon("check", "s") : nothing}<b>${t("decide.copy", { n: index + 1 })}</b
      ><span class="sub s"
        >${t("decide.copy-came", { time: shortTime(new Date(view.receivedAt), panel.now) })}</span
      ></span
    >
  </button>`
}

const differing = (keywords: readonly string[]): string =>
  keywords.length === 0
    ? t("decide.differs-pixels")
    : t("decide.differs", {
        what: keywords.map((each) => maybe(`keyword.${each}`) ?? each).join(t("list.comma")),
      })

function one(panel: CopiesPanel, conflict: Conflict): TemplateResult {
  const [first] = conflict.copies
  const none = panel.chosen.get(conflict.SOPInstanceUID) === null
  return html`<div class="decide-image stack stack-2">
    <div class="row wrap between">
      <b>${t("decide.image", { series: first?.SeriesNumber ?? 0, n: first?.InstanceNumber ?? 0 })}</b>
      <span class="sub s">${first?.SeriesDescription ?? ""}</span>
      <span class="t-warn s">${differing(first?.differs ?? [])}</span>
    </div>
    <div class="row wrap top" role="radiogroup" aria-label=${t("decide.choose")}>
      ${conflict.copies.map((view, index) => copy(panel, conflict, view, index))}
      <button
        class="chip chip-box"
        role="radio"
        aria-checked=${none ? "true" : "false"}
        @click=${() => panel.choose(conflict.SOPInstanceUID, null)}
      >
        ${t("decide.none")}
      </button>
    </div>
  </div>`
}

export function copiesPanel(panel: CopiesPanel): TemplateResult {
  const { conflicts } = panel
  const more = conflicts.length - SHOWN
  return html`<div class="stack stack-3">
    ${
      conflicts.length < 2
        ? nothing
        : html`<div class="row wrap" role="group" aria-label=${t("decide.all")}>
            ${WHICH.map(
              (which) =>
                html`<button class="chip chip-box" @click=${() => panel.all(which)}>
                  ${t(`decide-all.${which}`)}
                </button>`,
            )}
          </div>`
    }
    ${conflicts.slice(0, SHOWN).map((conflict) => one(panel, conflict))}
    ${more > 0 ? html`<p class="sub">${t("decide.more", { n: more })}</p>` : nothing}
  </div>`
}
