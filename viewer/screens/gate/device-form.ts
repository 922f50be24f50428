/** Registers this device: enter the code, see what it is for, agree. Part of the pages before login. */
import { html, nothing, type TemplateResult } from "lit"
import type { DeviceHere, DeviceOffer } from "../../../gateway/journey/views/device.ts"
import { ApiError, type Api } from "../../api.ts"
import { registerDevice } from "../../device-key.ts"
import { refusalBanner } from "../../parts/banner.ts"
import { asApiError } from "../../parts/fetched.ts"
import { textField } from "../../parts/field.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { failureWords } from "../../parts/states.ts"
import { t } from "../../text/language.ts"

/** Fires `registered` with the DeviceHere of this device. */
export class DeviceForm extends LightElement {
  static override properties = { api: { attribute: false }, code: { attribute: false } }
  declare api: Api
  /** As a link brought it; "" = it is typed here. */
  declare code: string
  #typed = ""
  #offer: DeviceOffer | null = null
  #busy = false
  #error: ApiError | null = null

  override connectedCallback(): void {
    super.connectedCallback()
    this.#typed = this.code
    if (this.code !== "") void this.#look()
  }

  /** What the code is for, before this device is anybody's. */
  #look(): Promise<void> {
    return this.#trying(async () => {
      this.#offer = await this.api.deviceOffer(this.#typed)
    })
  }

  #register(): Promise<void> {
    return this.#trying(async () => {
      const here = await registerDevice(this.api, this.#typed)
      this.dispatchEvent(new CustomEvent<DeviceHere>("registered", { detail: here }))
    })
  }

  async #trying(act: () => Promise<void>): Promise<void> {
    if (this.#busy || this.#typed.trim() === "") return
    this.#busy = true
    this.#error = null
    this.requestUpdate()
    try {
      await act()
    } catch (error) {
      this.#error = asApiError(error)
      // A code that is used up, or over, is no offer any more.
      if (this.#error.code === "ERR_CODE_REFUSED") this.#offer = null
    }
    this.#busy = false
    this.requestUpdate()
  }

  #refused(): unknown {
    const error = this.#error
    if (error === null) return nothing
    const words = error.code === "ERR_CODE_REFUSED" ? t("device.code-refused") : failureWords(error)
    return refusalBanner(words)
  }

  #entry(): TemplateResult {
    return html`<form
      class="stack stack-4"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault()
        void this.#look()
      }}
    >
      ${textField({
        name: "device-code",
        label: t("device.code"),
        initial: this.code,
        hint: t("device.code-hint"),
        input: (text) => {
          this.#typed = text
          this.requestUpdate()
        },
      })}
      ${this.#refused()}
      <button class="btn btn-primary btn-tall btn-wide" ?disabled=${this.#busy || this.#typed.trim() === ""}>
        ${t(this.#busy ? "device.looking" : "device.look")}
      </button>
    </form>`
  }

  #offered({ label, ownerName }: DeviceOffer): TemplateResult {
    return html`<dl class="kv">
        <dt>${t("device.label")}</dt>
        <dd><b>${label}</b></dd>
        <dt>${t("device.whose")}</dt>
        <dd>${ownerName ?? t("device.shared")}</dd>
      </dl>
      ${this.#refused()}
      <button
        class="btn btn-primary btn-tall btn-wide"
        ?disabled=${this.#busy}
        @click=${() => this.#register()}
      >
        ${icon("device", "s")}${t(this.#busy ? "device.registering" : "device.register")}
      </button>`
  }

  override render(): TemplateResult {
    return html`<div class="stack stack-4" data-device=${this.#offer === null ? "code" : "offer"}>
      ${this.#offer === null ? this.#entry() : this.#offered(this.#offer)}
    </div>`
  }
}
customElements.define("device-form", DeviceForm)
