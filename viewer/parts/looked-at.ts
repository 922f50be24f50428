/** What a screen of one answer shows: before the answer is there, and above one that grows old. */
import { html, nothing, type TemplateResult } from "lit"
import { type MessageKey, t } from "../text/language.ts"
import { banner } from "./banner.ts"
import type { Fetched } from "./fetched.ts"
import { icon } from "./icon.ts"
import { failed, skeleton } from "./states.ts"
import { staleWords } from "./updated.ts"

/**
 * Why there is nothing yet; nothing at all while it may be there in a moment.
 *
 * @param title says what could not be had
 * @param loading words that stand meanwhile
 */
export const beforeAnswer = (view: Fetched<unknown>, title: MessageKey, loading: string): TemplateResult =>
  html`<main class="fill">${whyNothing(view, title, loading)}</main>`

/** The same within a page that stands already. */
export function whyNothing(view: Fetched<unknown>, title: MessageKey, loading: string): unknown {
  const { failure, slow } = view
  if (failure !== null) return failed(title, failure, () => void view.reload())
  return slow ? skeleton(loading) : nothing
}

/** The answer is not of now. Being offline is told by the shell. */
export function staleNotice(view: Fetched<unknown>, now: Date): unknown {
  const { failure } = view
  if (failure === null || failure.code === "ERR_OFFLINE") return nothing
  return banner(
    "warn",
    "clock",
    html`${staleWords(view, now)} <span class="dim xs">${failure.code}</span>`,
    html`<button class="btn" @click=${() => view.reload()}>
      ${icon("refresh", "s")}${t("action.refresh")}
    </button>`,
  )
}
