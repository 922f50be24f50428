import { html, type TemplateResult } from "lit"
import { live } from "lit/directives/live.js"
import { st, type StudyKey } from "../../text/study.ts"

/** One field for what unlocks the reader's key. */
export interface KeyEntry {
  readonly typed: string
  readonly isBusy: boolean
  /** What was typed last was wrong; what is wrong stands under the step that stopped. */
  readonly isRefused: boolean
  readonly write: (typed: string) => void
}

/** Where the next try begins. */
export const focusKeyField = (screen: Element): void =>
  screen.querySelector<HTMLInputElement>("#sign-key")?.focus()

/** PIN of the signing key. */
export const pinField = (entry: KeyEntry): TemplateResult =>
  keyField(entry, {
    name: "pin",
    type: "password",
    inputMode: "text",
    label: "sign.pin",
    hint: "sign.pin-hint",
  })

/** The code of the bridge's window, where this tab is not paired yet: no secret, it serves once. */
export const codeField = (entry: KeyEntry): TemplateResult =>
  keyField(entry, {
    name: "code",
    type: "text",
    inputMode: "numeric",
    label: "sign.code",
    hint: "sign.code-hint",
  })

interface Kind {
  readonly name: "pin" | "code"
  readonly type: "password" | "text"
  readonly inputMode: "text" | "numeric"
  readonly label: StudyKey
  readonly hint: StudyKey
}

/** The browser is told not to keep it. */
function keyField({ typed, isBusy, isRefused, write }: KeyEntry, kind: Kind): TemplateResult {
  return html`<div class="field">
    <label for="sign-key">${st(kind.label)}</label>
    <input
      id="sign-key"
      class="input"
      name=${kind.name}
      type=${kind.type}
      inputmode=${kind.inputMode}
      autocomplete="off"
      aria-describedby="sign-key-hint"
      aria-invalid=${isRefused ? "true" : "false"}
      .value=${live(typed)}
      ?disabled=${isBusy}
      @input=${(event: Event) => write((event.target as HTMLInputElement).value)}
    />
    <span class="hint" id="sign-key-hint">${st(kind.hint)}</span>
  </div>`
}
