import { html, nothing, type TemplateResult } from "lit"
import type { ReadingView, ReportDraft, SignedText } from "../../../gateway/journey/views/reading.ts"
import { icon } from "../../parts/icon.ts"
import { st } from "../../text/study.ts"
import { sentences } from "../../words/sentences.ts"
import { checksList } from "./checks-list.ts"
import type { Saving } from "./case-session.ts"
import type { FrameStore } from "./frame-store.ts"
import { keyTray, type TrayActions, type TrayItem } from "./key-tray.ts"
import { paperLinks } from "./paper-links.ts"
import type { SignCheck } from "./sign-checks.ts"
import { signedTexts } from "./signed-texts.ts"
import "./draft-field.ts"

/** Ideographic space between facts. */
const GAP = "\u3000"

export interface ReportState {
  readonly view: ReadingView
  readonly draft: ReportDraft
  /** Null when the report may only be read. */
  readonly saving: Saving | null
  readonly isCorrection: boolean
  readonly keys: readonly TrayItem[]
  readonly checks: readonly SignCheck[]
  readonly store: FrameStore
  /** Of `view.papers` the one with this number. */
  readonly paperUrl: (index: number) => string
}

export interface ReportActions extends TrayActions {
  readonly edit: (part: Partial<ReportDraft>) => void
  readonly compose: (active: boolean) => void
  readonly leave: () => void
  readonly confirm: (id: SignCheck["id"]) => void
  readonly keep: (which: "mine" | "theirs") => void
  readonly fold: () => void
  readonly sign: () => void
  /** To the screen that releases what is written before it is signed. */
  readonly preliminary: () => void
}

function savedWords({ saving }: ReportState): string {
  if (saving === null) return ""
  if (saving.state === "conflict") return ""
  if (saving.state !== "saved") return st(`draft.${saving.state}`)
  return saving.savedAt === null
    ? st(saving.version > 0 ? "draft.kept" : "draft.new")
    : st("draft.saved", { time: saving.savedAt })
}

function statusWord({ view, draft, saving, isCorrection }: ReportState): string {
  if (saving !== null) {
    if (isCorrection) return st("report.correction")
    return st(draft.addendum === undefined ? "report.draft" : "report.addendum-draft")
  }
  const version = view.standing[0]?.version
  return version === undefined ? st("report.draft") : st("report.signed", { version })
}

function head(state: ReportState, actions: ReportActions): TemplateResult {
  const failed = state.saving?.state === "failed" ? "t-warn" : "dim"
  return html`<div class="rp-head">
    <b>${st("report.label")}</b><span class="badge badge-plain">${statusWord(state)}</span>
    <span class="${failed} xs grow" role="status" data-draft=${state.saving?.state ?? "fixed"}
      >${savedWords(state)}</span
    >
    <button class="btn btn-icon" aria-label=${st("report.close")} @click=${actions.fold}>
      ${icon("panel")}
    </button>
  </div>`
}

function conflict({ saving }: ReportState, actions: ReportActions): unknown {
  if (saving?.state !== "conflict") return nothing
  return html`<div class="rp-conflict banner-warn" role="alert">
    <p>${st("draft.conflict")}</p>
    <div class="row">
      <button class="btn" @click=${() => actions.keep("mine")}>${st("draft.keep-mine")}</button>
      <button class="btn" @click=${() => actions.keep("theirs")}>${st("draft.take-theirs")}</button>
    </div>
  </div>`
}

function requestText({ view, paperUrl }: ReportState): TemplateResult {
  const { purpose, diagnosis, history, contrast, department, physician, namedReader = "" } = view.request
  const text = sentences([diagnosis, history, purpose, contrast])
  return html`<div class="rp-req" lang="ja">
    <b>${st("report.request")}</b>${GAP}${text}
    <b class="nowrap">${st("report.physician", { department, physician })}</b>
    ${namedReader === "" ? nothing : html`<span class="nowrap">${st("report.named", { name: namedReader })}</span>`}
    ${paperLinks(view.papers ?? [], paperUrl)}
  </div>`
}

