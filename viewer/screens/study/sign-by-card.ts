/** Signing with the card at this PC: what the gateway asks of it goes to the bridge, and what it signed goes back. */
import { html, type TemplateResult } from "lit"
import type { CardAsked, SignedOrApproved } from "../../../gateway/journey/views/reading.ts"
import type { Api } from "../../api.ts"
import { CardBridge } from "../../card-bridge.ts"
import { icon } from "../../parts/icon.ts"
import { st } from "../../text/study.ts"
import { digestEnds } from "./frozen-report.ts"

/** What the gateway answered, brought to its end; without a card it is the answer already. @param asks the card is asked now */
export async function endedByCard(
  api: Api,
  caseNumber: string,
  answered: SignedOrApproved | CardAsked,
  asks: () => void,
): Promise<SignedOrApproved> {
  if (!("card" in answered)) return answered
  const { card } = answered
  asks()
  try {
    const signature = await new CardBridge(card.bridge).sign(caseNumber, card)
    return await api.cardSigned(card.id, signature)
  } catch (error) {
    // The case is held until the gateway knows; that nothing was signed it answers with a refusal of its own.
    await api.cardSigned(card.id, null).catch(() => undefined)
    throw error
  }
}

/** What of the case the bridge's window must show, too. */
export interface Compared {
  readonly caseNumber: string
  /** Hex. */
  readonly pdfSha256: string
}

/** Where the PIN is typed, and while the card is asked, what its window must show. */
export function cardHint({ caseNumber, pdfSha256 }: Compared, isAsked: boolean): TemplateResult {
  const { start, end } = digestEnds(pdfSha256)
  return html`<div
    class="banner banner-info banner-round"
    role="status"
    data-card=${isAsked ? pdfSha256 : ""}
  >
    ${icon("card")}
    <p class="s">${isAsked ? st("sign.card-compare", { caseNumber, start, end }) : st("sign.card-hint")}</p>
  </div>`
}
