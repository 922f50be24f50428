/** What takes something away is done only with a reason: a small form below the line it is about. */
import { html, type TemplateResult } from "lit"
import { textArea } from "../../parts/field.ts"
import { pt } from "../../text/people.ts"

export interface Asking {
  readonly what: "revoke" | "lost" | "device"
  /** Whose it is, or what a device is called. */
  readonly name: string
  readonly busy: boolean
  /** Sent without a reason. */
  readonly missing: boolean
  readonly refusal: unknown
  readonly reason: (text: string) => void
  readonly act: () => void
  readonly leave: () => void
}

export function askReason({
  what,
  name,
  busy,
  missing,
  refusal,
  reason,
  act,
  leave,
}: Asking): TemplateResult {
  return html`<div class="stack stack-3 acc-ask" data-ask=${what}>
    <div class="stack">
      <b>${pt(`${what}.title`)}</b>
      <p class="sub s">${pt(`${what}.note`, { name })}</p>
    </div>
    ${textArea(
      { name: "reason", label: pt("reason"), initial: "", required: true, error: missing, input: reason },
      2,
    )}
    ${refusal}
    <div class="row wrap">
      <button class="btn btn-danger" ?disabled=${busy} @click=${act}>${pt(`${what}.do`)}</button>
      <button class="btn" ?disabled=${busy} @click=${leave}>${pt("leave")}</button>
    </div>
  </div>`
}