function field(
  name: "findings" | "impression" | "correctionReason" | "addendum",
  label: string,
  state: ReportState,
  actions: ReportActions,
): TemplateResult {
  return html`<draft-field
    class="b-${name}"
    .label=${label}
    .value=${state.draft[name] ?? ""}
    .fixed=${state.saving === null}
    @edit=${(event: CustomEvent<string>) => actions.edit({ [name]: event.detail })}
    @compose=${(event: CustomEvent<boolean>) => actions.compose(event.detail)}
    @leave=${actions.leave}
  ></draft-field>`
}

/** Where it is agreed for this case; what may not be signed so may not be released either. */
function preliminaryButton({ view, checks, saving }: ReportState, actions: ReportActions): unknown {
  if (view.preliminary?.mayRelease !== true) return nothing
  const isBlocked = checks.some(({ level }) => level === "blocked") || saving?.state === "conflict"
  return html`<button
    class="btn sign-button"
    data-preliminary
    ?disabled=${isBlocked && view.preliminary.released === null}
    @click=${actions.preliminary}
  >
    ${icon("send", "s")}${st("preliminary.open")}
  </button>`
}

function submitBar(state: ReportState, actions: ReportActions): unknown {
  if (state.saving === null) return nothing
  const blocked = state.checks.some(({ level }) => level === "blocked")
  const words = blocked
    ? html`<span class="xs t-danger grow">${st("report.sign-blocked")}</span>`
    : html`<span class="grow"></span>`
  return html`<div class="submit-bar">
    ${words}
    <div class="row">
      ${preliminaryButton(state, actions)}
      <button
        class="btn btn-primary sign-button"
        ?disabled=${blocked || state.saving.state === "conflict"}
        @click=${actions.sign}
      >
        ${icon("pen", "s")}${st("report.to-sign")}
      </button>
    </div>
    <span class="phone-note xs dim">${st("report.phone")}</span>
  </div>`
}

/** Who writes an addendum has what it is added to before their eyes; who reads a report, what was added to it. */
function texts(state: ReportState, actions: ReportActions): unknown {
  const { draft, view } = state
  if (draft.addendum !== undefined)
    return html`${signedTexts(view.standing)} ${field("addendum", st("report.addendum"), state, actions)}`
  return html`${field("findings", st("report.findings"), state, actions)}
  ${field("impression", st("report.impression"), state, actions)} ${signedTexts(addendaOf(view))}`
}

const addendaOf = ({ standing }: ReadingView): readonly SignedText[] =>
  standing.filter(({ addendum }) => addendum !== undefined)

/** The report beside the images: request, text, key images, what to check, and the way to signing. */
export function reportPane(state: ReportState, actions: ReportActions): TemplateResult {
  const mine = state.saving !== null
  return html`<aside class="report-pane" aria-label=${st("report.label")}>
    ${head(state, actions)}${conflict(state, actions)}
    <div class="rp-body">
      ${requestText(state)}
      ${
        state.isCorrection || state.draft.correctionReason !== ""
          ? field("correctionReason", st("report.reason"), state, actions)
          : nothing
      }
      ${texts(state, actions)} ${keyTray(state.keys, state.store, mine ? actions : null)}
      ${mine ? checksList(state.checks, actions.confirm) : nothing}
    </div>
    ${submitBar(state, actions)}
  </aside>`
}

/** The edge of the folded pane. */
export function reportTab(isBlocked: boolean, open: () => void): TemplateResult {
  return html`<aside class="report-tab">
    <button class="btn btn-icon" aria-label=${st("report.open")} @click=${open}>${icon("panel")}</button>
    <span class="v">${st("report.label")}</span>
    ${isBlocked ? html`<span class="t-danger">${icon("lock", "s")}</span>` : nothing}
  </aside>`
}
