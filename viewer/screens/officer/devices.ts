/** Devices on the officer's page: a code for a new one, whose each is, and taking away what is lost. */
import { startAuthentication } from "@simplewebauthn/browser"
import { html, nothing, type TemplateResult } from "lit"
import type { AccountsView, DeviceCode } from "../../../gateway/journey/views/account.ts"
import type { DeviceView } from "../../../gateway/journey/views/device.ts"
import type { Api, ApiError } from "../../api.ts"
import { refusalBanner } from "../../parts/banner.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { passkeyError } from "../../parts/passkey-error.ts"
import { failureWords, isTold } from "../../parts/states.ts"
import { pt } from "../../text/people.ts"
import { clockTime } from "../../words/instant.ts"
import { address } from "../../words/route.ts"
import { askReason } from "./asking.ts"
import { blankDevice, deviceForm, type WrittenDevice } from "./device-form.ts"
import { deviceLine } from "./device-line.ts"

/** Fires `changed` when the page has to ask anew. */
export class OfficerDevices extends LightElement {
  static override properties = { api: { attribute: false }, view: { attribute: false } }
  declare api: Api
  declare view: AccountsView
  /** The form of a new one is open. */
  #written: WrittenDevice | null = null
  #code: DeviceCode | null = null
  /** Id of what is asked about. */
  #losing: string | null = null
  #reason = ""
  #missing = false
  #busy = false
  #refusal: ApiError | null = null

  #open(change: { readonly written?: WrittenDevice; readonly losing?: string }): void {
    this.#written = change.written ?? null
    this.#losing = change.losing ?? null
    this.#reason = ""
    this.#missing = false
    this.#refusal = null
    this.requestUpdate()
  }

  async #act(act: () => Promise<void>): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    this.#refusal = null
    this.requestUpdate()
    try {
      await act()
      this.#open({})
      this.dispatchEvent(new CustomEvent("changed"))
    } catch (error) {
      this.#refusal = passkeyError(error)
    }
    this.#busy = false
    this.requestUpdate()
  }

  #make(): void {
    const written = this.#written
    if (written === null) return
    const label = written.label.trim()
    this.#missing = label === ""
    this.requestUpdate()
    if (this.#missing) return
    void this.#act(async () => {
      const optionsJSON = await this.api.deviceConfirmation({
        label,
        owner: written.owner === "" ? null : written.owner,
        qualifiedUntil: written.qualifiedUntil === "" ? null : written.qualifiedUntil,
      })
      this.#code = await this.api.offerDevice(await startAuthentication({ optionsJSON }))
    })
  }

  #takeAway(id: string): void {
    const reason = this.#reason.trim()
    this.#missing = reason === ""
    this.requestUpdate()
    if (!this.#missing)
      void this.#act(async () => {
        await this.api.revokeDevice(id, reason)
        if (this.#code?.id === id) this.#code = null
      })
  }

  #refused(): unknown {
    const refusal = this.#refusal
    if (!isTold(refusal)) return nothing
    return refusalBanner(failureWords(refusal))
  }

  /** Shown once, to whoever made it; used or over, it is of no use to anybody. */
  #codeCard(): unknown {
    const code = this.#code
    const made = this.view.devices.find(({ id }) => id === code?.id)
    if (code === null || (made?.registeredAt ?? null) !== null) return nothing
    return html`<section class="panel card acc dev-code" data-code>
      <h2>${icon("device")}<span>${made?.label ?? pt("device.code")}</span></h2>
      <p class="sub">${pt("device.code-how", { address: `${location.host}/${address.device}` })}</p>
      <output class="dev-letters">${code.code}</output>
      <p class="sub s">${pt("device.code-until", { at: clockTime(new Date(code.codeUntil)) })}</p>
      <div class="row">
        <button
          class="btn"
          @click=${() => {
            this.#code = null
            this.requestUpdate()
          }}
        >
          ${pt("device.code-close")}
        </button>
      </div>
    </section>`
  }

  #line(device: DeviceView): TemplateResult {
    const { id, label } = device
    const asking =
      this.#losing === id
        ? askReason({
            what: "device",
            name: label,
            busy: this.#busy,
            missing: this.#missing,
            refusal: this.#refused(),
            reason: (text) => (this.#reason = text),
            act: () => this.#takeAway(id),
            leave: () => this.#open({}),
          })
        : nothing
    return deviceLine(device, this.api.clock.now(), () => this.#open({ losing: id }), asking)
  }

  #form(written: WrittenDevice): TemplateResult {
    return deviceForm({
      accounts: this.view.accounts,
      missing: this.#missing,
      busy: this.#busy,
      refusal: this.#refused(),
      change: (change) => (this.#written = { ...(this.#written ?? written), ...change }),
      act: () => this.#make(),
      leave: () => this.#open({}),
    })
  }

  #list(): TemplateResult {
    const counting = this.view.devices.filter(({ revoked }) => revoked === null)
    const taken = this.view.devices.filter(({ revoked }) => revoked !== null)
    return html`<section class="panel card acc">
      ${
        counting.length === 0
          ? html`<p class="sub s">${pt("device.none")}</p>`
          : html`<ul class="acc-list">
              ${counting.map((each) => this.#line(each))}
            </ul>`
      }
      ${
        taken.length === 0
          ? nothing
          : html`<details class="acc-more">
              <summary class="sub s">
                ${icon("down", "s")}${pt("device.taken-count", { n: taken.length })}
              </summary>
              <ul class="acc-list">
                ${taken.map((each) => this.#line(each))}
              </ul>
            </details>`
      }
    </section>`
  }

  override render(): TemplateResult {
    const { devices, registeredDevices } = this.view
    const counting = devices.filter(({ revoked }) => revoked === null).length
    return html`<div class="stack acc-head">
        <h2>${pt("device.count", { n: counting })}</h2>
        <p class="sub s">${pt(registeredDevices ? "device.rule-registered" : "device.rule-any")}</p>
      </div>
      <div class="stack stack-4 dev-list">
        ${
          this.#written === null
            ? html`<div class="row">
                <button class="btn" @click=${() => this.#open({ written: blankDevice })}>
                  ${icon("plus", "s")}${pt("device.open")}
                </button>
              </div>`
            : this.#form(this.#written)
        }
        ${this.#codeCard()} ${this.#list()}
      </div>`
  }
}
customElements.define("officer-devices", OfficerDevices)
