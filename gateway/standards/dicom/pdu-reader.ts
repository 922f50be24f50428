/**
 * Cuts a TCP stream into PDUs (PS3.8 9.3.1). The length field is judged as soon as its six bytes are there, before
 * anything is gathered. A PDU that lies whole in one chunk is read where it is; one that does not is gathered in a buffer
 * that serves all PDUs of the reader in turn: a fresh one for each made a fifth of all the garbage of an image.
 */
import { Malformed } from "../malformed.ts"
import { PDU_HEADER_BYTES, decodePdu, type Pdu } from "./pdu.ts"

/** Largest A-ASSOCIATE-RQ or -AC variable field we read: 128 contexts of 64 syntaxes do not reach it in practice. */
export const MAX_ASSOCIATE_LENGTH_BYTES = 128 * 1024
/** What we announce as Maximum Length, and hence the largest P-DATA-TF variable field. */
export const MAX_PDU_LENGTH_BYTES = 128 * 1024
const FIXED_LENGTH_BYTES = 4
/** Room for every PDU but P-DATA-TF and large negotiations; grows by doubling with what has really arrived. */
const FIRST_ROOM_BYTES = 4096

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
  #room = new Uint8Array(FIRST_ROOM_BYTES)
  #heldBytes = 0

  /** Bytes received of a PDU that is not whole yet. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /**
   * Take the next bytes of the stream; yields each PDU as it becomes whole. Values share the memory of the chunk or
   * of the reader: they are valid until the next PDU is asked for.
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
      const whole = this.#complete(rest.subarray(0, missing))
      rest = rest.subarray(missing)
      if (whole) yield decodePdu(whole)
    }
  }

  #hold(piece: Uint8Array): void {
    const neededBytes = this.#heldBytes + piece.length
    if (neededBytes > this.#room.length) {
      const larger = new Uint8Array(Math.max(neededBytes, this.#room.length * 2))
      larger.set(this.#held)
      this.#room = larger
    }
    this.#room.set(piece, this.#heldBytes)
    this.#heldBytes = neededBytes
  }

  get #held(): Uint8Array {
    return this.#room.subarray(0, this.#heldBytes)
  }

  /** How many bytes of `rest` complete what is being gathered: the header first, then the PDU. */
  #missingBytes(rest: Uint8Array): number {
    const start = this.#heldBytes === 0 ? rest : this.#held
    if (start.length < PDU_HEADER_BYTES) return Math.max(1, PDU_HEADER_BYTES - this.#heldBytes)
    return pduLengthBytes(start) - this.#heldBytes
  }

  /** The whole PDU, or null when only its header has become whole. */
  #complete(last: Uint8Array): Uint8Array | null {
    if (this.#heldBytes === 0) return last
    this.#hold(last)
    const all = this.#held
    if (pduLengthBytes(all) > all.length) return null
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
