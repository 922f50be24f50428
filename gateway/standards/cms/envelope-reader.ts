/**
 * AuthEnvelopedData as a stream (RFC 5083): octets of a message in pieces of any size → header, ciphertext, mac.
 *
 * Nothing but the header (≤ 64 KiB) is kept. The ciphertext comes out unchecked: whoever decrypts it must not let a clear
 * octet go before the mac is compared.
 */
import { Malformed } from "../malformed.ts"
import { berLength } from "./ber.ts"
import { TAG } from "./der.ts"
import { type EnvelopeHeader, ICV_LENGTH_BYTES, type OpenEnvelope, openEnvelope } from "./envelope-header.ts"

/** AES-GCM allows 64 GiB; one sealed object holds 16. */
export const MAX_CIPHERTEXT_LENGTH_BYTES = 2 ** 34
/** Tag, one length octet, and up to six more. */
const MAX_SEGMENT_HEADER_BYTES = 8
const END_OF_CONTENTS = Uint8Array.of(0, 0)

export type EnvelopePart =
  | { readonly kind: "header"; readonly header: EnvelopeHeader }
  | { readonly kind: "ciphertext"; readonly bytes: Uint8Array }
  | { readonly kind: "mac"; readonly mac: Uint8Array }

/** What the next octets are. */
type State = "header" | "segment" | "ciphertext" | "tail" | "nothing"

/** One message. `push` every piece in order, then `end`; both throw Malformed ENVELOPE_*. */
export class EnvelopeReader {
  #state: State = "header"
  #envelope: OpenEnvelope | null = null
  /** Octets that do not make a whole header, segment header or tail yet. */
  #pending: Uint8Array = new Uint8Array(0)
  /** Octets of the current ciphertext string still to come. */
  #remainingBytes = 0
  #ciphertextLengthBytes = 0
  /** Octets of the message consumed so far. */
  #position = 0

