/**
 * multipart/related from bytes cut anywhere to parts (RFC 2046 §5.1, RFC 2387), without holding more than one
 * delimiter's length of a part's octets.
 *
 * A delimiter counts only as a whole line, with the line end of the first delimiter: a part may hold its beginning.
 * Lines that end with LF alone are read when the first delimiter's does, as messages stored on Unix disks do.
 */
import { Malformed } from "../malformed.ts"
import { type PartHeaders, readPartHeaders } from "./part-headers.ts"

export interface MultipartLimits {
  readonly maxParts: number
  readonly maxHeaderBytes: number
}

export type MultipartEvent =
  | { readonly kind: "part"; readonly headers: PartHeaders }
  | { readonly kind: "octets"; readonly bytes: Uint8Array }
  | { readonly kind: "part-end" }

type State = "preamble" | "headers" | "octets" | "epilogue"

const LF = 0x0a
const CR = 0x0d
const NOTHING = Buffer.alloc(0)
/** What may follow `--boundary` on its line: blanks, more of them than any sender writes are not a delimiter. */
const MAX_PADDING_BYTES = 256
const DELIMITER_LINE_END = /^(--)?[ \t]*(\r?\n|$)/
const UNFINISHED_LINE_END = /^(-|--)?[ \t]*\r?$/
const BLANK_LINE = /^\r?\n|\n\r?\n/
/** RFC 2046 §5.1.1 allows 70; Orthanc writes 73. */
const MAX_BOUNDARY_LENGTH = 200

export class MultipartReader {
  readonly #limits: MultipartLimits
  /** `--boundary`. */
  readonly #dashBoundary: Buffer
  /** Line end and `--boundary`, once the line end is known. */
  #delimiter: Buffer
  #state: State = "preamble"
  /** Seen and not yet understood. Starts with a line end because a delimiter may stand at the very beginning. */
  #held: Buffer = Buffer.from("\n")
  /** Octets at the start of `held` that are not the part's: the line end that closed its headers. */
  #foreign = 0
  #parts = 0
  /** Told by the next call. */
  #fault: Malformed | null = null

  /** @throws Malformed MULTIPART_BOUNDARY */
  constructor(boundary: string, limits: MultipartLimits) {
    if (!/^[\x20-\x7e]+$/.test(boundary) || boundary.length > MAX_BOUNDARY_LENGTH)
      throw new Malformed("MULTIPART_BOUNDARY", "RFC 2046 §5.1.1", "boundary is missing or not allowed")
    this.#limits = limits
    this.#dashBoundary = Buffer.from(`--${boundary}`, "latin1")
    this.#delimiter = Buffer.concat([Buffer.of(LF), this.#dashBoundary])
  }

  /** Do its lines end with LF alone? Known once the first part began. */
  get hasBareLineFeeds(): boolean {
    return this.#state !== "preamble" && this.#delimiter[0] === LF
  }

  /**
   * Octets that come out may be views of `bytes`; what is held for the next call is a copy.
   *
   * @throws Malformed MULTIPART_…
   */
  write(bytes: Uint8Array): readonly MultipartEvent[] {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#held = this.#held.length === 0 ? view : Buffer.concat([this.#held, view])
    const events = this.#advance(false)
    this.#held = Buffer.from(this.#held)
    return events
  }

