import { html, nothing, type TemplateResult } from "lit"
import { icon } from "../../parts/icon.ts"
import { st } from "../../text/study.ts"
import type { ViewState } from "./image-controller.ts"

/** A coarse picture says so on the picture itself: dashed frame and a word. */
export function previewMark({ quality }: ViewState): unknown {
  if (quality !== "preview") return nothing
  return html`<div class="vp-preview"><span class="badge badge-warn">${st("frame.preview")}</span></div>`
}

/** In the place of a frame that cannot be shown: which one, why, and the way on. */
export function faultTile(view: ViewState, retry: () => void): TemplateResult {
  return html`<div class="vp-fault" role="alert">
    ${icon("alert")}
    <b>${st("frame.failed", { index: view.index + 1 })}</b>
    <span class="sub s">${st(`frame.fault.${view.fault?.code ?? "http"}`)}</span>
    <button class="btn" @click=${retry}>${icon("refresh", "s")}${st("frame.retry")}</button>
  </div>`
}
