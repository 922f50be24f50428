/**
 * One long OCTET STRING inside a CMS message, as a stream: octets of the message in pieces of any size → header, the string's
 * own octets, and the short string that stands behind it, if there is one. Nothing but the header and that tail is kept.
 */
import type { Malformed } from "../malformed.ts"
import { berLength } from "./ber.ts"
import { TAG } from "./der.ts"
import type { ContainerEnd } from "./open-octets.ts"

/** A message opened up to the first octet of its string. */
export interface OpenFrame<Header> {
  readonly header: Header
  readonly headerLengthBytes: number
  /** null: the string comes in segments. */
  readonly stringLengthBytes: number | null
  /** End of the segments; undefined when the string is one primitive value. */
  readonly segmentsEnd: ContainerEnd | undefined
  /** Ends of the containers that hold the string and end before the tail, innermost first. */
  readonly inner: readonly ContainerEnd[]
  /** Octets of the OCTET STRING behind them; null when none follows. */
  readonly tailLengthBytes: number | null
  /** Ends of the containers around all that, innermost first. */
  readonly outer: readonly ContainerEnd[]
}

export interface FrameFormat<Header> {
  /** null = more octets are needed. */
  open(bytes: Uint8Array): OpenFrame<Header> | null
  readonly maxStringBytes: number
  framing(message: string): Malformed
  truncated(): Malformed
  trailing(): Malformed
}

export type FramePart<Header> =
  | { readonly kind: "header"; readonly header: Header }
  | { readonly kind: "octets"; readonly bytes: Uint8Array }
  | { readonly kind: "tail"; readonly bytes: Uint8Array }

/** Tag, one length octet, and up to six more. */
const MAX_SEGMENT_HEADER_BYTES = 8
/** Segments may be made of segments (X.690 §8.7.3.2); nobody needs it, OpenSSL reads as many. */
const MAX_SEGMENT_DEPTH = 5
const CONSTRUCTED_OCTET_STRING = TAG.octetString | 0x20
const END_OF_CONTENTS = Uint8Array.of(0, 0)

/** What the next octets are. */
type State = "header" | "segment" | "string" | "tail" | "nothing"

/** One message. `push` every piece in order, then `end`; both throw what the format throws. */
export class FramedReader<Header> {
  readonly #format: FrameFormat<Header>
  #state: State = "header"
  #frame: OpenFrame<Header> | null = null
  /** Octets that do not make a whole header, segment header or tail yet. */
  #pending: Uint8Array = new Uint8Array(0)
  /** Octets of the current string still to come. */
  #remainingBytes = 0
  #stringLengthBytes = 0
  /** Ends of the constructed strings we are in, innermost last. */
  #segmentEnds: ContainerEnd[] = []
  /** Octets of the message consumed so far. */
  #position = 0

  constructor(format: FrameFormat<Header>) {
    this.#format = format
  }

  /** The parts completed by this piece. Parts of the string may be views of `piece`. */
  push(piece: Uint8Array): FramePart<Header>[] {
    const parts: FramePart<Header>[] = []
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

  /** The message is over: everything has come, or it is truncated. */
  end(): void {
    if (this.#state !== "nothing") throw this.#format.truncated()
  }

  /** Consumes what it can of `bytes`; 0 = more are needed. */
  #step(bytes: Uint8Array, parts: FramePart<Header>[]): number {
    switch (this.#state) {
      case "header":
        return this.#takeHeader(bytes, parts)
      case "segment":
        return this.#takeSegmentHeader(bytes)
      case "string":
        return this.#takeString(bytes, parts)
      case "tail":
        return this.#takeTail(bytes, parts)
      case "nothing":
        throw this.#format.trailing()
    }
  }

  #takeHeader(bytes: Uint8Array, parts: FramePart<Header>[]): number {
    this.#frame = this.#format.open(bytes)
    if (this.#frame === null) return 0
    const { header, headerLengthBytes, stringLengthBytes, segmentsEnd } = this.#frame
    parts.push({ kind: "header", header })
    if (segmentsEnd !== undefined) this.#segmentEnds.push(segmentsEnd)
    this.#expectString(stringLengthBytes ?? 0)
    return headerLengthBytes
  }

  #takeSegmentHeader(bytes: Uint8Array): number {
    const [tag, length = 0] = bytes
    if (tag === 0 && this.#segmentEnds.at(-1) === null) return this.#takeEndOfSegments(bytes)
    if (tag !== TAG.octetString && tag !== CONSTRUCTED_OCTET_STRING)
      throw this.#format.framing("a segment is not an OCTET STRING")
    const octets = length < 0x80 ? 0 : length & 0x7f
    if (octets > MAX_SEGMENT_HEADER_BYTES - 2) throw this.#format.framing("segment length")
    if (bytes.length < 2 + octets) return 0
    const { start, lengthBytes } = berLength(bytes, 1)
    if (tag === CONSTRUCTED_OCTET_STRING) this.#enterSegments(lengthBytes, this.#position + start)
    else if (lengthBytes === null) throw this.#format.framing("segment of indefinite length")
    else this.#expectString(lengthBytes)
    return start
  }

  #enterSegments(lengthBytes: number | null, start: number): void {
    const around = this.#segmentEnds.at(-1)
    const end = lengthBytes === null ? null : start + lengthBytes
    if (this.#segmentEnds.length >= MAX_SEGMENT_DEPTH) throw this.#format.framing("segments in segments")
    if (typeof around === "number" && end !== null && end > around)
      throw this.#format.framing("segments are longer than their string")
    this.#segmentEnds.push(end)
  }

  #takeEndOfSegments(bytes: Uint8Array): number {
    if (bytes.length < END_OF_CONTENTS.length) return 0
    if (bytes[1] !== 0) throw this.#format.framing("end of contents")
    this.#segmentEnds.pop()
    this.#state = this.#segmentEnds.length === 0 ? "tail" : "segment"
    return END_OF_CONTENTS.length
  }

