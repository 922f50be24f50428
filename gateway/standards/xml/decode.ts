/**
 * Bytes → characters for XML, fatal on the first wrong byte (XML 1.0 §4.3.3, appendix F).
 *
 * UTF-8 by default; UTF-16 by byte order mark, or by the first two characters of its declaration. No other encoding exists
 * here: what the declaration claims is compared, never followed.
 */
import { Malformed } from "../malformed.ts"

type Decoder = InstanceType<typeof TextDecoder>

export type XmlEncoding = "utf-8" | "utf-16le" | "utf-16be"

const MARK = "\uFEFF"

/** How many bytes `encodingOf` wants to see. */
export const ENCODING_PROBE_BYTES = 4

/** The encoding the first bytes show. */
export function encodingOf(head: Uint8Array): XmlEncoding {
  const [a, b, c, d] = head
  if (a === 0xfe && b === 0xff) return "utf-16be"
  if (a === 0xff && b === 0xfe) return "utf-16le"
  if (a === 0x00 && b === 0x3c && c === 0x00 && d === 0x3f) return "utf-16be"
  if (a === 0x3c && b === 0x00 && c === 0x3f && d === 0x00) return "utf-16le"
  return "utf-8"
}

/** Does `<?xml encoding="…"?>` agree with the bytes? ASCII is a subset of UTF-8. */
export function declarationAgrees(declared: string, actual: XmlEncoding): boolean {
  const name = declared.toLowerCase()
  return actual === "utf-8" ? name === "utf-8" || name === "us-ascii" : name === "utf-16" || name === actual
}

/** A decoder over pieces cut anywhere; the first piece with at least one byte decides. Throws Malformed XML_…. */
export class XmlDecoder {
  #decoder: Decoder | null = null
  #hasBegun = false
  #head: Uint8Array = new Uint8Array(0)
  #encoding: XmlEncoding = "utf-8"

  get encoding(): XmlEncoding {
    return this.#encoding
  }

  write(bytes: Uint8Array): string {
    if (this.#decoder !== null) return this.#decode(this.#decoder, bytes, true)
    const head = new Uint8Array(this.#head.length + bytes.length)
    head.set(this.#head)
    head.set(bytes, this.#head.length)
    this.#head = head
    return head.length < ENCODING_PROBE_BYTES ? "" : this.#decode(this.#start(), this.#takeHead(), true)
  }

  end(): string {
    return this.#decode(this.#decoder ?? this.#start(), this.#takeHead(), false)
  }

  #start(): Decoder {
    this.#encoding = encodingOf(this.#head)
    this.#decoder = new TextDecoder(this.#encoding, { fatal: true })
    return this.#decoder
  }

  #takeHead(): Uint8Array {
    const head = this.#head
    this.#head = new Uint8Array(0)
    return head
  }

  #decode(decoder: Decoder, bytes: Uint8Array, stream: boolean): string {
    const characters = this.#characters(decoder, bytes, stream)
    // One mark is gone already; saxes would pass over a second one.
    if (!this.#hasBegun && characters.startsWith(MARK))
      throw new Malformed("XML_NOT_WELL_FORMED", "XML 1.0 §2.8", "text before the document")
    this.#hasBegun ||= characters !== ""
    return characters
  }

  #characters(decoder: Decoder, bytes: Uint8Array, stream: boolean): string {
    try {
      return decoder.decode(bytes, { stream })
    } catch (cause) {
      throw new Malformed("XML_ENCODING", "XML 1.0 §4.3.3", `bytes are not ${this.#encoding}`, { cause })
    }
  }
}
