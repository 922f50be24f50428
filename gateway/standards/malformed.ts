/**
 * What a standard says is wrong with the bytes or values at hand.
 *
 * Thrown by everything under `standards/`. The journey catches it at its border and answers in the words of
 * the protocol (A-ABORT reason, C-STORE status, RegistryError code); `clause` names the rule that was broken.
 */
export class Malformed extends Error {
  override readonly name = "Malformed"
  /** Stable, upper-snake, e.g. `PDU_TOO_LONG`. Tests assert this, never the message. */
  readonly code: string
  /** e.g. `PS3.8 9.3.5`, `RFC 5083 §2`. */
  readonly clause: string

  constructor(code: string, clause: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
    this.clause = clause
  }
}
