/** A page that looks again by itself: before its first answer, and above an answer that grows old. */
import { html, nothing, type TemplateResult } from "lit"
import { banner } from "../../parts/banner.ts"
import type { Fetched } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { failed, skeleton } from "../../parts/states.ts"
import { staleWords } from "../../parts/updated.ts"
import { t } from "../../text/language.ts"
import { tt } from "../../text/technician.ts"

/** Why there is nothing yet; nothing at all while it may be there in a moment. */
export function beforeAnswer(view: Fetched<unknown>): TemplateResult {
  const { failure, slow } = view
  return html`<main class="fill">
    ${
      failure !== null
        ? failed("technician.failed", failure, () => void view.reload())
        : slow
          ? skeleton(tt("loading"))
          : nothing
    }
  </main>`
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