  #expectString(lengthBytes: number): void {
    this.#stringLengthBytes += lengthBytes
    if (this.#stringLengthBytes > this.#format.maxStringBytes)
      throw this.#format.framing(`more than ${this.#format.maxStringBytes} octets`)
    this.#remainingBytes = lengthBytes
    this.#state = "string"
  }

  #takeString(bytes: Uint8Array, parts: FramePart<Header>[]): number {
    const part = bytes.subarray(0, this.#remainingBytes)
    this.#remainingBytes -= part.length
    parts.push({ kind: "octets", bytes: part })
    return part.length
  }

  /** After a string is complete: what comes next, without consuming anything. */
  #settle(): void {
    if (this.#state === "string" && this.#remainingBytes === 0)
      this.#state = this.#segmentEnds.length === 0 ? "tail" : "segment"
    if (this.#state === "segment") this.#leaveSegments()
    // Of definite lengths alone nothing need be left to come.
    if (this.#state === "tail" && this.#tailLengthBytes === 0) this.#takeTail(END_OF_CONTENTS, [])
  }

  /** Out of every constructed string of definite length that ends here. */
  #leaveSegments(): void {
    for (let end = this.#segmentEnds.at(-1); typeof end === "number"; end = this.#segmentEnds.at(-1)) {
      if (this.#position > end) throw this.#format.framing("segments are longer than their string")
      if (this.#position < end) return
      this.#segmentEnds.pop()
    }
    if (this.#segmentEnds.length === 0) this.#state = "tail"
  }

  /** Ends of the containers inside, the tail itself, ends of the containers outside. */
  get #tailLengthBytes(): number {
    const { inner = [], outer = [], tailLengthBytes = null } = this.#frame ?? {}
    return endsOf(inner) + (tailLengthBytes === null ? 0 : 2 + tailLengthBytes) + endsOf(outer)
  }

  /** Every definite length must come out even. */
  #takeTail(bytes: Uint8Array, parts: FramePart<Header>[]): number {
    const { inner = [], outer = [], tailLengthBytes = null } = this.#frame ?? {}
    const lengthBytes = this.#tailLengthBytes
    if (bytes.length < lengthBytes) return 0
    const before = endsOf(inner)
    const valueAt = before + (tailLengthBytes === null ? 0 : 2)
    const valueEnd = valueAt + (tailLengthBytes ?? 0)
    this.#checkEnds(inner, this.#position)
    this.#checkEnds(outer, this.#position + valueEnd)
    const framing = [...bytes.subarray(0, valueAt), ...bytes.subarray(valueEnd, lengthBytes)]
    const tag = tailLengthBytes === null ? [] : [TAG.octetString, tailLengthBytes]
    const wanted = [...zeros(before), ...tag, ...zeros(endsOf(outer))]
    if (!framing.every((octet, i) => octet === wanted[i]))
      throw this.#format.framing("what follows the string is not what must end the message")
    if (tailLengthBytes !== null)
      parts.push({ kind: "tail", bytes: Uint8Array.from(bytes.subarray(valueAt, valueEnd)) })
    this.#state = "nothing"
    return lengthBytes
  }

  /** Innermost first: a definite container ends here, an indefinite one two octets on. */
  #checkEnds(containers: readonly ContainerEnd[], position: number): void {
    let at = position
    for (const end of containers) {
      if (end === null) at += END_OF_CONTENTS.length
      else if (end !== at) throw this.#format.framing("a container's length does not fit its contents")
    }
  }
}

const endsOf = (containers: readonly ContainerEnd[]): number =>
  containers.filter((end) => end === null).length * END_OF_CONTENTS.length

const zeros = (count: number) => new Array<number>(count).fill(0)
