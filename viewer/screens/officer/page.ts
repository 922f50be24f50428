/**
 * The officer's page: certificates that wait for a second person first, then every account, then devices. It asks again by itself:
 * a certificate is first seen when somebody comes with it.
 */
import { startAuthentication } from "@simplewebauthn/browser"
import { html, nothing, type TemplateResult } from "lit"
import type { AccountView, AccountsView, CertificateView } from "../../../gateway/journey/views/account.ts"
import type { Api, ApiError } from "../../api.ts"
import { refusalBanner } from "../../parts/banner.ts"
import { Fetched } from "../../parts/fetched.ts"
import { icon } from "../../parts/icon.ts"
import { LightElement } from "../../parts/light-element.ts"
import { passkeyError } from "../../parts/passkey-error.ts"
import { empty, failed, failureWords, isTold, skeleton } from "../../parts/states.ts"
import { staleWords, updatedWords } from "../../parts/updated.ts"
import { pt } from "../../text/people.ts"
import { staleNotice } from "../../parts/looked-at.ts"
import { account, type AccountActs } from "./account.ts"
import { askReason } from "./asking.ts"
import "./devices.ts"
import { facts, waits } from "./facts.ts"

const LOOK_MS = 15_000

/** What is open on the page, and about which certificate or passkey. */
interface Opened {
  readonly what: "confirm" | "revoke" | "lost"
  readonly login: string
  readonly name: string
  /** Fingerprint, or id of the passkey. */
  readonly subject: string
}

export class PageOfficer extends LightElement {
  static override properties = { api: { attribute: false }, own: { attribute: false } }
  declare api: Api
  /** The officer's own name: nobody confirms what is theirs. */
  declare own: string
  readonly #view = new Fetched(this, (by) => this.api.accounts(by))
  #look: ReturnType<typeof setInterval> | undefined
  #opened: Opened | null = null
  #reason = ""
  #missing = false
  #busy = false
  #refusal: ApiError | null = null

  override connectedCallback(): void {
    super.connectedCallback()
    this.#look = setInterval(() => void this.#view.reload("page"), LOOK_MS)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#look)
  }

