/** Signing with the card at this PC: what the gateway asks of it goes to the bridge, and what it signed goes back. */
import { html, type TemplateResult } from "lit"
import type { CardAsked, SignedOrApproved } from "../../../gateway/journey/views/reading.ts"
import type { Api } from "../../api.ts"
import { CardBridge } from "../../card-bridge.ts"
import { icon } from "../../parts/icon.ts"
import { st } from "../../text/study.ts"

/**
 * What the gateway answered, brought to its end; without a card it is the answer already.
 *
 * @param show hex SHA-256 of what the card is asked to sign, to be compared with the bridge's window
 */
export async function endedByCard(
  api: Api,
  caseNumber: string,
  answered: SignedOrApproved | CardAsked,
  show: (sha256: string) => void,
): Promise<SignedOrApproved> {
  if (!("card" in answered)) return answered
  const { card } = answered
  show(await digestOf(card.toBeSigned))
  try {
    const signature = await new CardBridge(card.bridge).sign(caseNumber, card)
    return await api.cardSigned(card.id, signature)
  } catch (error) {
    // The case is held until the gateway knows; that nothing was signed it answers with a refusal of its own.
    await api.cardSigned(card.id, null).catch(() => undefined)
    throw error
  }
}

async function digestOf(base64: string): Promise<string> {
  const octets = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", octets))
  return [...digest].map((octet) => octet.toString(16).padStart(2, "0")).join("")
}

/** Where the PIN is typed, and while the card is asked, what its window must show. @param sha256 "" = it is not asked yet */
export function cardHint(caseNumber: string, sha256: string): TemplateResult {
  return html`<div class="banner banner-info banner-round" role="status" data-card=${sha256}>
    ${icon("user")}
    <p class="s">
      ${
        sha256 === ""
          ? st("sign.card-hint")
          : st("sign.card-compare", { caseNumber, sha256: (sha256.match(/.{4}/g) ?? []).join(" ") })
      }
    </p>
  </div>`
}
