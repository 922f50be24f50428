/**
 * Cuts a TCP stream into PDUs (PS3.8 9.3.1). The length field is judged as soon as its six bytes are there, before
 * anything is gathered; what has arrived is kept in pieces and joined once, so the cost stays linear.
 */
import { Malformed } from "../malformed.ts"
import { joined } from "./octets.ts"
import { PDU_HEADER_BYTES, decodePdu } from "./pdu.ts"
import type { Pdu } from "./pdu.ts"

/** Largest A-ASSOCIATE-RQ or -AC variable field we read: 128 contexts of 64 syntaxes do not reach it in practice. */
export const MAX_ASSOCIATE_LENGTH_BYTES = 128 * 1024
/** What we announce as Maximum Length, and hence the largest P-DATA-TF variable field. */
export const MAX_PDU_LENGTH_BYTES = 128 * 1024
const FIXED_LENGTH_BYTES = 4
/** A peer that sends byte by byte shall not make us hold an object per byte. */
const MAX_PIECES = 64

/** The largest variable field each PDU type may claim; every type not listed is unknown. */
const LIMIT_BYTES: Readonly<Record<number, number>> = {
  1: MAX_ASSOCIATE_LENGTH_BYTES,
  2: MAX_ASSOCIATE_LENGTH_BYTES,
  3: FIXED_LENGTH_BYTES,
  4: MAX_PDU_LENGTH_BYTES,
  5: FIXED_LENGTH_BYTES,
  6: FIXED_LENGTH_BYTES,
  7: FIXED_LENGTH_BYTES,
}

/** Gathers chunks of any size into PDUs. After it has thrown, the stream cannot be framed again: read no further. */
export class PduReader {
  #pieces: Uint8Array[] = []
  #heldBytes = 0

  /** Bytes received of a PDU that is not whole yet. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /**
   * Take the next bytes of the stream; yields each PDU as it becomes whole. Values share the memory of the chunk.
   *
   * @throws Malformed `PDU_UNKNOWN_TYPE`, `PDU_TOO_LONG`, and whatever `decodePdu` throws
   */
  *push(chunk: Uint8Array): Generator<Pdu, void> {
    let rest = chunk
    while (rest.length > 0) {
      const missing = this.#missingBytes(rest)
      if (missing > rest.length) {
        this.#hold(rest)
        return
      }
      const whole = this.#join(rest.subarray(0, missing))
      rest = rest.subarray(missing)
      if (whole) yield decodePdu(whole)
    }
  }

  #hold(piece: Uint8Array): void {
    this.#pieces.push(piece)
    this.#heldBytes += piece.length
    if (this.#pieces.length > MAX_PIECES) this.#settle()
  }

  /** How many bytes of `rest` complete what is being gathered: the header first, then the PDU. */
  #missingBytes(rest: Uint8Array): number {
    const header = this.#header(rest)
    if (!header) return Math.max(1, PDU_HEADER_BYTES - this.#heldBytes)
    return pduLengthBytes(header) - this.#heldBytes
  }

  #header(rest: Uint8Array): Uint8Array | null {
    const [first] = this.#pieces
    if (!first) return rest.length >= PDU_HEADER_BYTES ? rest : null
    if (first.length >= PDU_HEADER_BYTES) return first
    return this.#heldBytes >= PDU_HEADER_BYTES ? this.#settle() : null
  }

  /** One piece of what is held; free of cost when it is one already. */
  #settle(): Uint8Array {
    const [first] = this.#pieces
    const all = first && this.#pieces.length === 1 ? first : joined(this.#pieces)
    this.#pieces = [all]
    return all
  }

  /** The whole PDU, or null when only its header has become whole. */
  #join(last: Uint8Array): Uint8Array | null {
    this.#hold(last)
    const all = this.#settle()
    if (all.length === PDU_HEADER_BYTES && pduLengthBytes(all) > PDU_HEADER_BYTES) return null
    this.#pieces = []
    this.#heldBytes = 0
    return all
  }
}

/** Length of the whole PDU by its header. */
function pduLengthBytes(header: Uint8Array): number {
  const [type = 0] = header
  const limitBytes = LIMIT_BYTES[type]
  if (limitBytes === undefined) throw new Malformed("PDU_UNKNOWN_TYPE", "PS3.8 9.3.1", `PDU type ${type}`)
  const claimedBytes = new DataView(header.buffer, header.byteOffset).getUint32(2)
  if (claimedBytes > limitBytes)
    throw new Malformed(
      "PDU_TOO_LONG",
      "PS3.8 9.3.1",
      `PDU type ${type} claims ${claimedBytes} bytes, limit ${limitBytes}`,
    )
  return PDU_HEADER_BYTES + claimedBytes
}
