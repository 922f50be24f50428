/** One account: who it is, with which passkeys, and which certificates count for it. */
import { html, nothing, type TemplateResult } from "lit"
import type { AccountView, CertificateView, PasskeyView } from "../../../gateway/journey/views/account.ts"
import { icon } from "../../parts/icon.ts"
import { pt } from "../../text/people.ts"
import { dayTime } from "../../words/instant.ts"
import { facts, standing, waits } from "./facts.ts"

/** The end of an id tells nothing more than its beginning; the whole stands in the title. */
const SHOWN = 12

export interface AccountActs {
  readonly now: Date
  readonly revoke: (certificate: CertificateView) => void
  readonly lost: (passkey: PasskeyView) => void
  /** What is asked before it is done; nothing where nothing is. */
  readonly asked: (subject: string) => unknown
}

const at = (instant: string): string => dayTime(new Date(instant))

function passkeyLine(passkey: PasskeyView, { lost, asked }: AccountActs): TemplateResult {
  const { id, addedAt, usedAt } = passkey
  return html`<li>
    <div class="row row-3 wrap acc-line">
      <span class="grow stack">
        <span title=${id}>${id.slice(0, SHOWN)}</span>
        <small class="sub">
          ${pt("passkey.added", { at: at(addedAt) })} ·
          ${usedAt === null ? pt("passkey.unused") : pt("passkey.used", { at: at(usedAt) })}
        </small>
      </span>
      <button class="btn" @click=${() => lost(passkey)}>${pt("lost.open")}</button>
    </div>
    ${asked(id)}
  </li>`
}

function certificateLine(certificate: CertificateView, acts: AccountActs): TemplateResult {
  const { confirmed, revoked, fingerprint, use } = certificate
  const by =
    revoked !== null
      ? pt("state.revoked-by", { ...revoked, at: at(revoked.at) })
      : confirmed !== null
        ? pt("state.confirmed-by", { ...confirmed, at: at(confirmed.at) })
        : ""
  return html`<li>
    <div class="row row-3 wrap acc-line">
      <span class="grow stack">
        <span>${pt(`use.${use}`)}</span>
        <small class="sub">${by}</small>
      </span>
      ${standing(certificate, acts.now)}
      ${
        confirmed === null || revoked !== null
          ? nothing
          : html`<button class="btn" @click=${() => acts.revoke(certificate)}>${pt("revoke.open")}</button>`
      }
    </div>
    <details class="acc-more">
      <summary class="sub s">${icon("down", "s")}${pt("facts.show")}</summary>
      ${facts(certificate)}
    </details>
    ${acts.asked(fingerprint)}
  </li>`
}

export function account(of: AccountView, acts: AccountActs): TemplateResult {
  const settled = of.certificates.filter((each) => !waits(each))
  return html`<section class="panel card acc" data-account=${of.login}>
    <h2>
      ${icon("user")}<span>${of.name}</span><span class="sub s acc-login">${of.login}</span>
      <span class="badge badge-plain">${pt(`role.${of.role}`)}</span>
    </h2>
    <h3 class="sub s">${pt("passkey.title")}</h3>
    ${
      of.passkeys.length === 0
        ? html`<p class="sub s">${pt("passkey.none")}</p>`
        : html`<ul class="acc-list">
            ${of.passkeys.map((each) => passkeyLine(each, acts))}
          </ul>`
    }
    ${
      settled.length === 0
        ? nothing
        : html`<h3 class="sub s">${pt("certificate.title")}</h3>
            <ul class="acc-list">
              ${settled.map((each) => certificateLine(each, acts))}
            </ul>`
    }
  </section>`
}
