/** Two-tone progress: pale = here, solid = certain. The numbers always stand in words beside it. */
import { html, type TemplateResult } from "lit"

const percent = (share: number): string => `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%`

/**
 * @param here    0..1, arrived
 * @param certain 0..1, verified; ≤ here
 * @param tone    live blue while it moves, warn while somebody is waited for, plain grey when finished
 */
export function twoToneBar(
  here: number,
  certain: number,
  words: string,
  tone: "live" | "warn" | "plain",
): TemplateResult {
  const toneClass = { live: "bar2 is-live", warn: "bar2 is-warn", plain: "bar2" }[tone]
  return html`<svg class=${toneClass} role="img" aria-label=${words}>
    <rect class="a" width=${percent(here)} height="100%" />
    <rect class="b" width=${percent(certain)} height="100%" />
  </svg>`
}
