import { html } from "lit"
import type { CardAsked, SignedOrApproved } from "../../../gateway/journey/views/reading.ts"
import type { Api } from "../../api.ts"
import { CardBridge } from "../../card-bridge.ts"
import { st, type StudyKey } from "../../text/study.ts"
import { cardHint, endedByCard, type Compared } from "./sign-by-card.ts"
import { codeField, pinField, type KeyEntry } from "./key-field.ts"

/** As the bridge shows it. */
const CODE = /^\d{8}$/
/** What was typed was wrong. */
const REFUSED: ReadonlySet<string> = new Set(["ERR_KEY_PASSPHRASE", "BRIDGE_CODE"])

/**
 * What the reader does for their key on this page: types its PIN; or, for a card at their PC, the code of the bridge's window
 * once, and the PIN there. What was typed is held until it is used, and no longer.
 */
export class SigningKey {
  readonly #api: Api
  readonly #changed: () => void
  #bridge: CardBridge | null = null
  #isSealed = false
  #typed = ""
  #isRefused = false
  #isCardAsked = false

  /** @param changed it looks otherwise now */
  constructor(api: Api, changed: () => void) {
    this.#api = api
    this.#changed = changed
  }

  /**
   * @param bridge origin of the bridge at this PC; undefined = the key is on no card
   * @param isSealed by agreement the centre's seal signs, and no key of the reader's
   */
  at(bridge: string | undefined, isSealed = false): void {
    this.#isSealed = isSealed
    this.#bridge = bridge === undefined || isSealed ? null : new CardBridge(bridge)
  }

  /** What is not typed yet; null = nothing is missing. */
  get missing(): "pin" | "code" | null {
    if (this.#isSealed) return null
    if (this.#bridge === null) return this.#typed === "" ? "pin" : null
    return this.#bridge.isPaired || CODE.test(this.#typed) ? null : "code"
  }

  /** Before a gesture is asked for: a bridge that does not run, or has no card, is told now. Throws ApiError `BRIDGE_…`. */
  async ready(): Promise<void> {
    const bridge = this.#bridge
    if (bridge === null) return
    if (!bridge.isPaired) await bridge.pair(this.take())
    await bridge.look()
  }

  /** What was typed, once. */
  take(): string {
    const typed = this.#typed
    this.#typed = ""
    this.#isRefused = false
    this.#changed()
    return typed
  }

  /** How the try ended. What was typed is typed anew. @param code of the fault */
  failed(code: string): void {
    this.take()
    this.#isRefused = REFUSED.has(code)
  }

  /** What the gateway answered, brought to its end: where the card has to sign, at the bridge. */
  async ended(caseNumber: string, answered: SignedOrApproved | CardAsked): Promise<SignedOrApproved> {
    try {
      return await endedByCard(this.#api, caseNumber, answered, () => this.#show(true))
    } finally {
      this.#show(false)
    }
  }

  #show(isCardAsked: boolean): void {
    this.#isCardAsked = isCardAsked
    this.#changed()
  }

  field(isBusy: boolean, compared: Compared): unknown {
    const entry: KeyEntry = {
      typed: this.#typed,
      isBusy,
      isRefused: this.#isRefused,
      write: (typed: string): void => {
        this.#typed = typed
        this.#isRefused = false
        this.#changed()
      },
    }
    if (this.#isSealed) return html`<p class="hint">${st("sign.sealed-hint")}</p>`
    if (this.#bridge === null) return pinField(entry)
    if (!this.#bridge.isPaired) return codeField(entry)
    return cardHint(compared, this.#isCardAsked)
  }
}

const MISSING = {
  pin: { alone: "sign.missing-pin", withConfirm: "sign.missing-both" },
  code: { alone: "sign.missing-code", withConfirm: "sign.missing-both-code" },
} as const

/** What keeps the button from signing, in words; null = nothing. */
export function missingWords(isConfirmed: boolean, missing: SigningKey["missing"]): StudyKey | null {
  if (missing === null) return isConfirmed ? null : "sign.missing-confirm"
  return MISSING[missing][isConfirmed ? "alone" : "withConfirm"]
}
