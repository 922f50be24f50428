/**
 * Messages ⇄ presentation data values (PS3.7 annex F, PS3.8 annex E): a command set is gathered, for it is small; a
 * data set never is. Going out, fragments are as long as the peer takes them.
 */
import { Malformed } from "../malformed.ts"
import { MAX_COMMAND_SET_BYTES } from "./command-set.ts"
import { decodeCommand, type Command } from "./dimse.ts"
import { joined } from "./octets.ts"
import { MAX_PDU_LENGTH_BYTES } from "./pdu-reader.ts"
import { PDV_HEADER_BYTES, type PresentationDataValue } from "./pdu.ts"

/** The smallest P-DATA-TF that carries anything: a PDV header and two bytes. */
export const MIN_PEER_PDU_LENGTH_BYTES = PDV_HEADER_BYTES + 2

/** Can a peer that announced this Maximum Length be told anything? 0 = no limit. */
export const carries = (peerMaximumLengthBytes: number): boolean =>
  peerMaximumLengthBytes === 0 || peerMaximumLengthBytes >= MIN_PEER_PDU_LENGTH_BYTES

/**
 * The longest fragment for such a peer: even, as PS3.8 annex E wants, and ours at most, for "no limit" is no reason to
 * hold megabytes.
 */
export function fragmentBytes(peerMaximumLengthBytes: number): number {
  const wanted = peerMaximumLengthBytes === 0 ? MAX_PDU_LENGTH_BYTES : peerMaximumLengthBytes
  const room = Math.min(wanted, MAX_PDU_LENGTH_BYTES) - PDV_HEADER_BYTES
  return room - (room % 2)
}

/** A whole command or small data set cut into values, the last one marked. */
export function* fragmentsOf(
  contextId: number,
  command: boolean,
  bytes: Uint8Array,
  peerMaximumLengthBytes: number,
): Generator<PresentationDataValue> {
  const stepBytes = fragmentBytes(peerMaximumLengthBytes)
  for (let at = 0; at < bytes.length; at += stepBytes) {
    const last = at + stepBytes >= bytes.length
    yield { contextId, command, last, fragment: bytes.subarray(at, at + stepBytes) }
  }
}

/** Gathers the command fragments of one association, message by message. */
export class CommandFragments {
  #fragments: Uint8Array[] = []
  #lengthBytes = 0
  #contextId: number | null = null

  /**
   * The command when its last fragment has come, else null.
   *
   * @throws Malformed `PDV_UNEXPECTED` when two commands are mixed, `COMMAND_TOO_LONG`, those of `decodeCommand`
   */
  take({ contextId, fragment, last }: PresentationDataValue): Command | null {
    if ((this.#contextId ?? contextId) !== contextId)
      throw new Malformed("PDV_UNEXPECTED", "PS3.7 6.3.1", "a command before the message in hand was whole")
    this.#contextId = contextId
    this.#lengthBytes += fragment.length
    if (this.#lengthBytes > MAX_COMMAND_SET_BYTES)
      throw new Malformed(
        "COMMAND_TOO_LONG",
        "PS3.7 6.3.1",
        `more than ${MAX_COMMAND_SET_BYTES} bytes of command`,
      )
    // A copy: the fragment is a view into the socket's buffer.
    if (fragment.length > 0) this.#fragments.push(last ? fragment : new Uint8Array(fragment))
    if (!last) return null
    const command = decodeCommand(joined(this.#fragments))
    this.#fragments = []
    this.#lengthBytes = 0
    this.#contextId = null
    return command
  }
}
