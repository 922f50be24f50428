/** What a signing page and the bridge to a card on the same PC say to each other (docs/card-bridge.md). */

/**
 * Why the bridge did not do it. unpaired: no token of this run · code: the pairing code is wrong · closed: too many wrong codes ·
 * busy: it signs something else · request: not something a card signs here · cancelled: by its holder at the bridge, or no PIN came
 * in time · no-card, other-card, no-certificate · pin-wrong, pin-blocked · card: the card or its driver failed.
 */
export type BridgeRefusal =
  | "unpaired"
  | "code"
  | "closed"
  | "busy"
  | "request"
  | "cancelled"
  | "no-card"
  | "other-card"
  | "no-certificate"
  | "pin-wrong"
  | "pin-blocked"
  | "card"

/** Answer of `POST /pair`. */
export interface BridgePairing {
  readonly token: string
}

/** Answer of `POST /card`. */
export interface BridgeCard {
  /** Hex SHA-256 of the certificate on the card. */
  readonly certificate: string
}

/** Body of `POST /sign`. */
export interface BridgeQuestion {
  /** What its holder sees beside the PIN: the case's number, never a name. */
  readonly caseNumber: string
  /** Hex SHA-256 of the certificate that the centre has confirmed for this reader. */
  readonly certificate: string
  /** Canonical ds:SignedInfo, base64. */
  readonly toBeSigned: string
  /** The signature's own parts whose digests stand in it (KeyInfo, SignedProperties, Manifest), canonical, base64. */
  readonly parts: readonly string[]
}

/** Answer of `POST /sign`. */
export interface BridgeSignature {
  /** Base64: RSASSA-PKCS1-v1_5, or ECDSA as r‖s. */
  readonly signature: string
}
