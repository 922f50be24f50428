/**
 * Base of every screen: draws into the page itself, so that the product's style sheets apply and no style
 * needs to be inline, and draws again when the language changes.
 */
import { LitElement } from "lit"
import { onLanguage } from "../text/language.ts"

export abstract class LightElement extends LitElement {
  #deaf: (() => void) | null = null

  protected override createRenderRoot(): HTMLElement {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#deaf = onLanguage(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#deaf?.()
  }
}
