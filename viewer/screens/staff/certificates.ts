/** Deletion certificates of the hospital's data, newest first: also of requests that are no longer listed. */
import { html, type TemplateResult } from "lit"
import type { DeletionView } from "../../../gateway/journey/views/staff.ts"
import type { Api } from "../../api.ts"
import type { LiveEvents } from "../../live-events.ts"
import { certificate } from "../../parts/certificate.ts"
import { Fetched } from "../../parts/fetched.ts"
import { whyNothing } from "../../parts/looked-at.ts"
import { LightElement } from "../../parts/light-element.ts"
import { empty } from "../../parts/states.ts"
import { t } from "../../text/language.ts"

export class PageCertificates extends LightElement {
  static override properties = { api: { attribute: false }, live: { attribute: false } }
  declare api: Api
  declare live: LiveEvents
  readonly #list = new Fetched(this, (by) => this.api.certificates(by))
  #unhear: () => void = () => undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#unhear = this.live.hear(() => void this.#list.reload("page"))
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unhear()
  }

  #panel(deletion: DeletionView): TemplateResult {
    return html`<section class="panel" data-certificate>
      <header>
        <h2>${t("certificates.request", { number: deletion.requestNumber })}</h2>
        <span class="dim xs">${t("certificates.study", { uid: deletion.StudyInstanceUID })}</span>
      </header>
      ${certificate(deletion)}
    </section>`
  }

  #content(): unknown {
    const { answer } = this.#list
    if (answer === null) return whyNothing(this.#list, "certificates.failed", t("certificates.loading"))
    const { items } = answer.value
    if (items.length === 0) return empty(t("certificates.empty"), t("certificates.empty-note"))
    return items.map((each) => this.#panel(each))
  }

  override render(): TemplateResult {
    return html`<main class="fill staff" tabindex="-1">
      <div class="row wrap sl-title"><h1>${t("nav.certificates")}</h1></div>
      ${this.#content()}
    </main>`
  }
}
customElements.define("page-certificates", PageCertificates)
