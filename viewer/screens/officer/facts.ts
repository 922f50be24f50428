/** What an officer compares with a card or a letter: a certificate's facts, and how it stands. */
import { html, type TemplateResult } from "lit"
import type { CertificateView } from "../../../gateway/journey/views/account.ts"
import { japaneseRole } from "../../../gateway/standards/hpki/healthcare-roles.ts"
import { language, t } from "../../text/language.ts"
import { pt } from "../../text/people.ts"
import { day } from "../../words/instant.ts"
import { badge } from "../technician/cards.ts"

/** As openssl prints it, but in groups that an eye can keep. */
const GROUP = /.{4}(?=.)/g

export const waits = ({ confirmed, revoked }: CertificateView): boolean =>
  confirmed === null && revoked === null

const roleWords = (role: string): string => (language() === "ja" ? japaneseRole(role) : role)

const fact = (name: string, value: unknown): TemplateResult =>
  html`<dt>${name}</dt>
    <dd>${value}</dd>`

const term = ({ notBefore, notAfter }: CertificateView): string =>
  pt("fact.until", { from: day(new Date(notBefore)), to: day(new Date(notAfter)) })

/** All that two people read to each other. */
export function facts(certificate: CertificateView): TemplateResult {
  const { use, holder, subject, roles, issuer, serial, fingerprint } = certificate
  const qualification = roles.length === 0 ? pt("fact.no-roles") : roles.map(roleWords).join(t("list.comma"))
  return html`<dl class="kv acc-facts">
    ${fact(pt("fact.use"), pt(`use.${use}`))}
    ${fact(pt("fact.holder"), html`<b>${holder === "" ? subject : holder}</b>`)}
    ${fact(pt("fact.roles"), html`<b>${qualification}</b>`)} ${fact(pt("fact.subject"), subject)}
    ${fact(pt("fact.issuer"), issuer)} ${fact(pt("fact.serial"), html`<span class="num">${serial}</span>`)}
    ${fact(pt("fact.valid"), html`<span class="num">${term(certificate)}</span>`)}
    ${fact(
      pt("fact.fingerprint"),
      html`<code class="num acc-print">${fingerprint.toUpperCase().replace(GROUP, "$& ")}</code>`,
    )}
  </dl>`
}

export function standing(certificate: CertificateView, now: Date): TemplateResult {
  if (certificate.revoked !== null) return badge("danger", pt("state.revoked"))
  if (new Date(certificate.notAfter) < now) return badge("warn", pt("state.ended"))
  return waits(certificate) ? badge("warn", pt("state.waiting")) : badge("ok", pt("state.confirmed"))
}
