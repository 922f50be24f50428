/** One message over the page; never more than one at a time over a list. */
import { html, nothing, type TemplateResult } from "lit"
import { icon, type IconName } from "./icon.ts"

export function banner(
  tone: "info" | "warn" | "danger" | "ok",
  drawing: IconName,
  text: unknown,
  action: unknown = nothing,
): TemplateResult {
  return html`<div class="banner banner-${tone}" role=${tone === "danger" ? "alert" : "status"}>
    ${icon(drawing)}
    <p class="grow">${text}</p>
    ${action}
  </div>`
}

/** Why what was just tried did not go, beside where it was tried. */
export const refusalBanner = (words: string): TemplateResult =>
  html`<p class="banner banner-danger banner-round" role="alert">
    ${icon("alert")}<span class="grow ink">${words}</span>
  </p>`
