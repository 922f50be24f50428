/**
 * A data set of any length on its way out (PS3.8 9.3.5): chunks of any size in, whole P-DATA-TF PDUs out, in one block
 * of memory that is used again and again. The last fragment is held back until the end is known, for it is marked.
 */
import { Malformed } from "../malformed.ts"
import { fragmentBytes } from "./fragments.ts"
import { MAX_PDU_LENGTH_BYTES } from "./pdu-reader.ts"
import { PDU_HEADER_BYTES, PDV_HEADER_BYTES } from "./pdu.ts"

const P_DATA_TF = 4
const LAST = 2
/** PDU header, PDV item length, context id, message control header. */
const HEADERS_BYTES = PDU_HEADER_BYTES + PDV_HEADER_BYTES
/** Enough that a peer of small PDUs costs no system call for each. */
const BLOCK_BYTES = MAX_PDU_LENGTH_BYTES + PDU_HEADER_BYTES

export class PDataStream {
  readonly #contextId: number
  readonly #stepBytes: number
  readonly #block = new Uint8Array(BLOCK_BYTES)
  readonly #view = new DataView(this.#block.buffer)
  /** Where the PDU in hand begins, and how much of the data set is in it. */
  #pduAt = 0
  #filledBytes = 0
  #totalBytes = 0

  constructor(contextId: number, peerMaximumLengthBytes: number) {
    this.#contextId = contextId
    this.#stepBytes = fragmentBytes(peerMaximumLengthBytes)
  }

  /** Blocks of whole PDUs as they become full; each is valid until the generator goes on. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#filledBytes === this.#stepBytes) {
        this.#finishPdu(0)
        if (this.#pduAt + HEADERS_BYTES + this.#stepBytes > BLOCK_BYTES) {
          yield this.#block.subarray(0, this.#pduAt)
          this.#pduAt = 0
        }
      }
      const taken = rest.subarray(0, this.#stepBytes - this.#filledBytes)
      this.#block.set(taken, this.#pduAt + HEADERS_BYTES + this.#filledBytes)
      this.#filledBytes += taken.length
      this.#totalBytes += taken.length
      rest = rest.subarray(taken.length)
    }
  }

  /**
   * The last block. An odd data set (deflated, PS3.5 A.5) gets its padding byte.
   *
   * @throws Malformed `DATA_SET_EMPTY`
   */
  end(): Uint8Array {
    if (this.#totalBytes === 0) throw new Malformed("DATA_SET_EMPTY", "PS3.7 9.3.1", "a data set of no bytes")
    if (this.#totalBytes % 2 === 1) {
      // A step is even, so there is room for one more byte.
      this.#block[this.#pduAt + HEADERS_BYTES + this.#filledBytes] = 0
      this.#filledBytes++
    }
    this.#finishPdu(LAST)
    return this.#block.subarray(0, this.#pduAt)
  }

  #finishPdu(control: number): void {
    const valueBytes = this.#filledBytes + 2
    this.#block[this.#pduAt] = P_DATA_TF
    this.#block[this.#pduAt + 1] = 0
    this.#view.setUint32(this.#pduAt + 2, valueBytes + 4)
    this.#view.setUint32(this.#pduAt + 6, valueBytes)
    this.#block[this.#pduAt + 10] = this.#contextId
    this.#block[this.#pduAt + 11] = control
    this.#pduAt += HEADERS_BYTES + this.#filledBytes
    this.#filledBytes = 0
  }
}