  #open(opened: Opened | null): void {
    this.#opened = opened
    this.#reason = ""
    this.#missing = false
    this.#refusal = null
    this.requestUpdate()
  }

  async #act(act: (opened: Opened) => Promise<void>): Promise<void> {
    const opened = this.#opened
    if (opened === null || this.#busy) return
    this.#busy = true
    this.#refusal = null
    this.requestUpdate()
    try {
      await act(opened)
      this.#open(null)
    } catch (error) {
      this.#refusal = passkeyError(error)
    }
    this.#busy = false
    await this.#view.reload()
  }

  #confirm(): Promise<void> {
    return this.#act(async ({ login, subject }) => {
      const optionsJSON = await this.api.confirmation(login, subject)
      await this.api.confirmCertificate(await startAuthentication({ optionsJSON }))
    })
  }

  #takeAway(): Promise<void> {
    const reason = this.#reason.trim()
    this.#missing = reason === ""
    this.requestUpdate()
    if (this.#missing) return Promise.resolve()
    return this.#act(({ what, login, subject }) =>
      what === "revoke"
        ? this.api.revokeCertificate(login, subject, reason)
        : this.api.losePasskey(login, subject, reason),
    )
  }

  #refused(): unknown {
    const refusal = this.#refusal
    if (!isTold(refusal)) return nothing
    return refusalBanner(failureWords(refusal))
  }

  #asked(of: AccountView, subject: string): unknown {
    const opened = this.#opened
    if (opened?.login !== of.login || opened.subject !== subject || opened.what === "confirm") return nothing
    return askReason({
      what: opened.what,
      name: of.name,
      busy: this.#busy,
      missing: this.#missing,
      refusal: this.#refused(),
      reason: (text) => (this.#reason = text),
      act: () => void this.#takeAway(),
      leave: () => this.#open(null),
    })
  }

  #account(of: AccountView, now: Date): TemplateResult {
    const { login, name } = of
    const acts: AccountActs = {
      now,
      revoke: ({ fingerprint }) => this.#open({ what: "revoke", login, name, subject: fingerprint }),
      lost: ({ id }) => this.#open({ what: "lost", login, name, subject: id }),
      asked: (subject) => this.#asked(of, subject),
    }
    return account(of, acts)
  }

  #confirming(of: AccountView): TemplateResult {
    return html`<div class="stack stack-3 acc-ask" data-ask="confirm">
      <p>${pt("confirm.said", { name: of.name })}</p>
      ${this.#refused()}
      <div class="row wrap">
        <button class="btn btn-primary" ?disabled=${this.#busy} @click=${() => this.#confirm()}>
          ${icon("cert", "s")}${pt(this.#busy ? "confirm.waiting" : "confirm.do")}
        </button>
        <button class="btn" ?disabled=${this.#busy} @click=${() => this.#open(null)}>${pt("leave")}</button>
      </div>
    </div>`
  }

  #waiting(of: AccountView, certificate: CertificateView): TemplateResult {
    const { login, name } = of
    const { fingerprint } = certificate
    const opened = this.#opened
    const isOpen = opened?.login === login && opened.subject === fingerprint
    const open = (what: "confirm" | "revoke"): void => this.#open({ what, login, name, subject: fingerprint })
    return html`<section class="panel card acc" data-waiting=${fingerprint}>
      <h2>${icon("cert")}<span>${name}</span><span class="sub s acc-login">${login}</span></h2>
      ${facts(certificate)}
      ${
        isOpen
          ? opened.what === "confirm"
            ? this.#confirming(of)
            : this.#asked(of, fingerprint)
          : html`<div class="row wrap acc-do">
              ${
                name === this.own
                  ? html`<p class="sub s">${pt("confirm.own")}</p>`
                  : html`<button class="btn btn-primary" @click=${() => open("confirm")}>
                      ${pt("confirm.open")}
                    </button>`
              }
              <button class="btn btn-quiet" @click=${() => open("revoke")}>${pt("reject.open")}</button>
            </div>`
      }
    </section>`
  }

  #all(view: AccountsView, now: Date): TemplateResult {
    const { accounts } = view
    const waiting = accounts.flatMap((of) =>
      of.certificates.filter(waits).map((certificate) => this.#waiting(of, certificate)),
    )
    return html`${
        waiting.length === 0
          ? empty(pt("waiting.none"), pt("waiting.none-note"))
          : html`<div class="stack acc-head">
                <h2>${pt("waiting.title")} <span class="badge badge-warn">${waiting.length}</span></h2>
                <p class="sub s">${pt("waiting.note")}</p>
              </div>
              <div class="acc-cards">${waiting}</div>`
      }
      <h2 class="acc-head">${pt("count", { n: accounts.length })}</h2>
      <div class="acc-cards">${accounts.map((of) => this.#account(of, now))}</div>
      <officer-devices
        class="stack stack-4"
        .api=${this.api}
        .view=${view}
        @changed=${() => void this.#view.reload()}
      ></officer-devices>`
  }

  #content(): unknown {
    const { answer, failure, slow } = this.#view
    if (answer !== null) return this.#all(answer.value, this.api.clock.now())
    if (failure !== null) return failed("accounts.failed", failure, () => void this.#view.reload())
    return slow ? skeleton(pt("loading")) : nothing
  }

  override render(): TemplateResult {
    const now = this.api.clock.now()
    const { answer, failure } = this.#view
    const updated = failure === null ? updatedWords(this.#view, now) : staleWords(this.#view, now)
    return html`${answer === null ? nothing : staleNotice(this.#view, now)}
      <main class="fill staff acc-page" tabindex="-1">
        <div class="row wrap sl-title">
          <h1 class="grow">${pt("title")}</h1>
          <span class="sub xs num">${answer === null ? nothing : updated}</span>
        </div>
        ${this.#content()}
      </main>`
  }
}
customElements.define("page-officer", PageOfficer)
