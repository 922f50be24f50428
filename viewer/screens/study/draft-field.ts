import { html, type PropertyValues, type TemplateResult } from "lit"
import { LightElement } from "../../parts/light-element.ts"

/**
 * One block of report text. The field owns its text while the reader writes: it is never set from outside during an
 * input method's composition, and what is composed becomes text only when the composition ends.
 *
 * Fires `edit` (the text), `compose` (true, false) and `leave`.
 */
export class DraftField extends LightElement {
  static override properties = {
    label: { attribute: false },
    value: { attribute: false },
    fixed: { attribute: false },
  }
  declare label: string
  declare value: string
  /** Only to be read. */
  declare fixed: boolean
  #composing = false

  protected override updated(changed: PropertyValues<this>): void {
    const area = this.#area()
    if (changed.has("value") && area !== null && !this.#composing && area.value !== this.value)
      area.value = this.value
  }

  #area(): HTMLTextAreaElement | null {
    return this.querySelector("textarea")
  }

  #edited(event: InputEvent): void {
    if (!event.isComposing && !this.#composing) this.#tell()
  }

  #tell(): void {
    const area = this.#area()
    if (area !== null) this.dispatchEvent(new CustomEvent<string>("edit", { detail: area.value }))
  }

  #compose(active: boolean): void {
    this.#composing = active
    this.dispatchEvent(new CustomEvent<boolean>("compose", { detail: active }))
    if (!active) this.#tell()
  }

  override render(): TemplateResult {
    return html`<label class="block">
      <header><b>${this.label}</b></header>
      <textarea
        class="editor ${this.fixed ? "editor-fixed" : ""}"
        lang="ja"
        rows="2"
        autocapitalize="off"
        spellcheck="false"
        ?readonly=${this.fixed}
        @input=${(event: InputEvent) => this.#edited(event)}
        @compositionstart=${() => this.#compose(true)}
        @compositionend=${() => this.#compose(false)}
        @blur=${() => this.dispatchEvent(new CustomEvent("leave"))}
      ></textarea>
    </label>`
  }
}
customElements.define("draft-field", DraftField)
