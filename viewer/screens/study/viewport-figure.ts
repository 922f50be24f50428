import { html, nothing, type TemplateResult } from "lit"
import type { ReadingView, SeriesView } from "../../../gateway/journey/views/reading.ts"
import type { ApiError } from "../../api.ts"
import { languageButton } from "../../parts/app-head.ts"
import { icon } from "../../parts/icon.ts"
import { failureWords } from "../../parts/states.ts"
import { st } from "../../text/study.ts"
import { deviceTime } from "../../words/instant.ts"
import type { CornerFacts } from "./corner-texts.ts"
import type { FrameStore } from "./frame-store.ts"
import type { ViewState } from "./image-controller.ts"
import type { OpenedSeries } from "./image-desk.ts"
import { presetsSheet, type ToolActions, type ToolState } from "./tool-bar.ts"
import "./image-view.ts"

export interface ViewportFigure {
  readonly view: ReadingView
  /** Null while no series is open. */
  readonly opened: OpenedSeries | null
  readonly failure: ApiError | null
  readonly store: FrameStore
  readonly tools: ToolState
  readonly actions: ToolActions
  /** Last day of the check of this display for diagnosis; null = it was not checked. */
  readonly checkedUntil: string | null
  readonly marks: readonly number[]
  readonly viewChanged: (state: ViewState) => void
  readonly keyImage: () => void
  readonly retry: () => void
}

function cornerFacts(view: ReadingView, series: SeriesView): CornerFacts {
  return {
    patient: view.patient,
    hospital: view.hospital,
    studyDateTime: view.study.studyDateTime,
    AccessionNumber: view.study.AccessionNumber || view.requestNumber,
    modality: series.Modality,
    seriesNumber: series.SeriesNumber,
    seriesDescription: series.SeriesDescription,
  }
}

const noImages = (): TemplateResult =>
  html`<div class="vp-body">
    <div class="vp-fault">
      ${icon("images")}<b>${st("read.no-images")}</b><span class="sub s">${st("read.no-images-note")}</span>
    </div>
  </div>`

const seriesFault = (failure: ApiError, retry: () => void): TemplateResult =>
  html`<div class="vp-body">
    <div class="vp-fault" role="alert">
      ${icon("alert")}<b>${st("read.series-failed")}</b><span class="sub s">${failureWords(failure)}</span>
      <button class="btn" @click=${retry}>${icon("refresh", "s")}${st("frame.retry")}</button>
    </div>
  </div>`

function body(figure: ViewportFigure): TemplateResult {
  const { failure, opened, view } = figure
  if (failure !== null) return seriesFault(failure, figure.retry)
  if (view.series.length === 0 || opened?.stack.length === 0) return noImages()
  if (opened === null) return html`<div class="vp-body"></div>`
  return html`<image-view
    .stack=${opened.stack}
    .startIndex=${opened.startIndex}
    .store=${figure.store}
    .mode=${figure.tools.mode}
    .facts=${cornerFacts(view, opened.series)}
    .marks=${figure.marks}
    @view-change=${(event: CustomEvent<ViewState>) => figure.viewChanged(event.detail)}
    @key-image=${figure.keyImage}
  ></image-view>`
}

/** What this display is not; or until when somebody vouches for it. */
const displayStatement = (until: string | null): TemplateResult =>
  until === null
    ? html`<p class="refuse">${icon("eye", "s")}<span>${st("read.statement")}</span></p>`
    : html`<p class="refuse">${icon("check", "s")}<span>${st("read.checked", { day: until })}</span></p>`

/** The viewport: what is shown in words, the image, the sheet of presets, and what the display is not. */
export function viewportFigure(figure: ViewportFigure): TemplateResult {
  const { view, opened, tools, actions } = figure
  const when = view.study.studyDateTime
  const words = [when === null ? "" : deviceTime(when), opened?.series.SeriesDescription ?? ""]
  return html`<figure class="viewport is-active ${tools.presetsOpen ? "has-sheet" : ""}">
    <figcaption class="vp-head">
      <b>${st("strip.now")}</b><span class="sub">${words.filter(Boolean).join("　")}</span>
      <span class="grow"></span>${languageButton()}
    </figcaption>
    ${body(figure)} ${displayStatement(figure.checkedUntil)}
    ${opened === null ? nothing : presetsSheet(tools, actions)}
  </figure>`
}