  /** @throws Malformed MULTIPART_TRUNCATED when the closing delimiter did not come */
  end(): readonly MultipartEvent[] {
    const events = this.#advance(true)
    if (this.#fault !== null) throw this.#fault
    if (this.#state !== "epilogue")
      throw new Malformed("MULTIPART_TRUNCATED", "RFC 2046 §5.1.1", "the closing delimiter is missing")
    return events
  }

  #advance(isLast: boolean): readonly MultipartEvent[] {
    if (this.#fault !== null) throw this.#fault
    const events: MultipartEvent[] = []
    try {
      while (this.#held.length > 0 && this.#step(events, isLast));
    } catch (error) {
      // What came whole before the fault is handed out first.
      if (events.length === 0 || !(error instanceof Malformed)) throw error
      this.#fault = error
    }
    return events
  }

  /** One thing understood? false: more bytes are wanted. */
  #step(events: MultipartEvent[], isLast: boolean): boolean {
    if (this.#state === "headers") return this.#readHeaders(events)
    if (this.#state === "epilogue") {
      this.#held = NOTHING
      return false
    }
    const at = this.#held.indexOf(this.#delimiter)
    if (at === -1) {
      this.#pass(events, this.#held.length - this.#possibleDelimiterBytes())
      return false
    }
    return this.#readDelimiter(events, at, isLast)
  }

  #readDelimiter(events: MultipartEvent[], at: number, isLast: boolean): boolean {
    const after = at + this.#delimiter.length
    const line = this.#held.toString("latin1", after, after + MAX_PADDING_BYTES)
    const found = DELIMITER_LINE_END.exec(line)
    if (!isLast && line.length < MAX_PADDING_BYTES && UNFINISHED_LINE_END.test(line)) {
      this.#pass(events, at)
      return false
    }
    if (found === null || found[0].length === MAX_PADDING_BYTES) {
      this.#pass(events, after)
      return true
    }
    this.#pass(events, at)
    this.#delimit(events, found)
    return true
  }

  #delimit(events: MultipartEvent[], [rest, dashes, lineEnd]: RegExpExecArray): void {
    if (this.#state === "octets") events.push({ kind: "part-end" })
    this.#held = this.#held.subarray(this.#delimiter.length + rest.length)
    this.#foreign = 0
    // The preamble was searched with LF alone; from here on the sender's own line end counts.
    if (this.#state === "preamble" && lineEnd === "\r\n")
      this.#delimiter = Buffer.concat([Buffer.of(CR, LF), this.#dashBoundary])
    this.#state = dashes === undefined ? "headers" : "epilogue"
  }

  #readHeaders(events: MultipartEvent[]): boolean {
    const head = this.#held.toString("latin1", 0, this.#limits.maxHeaderBytes)
    const blank = BLANK_LINE.exec(head)
    if (blank === null) {
      if (head.length < this.#limits.maxHeaderBytes) return false
      throw new Malformed("MULTIPART_HEADERS_TOO_LONG", "limit", "headers of a part over the limit")
    }
    this.#parts += 1
    if (this.#parts > this.#limits.maxParts)
      throw new Malformed("MULTIPART_TOO_MANY_PARTS", "limit", `more than ${this.#limits.maxParts} parts`)
    // Written anew: a slice of `head` in a Content-ID that is remembered would keep all of it.
    const block = this.#held.toString("latin1", 0, blank.index)
    events.push({ kind: "part", headers: readPartHeaders(block) })
    this.#beginOctets(blank.index + blank[0].length, blank[0].endsWith("\r\n") ? 2 : 1)
    return true
  }

  /** The line end of the blank line stays in front: it is also that of the delimiter when the part is empty. */
  #beginOctets(at: number, lineEndBytes: number): void {
    this.#held = this.#held.subarray(at - lineEndBytes)
    this.#foreign = lineEndBytes
    this.#state = "octets"
  }

  /** Hands out what is held before `end`, if it belongs to a part. */
  #pass(events: MultipartEvent[], end: number): void {
    if (this.#state === "octets" && end > this.#foreign)
      events.push({ kind: "octets", bytes: this.#held.subarray(this.#foreign, end) })
    this.#held = this.#held.subarray(end)
    this.#foreign = Math.max(0, this.#foreign - end)
  }

  /** How many of the last bytes may be the beginning of a delimiter. It begins with a line end, and most pieces have none. */
  #possibleDelimiterBytes(): number {
    const [first = LF] = this.#delimiter
    let at = this.#held.indexOf(first, Math.max(0, this.#held.length - this.#delimiter.length + 1))
    while (at !== -1) {
      const lengthBytes = this.#held.length - at
      if (this.#held.subarray(at).equals(this.#delimiter.subarray(0, lengthBytes))) return lengthBytes
      at = this.#held.indexOf(first, at + 1)
    }
    return 0
  }
}
