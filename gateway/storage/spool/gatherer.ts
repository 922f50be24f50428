/**
 * Small pieces made into larger ones. The line brings 16 KiB at a time, and hashing and enciphering that little costs a
 * tenth more than 64 KiB (measured); what comes in large pieces passes as it is.
 */

export const GATHER_BYTES = 64 * 1024
/** Nothing larger is handed on, so that no cipher answers with a buffer of any length. */
const MAX_PIECE_BYTES = 4 * GATHER_BYTES

export class Gatherer {
  readonly #room: Buffer
  readonly #handOn: (piece: Uint8Array) => Promise<void>
  #heldBytes = 0

  /**
   * @param room GATHER_BYTES long, nobody else's meanwhile
   * @param handOn gets every byte once, in order; the piece is valid until it resolves
   */
  constructor(room: Buffer, handOn: (piece: Uint8Array) => Promise<void>) {
    this.#room = room
    this.#handOn = handOn
  }

  /** `bytes` are the caller's again when it resolves. */
  async take(bytes: Uint8Array): Promise<void> {
    let rest = bytes
    while (rest.length > 0) {
      if (this.#heldBytes === 0 && rest.length >= this.#room.length) {
        await this.#handOn(rest.subarray(0, MAX_PIECE_BYTES))
        rest = rest.subarray(MAX_PIECE_BYTES)
      } else {
        const piece = rest.subarray(0, this.#room.length - this.#heldBytes)
        this.#room.set(piece, this.#heldBytes)
        this.#heldBytes += piece.length
        rest = rest.subarray(piece.length)
        if (this.#heldBytes === this.#room.length) await this.flush()
      }
    }
  }

  /** Hands on what is held. */
  async flush(): Promise<void> {
    const held = this.#room.subarray(0, this.#heldBytes)
    this.#heldBytes = 0
    if (held.length > 0) await this.#handOn(held)
  }
}
