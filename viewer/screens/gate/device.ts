/** The page a device's link opens: the device is registered, and then somebody logs in on it. */
import { html, type TemplateResult } from "lit"
import type { DeviceHere } from "../../../gateway/journey/views/device.ts"
import type { Api } from "../../api.ts"
import { languageButton, logo } from "../../parts/app-head.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { t } from "../../text/language.ts"
import { address } from "../../words/route.ts"
import "./device-form.ts"

export class PageDevice extends LightElement {
  static override properties = {
    api: { attribute: false },
    site: { attribute: false },
    code: { attribute: false },
  }
  declare api: Api
  declare site: string
  /** "" = it is typed. */
  declare code: string
  #here: DeviceHere | null = null

  override connectedCallback(): void {
    super.connectedCallback()
    // What works once does not stay in the address.
    history.replaceState(null, "", address.device)
  }

  #registered({ label }: DeviceHere): TemplateResult {
    return html`<p class="banner banner-ok banner-round" role="status">
        ${icon("check")}<span class="grow ink">${t("device.done", { label })}</span>
      </p>
      <a class="btn btn-primary btn-tall btn-wide" href="#/">${icon("user", "s")}${t("device.to-login")}</a>`
  }

  override render(): TemplateResult {
    return html`<div class="screen gate">
      <main class="panel gate-card" tabindex="-1">
        ${logo(this.site)}
        <h1>${t("device.title")}</h1>
        ${
          this.#here === null
            ? html`<p class="sub">${t("device.how")}</p>
                <device-form
                  .api=${this.api}
                  .code=${this.code}
                  @registered=${(event: CustomEvent<DeviceHere>) => {
                    this.#here = event.detail
                    this.requestUpdate()
                  }}
                ></device-form>`
            : this.#registered(this.#here)
        }
        <div class="row between"><span></span>${languageButton()}</div>
      </main>
    </div>`
  }
}
customElements.define("page-device", PageDevice)