  /** The parts completed by this piece. Ciphertext parts may be views of `piece`. */
  push(piece: Uint8Array): EnvelopePart[] {
    const parts: EnvelopePart[] = []
    let rest = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece])
    this.#pending = rest.subarray(0, 0)
    while (rest.length > 0) {
      const usedBytes = this.#step(rest, parts)
      if (usedBytes === 0) {
        this.#pending = Uint8Array.from(rest)
        break
      }
      this.#position += usedBytes
      this.#settle()
      rest = rest.subarray(usedBytes)
    }
    return parts
  }

  /** The message is over. Throws Malformed ENVELOPE_TRUNCATED unless everything has come. */
  end(): void {
    if (this.#state !== "nothing")
      throw new Malformed("ENVELOPE_TRUNCATED", "RFC 5083 §2.1", "the message ends early")
  }

  /** Consumes what it can of `bytes`; 0 = more are needed. */
  #step(bytes: Uint8Array, parts: EnvelopePart[]): number {
    switch (this.#state) {
      case "header":
        return this.#takeHeader(bytes, parts)
      case "segment":
        return this.#takeSegmentHeader(bytes)
      case "ciphertext":
        return this.#takeCiphertext(bytes, parts)
      case "tail":
        return this.#takeTail(bytes, parts)
      case "nothing":
        throw new Malformed("ENVELOPE_TRAILING", "RFC 5083 §2.1", "octets follow the message")
    }
  }

  #takeHeader(bytes: Uint8Array, parts: EnvelopePart[]): number {
    this.#envelope = openEnvelope(bytes)
    if (this.#envelope === null) return 0
    const { header, headerLengthBytes } = this.#envelope
    parts.push({ kind: "header", header })
    this.#expectCiphertext(header.ciphertextLengthBytes ?? 0)
    return headerLengthBytes
  }

  #takeSegmentHeader(bytes: Uint8Array): number {
    if (bytes[0] === 0 && this.#envelope?.segmentsEnd === null) return this.#takeEndOfSegments(bytes)
    if (bytes[0] !== TAG.octetString) throw wrongFraming("ciphertext segment is not an OCTET STRING")
    const octets = (bytes[1] ?? 0) < 0x80 ? 0 : (bytes[1] ?? 0) & 0x7f
    if (octets > MAX_SEGMENT_HEADER_BYTES - 2) throw wrongFraming("segment length")
    if (bytes.length < 2 + octets) return 0
    const { start, lengthBytes } = berLength(bytes, 1)
    if (lengthBytes === null) throw wrongFraming("segment of indefinite length")
    this.#expectCiphertext(lengthBytes)
    return start
  }

  #takeEndOfSegments(bytes: Uint8Array): number {
    if (bytes.length < END_OF_CONTENTS.length) return 0
    if (bytes[1] !== 0) throw wrongFraming("end of contents")
    this.#state = "tail"
    return END_OF_CONTENTS.length
  }

  #expectCiphertext(lengthBytes: number): void {
    this.#ciphertextLengthBytes += lengthBytes
    if (this.#ciphertextLengthBytes > MAX_CIPHERTEXT_LENGTH_BYTES) throw wrongFraming("more than 16 GiB")
    this.#remainingBytes = lengthBytes
    this.#state = "ciphertext"
  }

  #takeCiphertext(bytes: Uint8Array, parts: EnvelopePart[]): number {
    const part = bytes.subarray(0, this.#remainingBytes)
    this.#remainingBytes -= part.length
    parts.push({ kind: "ciphertext", bytes: part })
    return part.length
  }

  /** After a string of ciphertext is complete: what comes next, without consuming anything. */
  #settle(): void {
    if (this.#state !== "ciphertext" || this.#remainingBytes > 0) return
    const end = this.#envelope?.segmentsEnd
    if (typeof end === "number" && this.#position > end)
      throw wrongFraming("segments are longer than their string")
    this.#state = end === undefined || end === this.#position ? "tail" : "segment"
  }

  /** The mac between the ends of the containers; every definite length must come out even. */
  #takeTail(bytes: Uint8Array, parts: EnvelopePart[]): number {
    const [encryptedContentInfo = null, ...outer] = this.#envelope?.containers ?? []
    const before = encryptedContentInfo === null ? END_OF_CONTENTS.length : 0
    const after = outer.filter((end) => end === null).length * END_OF_CONTENTS.length
    const lengthBytes = before + 2 + ICV_LENGTH_BYTES + after
    if (bytes.length < lengthBytes) return 0
    const macAt = before + 2
    checkEnds([encryptedContentInfo], this.#position)
    checkEnds(outer, this.#position + macAt + ICV_LENGTH_BYTES)
    const framing = [...bytes.subarray(0, macAt), ...bytes.subarray(macAt + ICV_LENGTH_BYTES, lengthBytes)]
    const wanted = [...zeros(before), TAG.octetString, ICV_LENGTH_BYTES, ...zeros(after)]
    if (!framing.every((octet, i) => octet === wanted[i]))
      throw wrongFraming("no mac of 16 octets after the ciphertext")
    parts.push({ kind: "mac", mac: Uint8Array.from(bytes.subarray(macAt, macAt + ICV_LENGTH_BYTES)) })
    this.#state = "nothing"
    return lengthBytes
  }
}

/** Innermost first: a definite container ends here, an indefinite one two octets on. */
function checkEnds(containers: readonly (number | null)[], position: number): void {
  let at = position
  for (const end of containers) {
    if (end === null) at += END_OF_CONTENTS.length
    else if (end !== at) throw wrongFraming("a container's length does not fit its contents")
  }
}

const zeros = (count: number) => new Array<number>(count).fill(0)
const wrongFraming = (message: string) => new Malformed("ENVELOPE_FRAMING", "RFC 5083 §2.1", message)

/** The parts of a message that comes as an async stream; throws at its end when it is not whole. */
export async function* readEnvelope(octets: AsyncIterable<Uint8Array>): AsyncGenerator<EnvelopePart> {
  const reader = new EnvelopeReader()
  for await (const piece of octets) yield* reader.push(piece)
  reader.end()
}
