/** What the bridge does not do, told to the desk's page. */
import { KeyError, type ErrorCode } from "../../journey/errors.ts"
import type { BridgeRefusal } from "../../journey/views/card-bridge.ts"

export class BridgeRefused extends Error {
  readonly refusal: BridgeRefusal

  constructor(refusal: BridgeRefusal) {
    super(refusal)
    this.refusal = refusal
  }
}

export const STATUS: Readonly<Record<BridgeRefusal, number>> = {
  unpaired: 401,
  code: 403,
  closed: 429,
  busy: 409,
  request: 400,
  cancelled: 409,
  "no-card": 409,
  "other-card": 409,
  "no-certificate": 409,
  "pin-wrong": 409,
  "pin-blocked": 409,
  card: 502,
}

const OF_CARD: Partial<Record<ErrorCode, BridgeRefusal>> = {
  ERR_KEY_TOKEN: "no-card",
  ERR_KEY_MISSING: "no-certificate",
  ERR_KEY_MISMATCH: "other-card",
  ERR_KEY_PASSPHRASE: "pin-wrong",
  ERR_KEY_PIN: "pin-blocked",
}

/** What the card's driver threw, in the page's words; null = it is none of the card's. */
export const refusalOf = (error: unknown): BridgeRefusal | null => {
  if (error instanceof BridgeRefused) return error.refusal
  return error instanceof KeyError ? (OF_CARD[error.code] ?? "card") : null
}
