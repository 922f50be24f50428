/**
 * A text field beside the hospital's directory: while somebody types, the people that fit stand below it. To choose one is
 * never necessary; what is written stays what was written. (ARIA combobox with a list, W3C APG.)
 */
import { html, nothing, type TemplateResult } from "lit"
import type { DirectoryPerson } from "../../gateway/standards/pwp/directory-person.ts"
import type { PeopleFound } from "../../gateway/journey/views/request.ts"
import { t } from "../text/language.ts"
import { dayTime } from "../words/instant.ts"
import { framed, type Field } from "./field.ts"
import { icon } from "./icon.ts"
import { LightElement } from "./light-element.ts"

/** Nobody waits for a list that changes under every key. */
const PAUSE_MS = 150

export class PersonField extends LightElement {
  static override properties = {
    field: { attribute: false },
    find: { attribute: false },
    choose: { attribute: false },
  }
  declare field: Field
  declare find: (typed: string) => Promise<PeopleFound>
  /** After the field has taken the name; `field.input` is not called for it. */
  declare choose: (person: DirectoryPerson) => void
  #found: PeopleFound | null = null
  /** Which of them the arrow keys are on; -1 = none. */
  #at = -1
  #timer = 0
  /** Answers that come late are for what was typed before. */
  #asked = 0

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  #typed(event: Event): void {
    const { value } = event.target as HTMLInputElement
    this.field.input(value)
    clearTimeout(this.#timer)
    this.#asked += 1
    if (value.trim() === "") return this.#close()
    this.#timer = window.setTimeout(() => void this.#look(value.slice(0, 64), this.#asked), PAUSE_MS)
  }

  async #look(typed: string, asked: number): Promise<void> {
    // Without an answer there is nothing to choose from, and the name is written.
    const found = await this.find(typed).catch(() => null)
    if (asked !== this.#asked) return
    this.#found = found
    this.#at = -1
    this.requestUpdate()
  }

  #close(): void {
    clearTimeout(this.#timer)
    this.#asked += 1
    this.#found = null
    this.#at = -1
    this.requestUpdate()
  }

  #take(person: DirectoryPerson): void {
    const input = this.querySelector("input")
    if (input !== null) input.value = person.name
    this.#close()
    this.choose(person)
  }

  #key(event: KeyboardEvent): void {
    const people = this.#found?.people ?? []
    // Enter and arrows belong to the input method while it composes.
    if (event.isComposing || this.#found === null) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const person = people[this.#at]
    if (step !== undefined && people.length > 0) {
      event.preventDefault()
      this.#at =
        this.#at < 0 && step < 0 ? people.length - 1 : (this.#at + step + people.length) % people.length
      this.requestUpdate()
    } else if (event.key === "Enter" && person !== undefined) {
      event.preventDefault()
      this.#take(person)
    } else if (event.key === "Escape") {
      event.preventDefault()
      this.#close()
    }
  }

  #option(person: DirectoryPerson, index: number): TemplateResult {
    const { name, kana, latin, department } = person
    return html`<li
      id="${this.field.name}-${index}"
      role="option"
      class="pick-one ${index === this.#at ? "is-at" : ""}"
      aria-selected=${index === this.#at ? "true" : "false"}
      @click=${() => this.#take(person)}
    >
      <b>${name}</b><span class="sub">${kana === "" ? latin : kana}</span
      ><span class="pick-where">${department}</span>
    </li>`
  }

  #list(): unknown {
    if (this.#found === null) return nothing
    const { people, readAt } = this.#found
    const none = readAt === null ? t("pick.never-read") : t("pick.nobody", { at: dayTime(new Date(readAt)) })
    // The field keeps the focus while a finger is on the list.
    return html`<div class="pick" @mousedown=${(event: Event) => event.preventDefault()}>
      ${
        people.length === 0
          ? html`<p class="pick-none" role="status">${icon("pen", "s")}${none}</p>`
          : html`<ul id="${this.field.name}-list" role="listbox" aria-label=${t("pick.people")}>
              ${people.map((person, index) => this.#option(person, index))}
            </ul>`
      }
    </div>`
  }

  override render(): unknown {
    const { field } = this
    const isOpen = (this.#found?.people.length ?? 0) > 0
    return framed(
      field,
      html`<span class="picked"
        ><input
          class="input ${field.error === true ? "is-error" : ""}"
          id=${field.name}
          name=${field.name}
          type="text"
          role="combobox"
          autocomplete="off"
          spellcheck="false"
          aria-autocomplete="list"
          aria-expanded=${isOpen ? "true" : "false"}
          aria-controls=${isOpen ? `${field.name}-list` : nothing}
          aria-activedescendant=${this.#at < 0 ? nothing : `${field.name}-${this.#at}`}
          aria-invalid=${field.error === true ? "true" : "false"}
          aria-required=${field.required === true ? "true" : "false"}
          .defaultValue=${field.initial}
          @input=${(event: Event) => this.#typed(event)}
          @keydown=${(event: KeyboardEvent) => this.#key(event)}
          @blur=${() => this.#close()}
        />${this.#list()}</span
      >`,
    )
  }
}
customElements.define("person-field", PersonField)
