/**
 * Form fields. Uncontrolled: the browser owns the text while somebody types, so an input method can compose
 * undisturbed; the page only listens. `initial` is written once, when the field is first drawn.
 */
import { html, nothing, type TemplateResult } from "lit"
import { t } from "../text/language.ts"
import { icon } from "./icon.ts"

export interface Field {
  readonly name: string
  readonly label: string
  readonly initial: string
  readonly required?: boolean
  readonly error?: boolean
  readonly hint?: unknown
  readonly input: (value: string) => void
}

export function framed(field: Field, control: TemplateResult): TemplateResult {
  return html`<div class="field">
    <label class="label" for=${field.name}
      >${field.label}${field.required === true ? html`<span class="req">${t("form.required")}</span>` : nothing}</label
    >
    ${control}${field.hint === undefined ? nothing : html`<span class="hint">${field.hint}</span>`}
  </div>`
}

const typed =
  (field: Field) =>
  (event: Event): void =>
    field.input((event.target as HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement).value)

export function textField(field: Field, kind: "text" | "tel" | "date" = "text"): TemplateResult {
  return framed(
    field,
    html`<input
      class="input ${field.error === true ? "is-error" : ""}"
      id=${field.name}
      name=${field.name}
      type=${kind}
      autocomplete="off"
      spellcheck="false"
      aria-invalid=${field.error === true ? "true" : "false"}
      aria-required=${field.required === true ? "true" : "false"}
      .defaultValue=${field.initial}
      @input=${typed(field)}
    />`,
  )
}

export function textArea(field: Field, rows: number): TemplateResult {
  return framed(
    field,
    html`<textarea
      class="input input-area ${field.error === true ? "is-error" : ""}"
      id=${field.name}
      name=${field.name}
      rows=${rows}
      autocomplete="off"
      spellcheck="false"
      aria-invalid=${field.error === true ? "true" : "false"}
      aria-required=${field.required === true ? "true" : "false"}
      .defaultValue=${field.initial}
      @input=${typed(field)}
    ></textarea>`,
  )
}

export function selectField(
  field: Field,
  options: readonly { readonly value: string; readonly label: string }[],
): TemplateResult {
  return framed(
    field,
    html`<span class="select"
      ><select
        class="input ${field.error === true ? "is-error" : ""}"
        id=${field.name}
        name=${field.name}
        aria-required=${field.required === true ? "true" : "false"}
        @change=${typed(field)}
      >
        ${options.map(
          ({ value, label }) =>
            html`<option value=${value} ?selected=${value === field.initial}>${label}</option>`,
        )}</select
      >${icon("down", "s")}</span
    >`,
  )
}

export interface Segment {
  readonly value: string
  readonly label: unknown
  readonly stat?: boolean
}

/** A choice of few, all in sight. Arrow keys move the choice, as radio buttons do. */
export function segments(
  label: string,
  chosen: string,
  options: readonly Segment[],
  choose: (value: string) => void,
  hint?: string,
): TemplateResult {
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = options.findIndex(({ value }) => value === chosen)
    const next = (at + step + options.length) % options.length
    choose(options[next]?.value ?? chosen)
    const group = event.currentTarget as HTMLElement
    group.querySelectorAll("button").item(next).focus()
  }
  return html`<div class="field">
    <span class="label">${label}</span>
    <div class="seg" role="radiogroup" aria-label=${label} @keydown=${move}>
      ${options.map(
        (option) =>
          html`<button
            type="button"
            class="chip chip-box ${option.stat === true ? "is-stat" : ""}"
            role="radio"
            aria-checked=${option.value === chosen ? "true" : "false"}
            tabindex=${option.value === chosen ? 0 : -1}
            @click=${() => choose(option.value)}
          >
            ${option.label}
          </button>`,
      )}
    </div>
    ${hint === undefined ? nothing : html`<span class="hint">${hint}</span>`}
  </div>`
}
