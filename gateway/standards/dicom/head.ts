/**
 * The head of a data set: which study, series and instance it is, known from its first bytes while the rest is still
 * on the line.
 *
 * Only headers of elements are looked at; values are skipped by their length and nested ones walked without
 * recursion, so a hostile data set costs no more than its bytes. At most MAX_HEAD_BYTES are looked at.
 */
import { Malformed } from "../malformed.ts"
import { UNDEFINED_LENGTH, readElementHeader, type ElementHeader } from "./element-header.ts"
import { trimmed } from "./octets.ts"
import type { Encoding } from "./transfer-syntaxes.generated.ts"
import { isTolerableUid } from "./uid.ts"

export const MAX_HEAD_BYTES = 1024 * 1024

/** What must be known of an instance before it can be filed; raw bytes where a character set is needed to read them. */
export interface Head {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  /** Values before (0020,000E), null when absent. */
  readonly SpecificCharacterSet: Uint8Array | null
  readonly PatientName: Uint8Array | null
  readonly PatientID: Uint8Array | null
}

const KEPT: Readonly<Record<number, keyof Head>> = {
  0x00080005: "SpecificCharacterSet",
  0x00080016: "SOPClassUID",
  0x00080018: "SOPInstanceUID",
  0x00100010: "PatientName",
  0x00100020: "PatientID",
  0x0020000d: "StudyInstanceUID",
  0x0020000e: "SeriesInstanceUID",
}
const UIDS = ["SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"] as const
/** Longest value worth keeping: PN in three groups of multi-byte characters stays below. */
const MAX_KEPT_BYTES = 4096

const ITEM_END = 0xfffee00d
const SEQUENCE_END = 0xfffee0dd
/** Float, Double Float and integer Pixel Data: nothing that identifies comes after. */
const PIXEL_DATA_GROUP = 0x7fe0
const CLAUSE = "PS3.5 7.1"

/** Scans an uncompressed encoding. `push` returns null while more bytes are needed. */
export class HeadScanner {
  readonly #encoding: Encoding
  readonly #values = new Map<keyof Head, Uint8Array>()
  /** Encodings of the open sequences and items of undefined length, innermost last. */
  readonly #open: Encoding[] = []
  #pending: Uint8Array = new Uint8Array(0)
  /** Bytes of a value still to be passed over. */
  #skipBytes = 0
  #scannedBytes = 0
  #head: Head | null = null

  constructor(encoding: Exclude<Encoding, "deflated">) {
    this.#encoding = encoding
  }

  /**
   * Take the next bytes of the data set.
   *
   * @returns the head as soon as the four UIDs are there (and on every later call), else null
   * @throws Malformed `HEAD_TOO_LONG`, `HEAD_INCOMPLETE`, `HEAD_REPEATED`, `HEAD_UID`, `HEAD_GROUP`, `HEAD_NESTING`
   */
  push(chunk: Uint8Array): Head | null {
    if (this.#head) return this.#head
    let bytes = chunk
    if (this.#pending.length > 0) {
      bytes = new Uint8Array(this.#pending.length + chunk.length)
      bytes.set(this.#pending)
      bytes.set(chunk, this.#pending.length)
    }
    const used = this.#scan(bytes)
    // A copy, because the chunk may be a view into a buffer the caller uses again; `slice` of a Buffer would be none.
    this.#pending = new Uint8Array(bytes.subarray(used))
    return this.#head
  }

  /** The data set is over: throws `HEAD_INCOMPLETE` unless the head is known. */
  end(): Head {
    if (!this.#head) throw this.#incomplete()
    return this.#head
  }

  /** Returns how many bytes are dealt with. */
  #scan(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = 0
    while (!this.#head) {
      const passed = Math.min(this.#skipBytes, bytes.length - at)
      at += passed
      this.#skipBytes -= passed
      const header =
        this.#skipBytes > 0 ? null : readElementHeader(view, at, this.#open.at(-1) ?? this.#encoding)
      if (!header) return at
      const needed = header.headerBytes + (this.#keeps(header) ? header.lengthBytes : 0)
      if (at + needed > bytes.length) return at
      this.#meet(header, bytes.subarray(at + header.headerBytes, at + needed))
      at += needed
    }
    return at
  }

  #keeps({ tag, lengthBytes }: ElementHeader): boolean {
    return this.#open.length === 0 && tag in KEPT && lengthBytes <= MAX_KEPT_BYTES
  }

  #meet(header: ElementHeader, kept: Uint8Array): void {
    const { tag, lengthBytes, headerBytes } = header
    this.#scannedBytes += headerBytes + (lengthBytes === UNDEFINED_LENGTH ? 0 : lengthBytes)
    if (this.#open.length === 0) this.#meetTopLevel(header, kept)
    else if (tag === ITEM_END || tag === SEQUENCE_END) this.#open.pop()
    if (this.#head) return
    if (lengthBytes === UNDEFINED_LENGTH) this.#open.push(this.#inside(header))
    else if (tag !== ITEM_END && tag !== SEQUENCE_END) this.#skipBytes = lengthBytes - kept.length
    if (this.#scannedBytes > MAX_HEAD_BYTES)
      throw new Malformed("HEAD_TOO_LONG", CLAUSE, `no complete identification in ${MAX_HEAD_BYTES} bytes`)
  }

  /** PS3.5 6.2.2: an UN of undefined length is written inside as implicit VR little endian. */
  #inside({ vr }: ElementHeader): Encoding {
    return vr === "UN" ? "implicit-le" : (this.#open.at(-1) ?? this.#encoding)
  }

  #meetTopLevel({ tag, lengthBytes }: ElementHeader, kept: Uint8Array): void {
    const group = tag >>> 16
    if (group === 0x0000 || group === 0x0002)
      throw new Malformed("HEAD_GROUP", "PS3.10 7.1", "group 0000 or 0002 inside a data set")
    if (group === 0xfffe)
      throw new Malformed("HEAD_NESTING", "PS3.5 7.5", "item or delimiter outside a sequence")
    if (group === PIXEL_DATA_GROUP) throw this.#incomplete()
    const keyword = KEPT[tag]
    if (!keyword) return
    // Two values would let two readers see two patients.
    if (this.#values.has(keyword)) throw new Malformed("HEAD_REPEATED", CLAUSE, `${keyword} stands twice`)
    if (lengthBytes > MAX_KEPT_BYTES)
      throw new Malformed("HEAD_TOO_LONG", CLAUSE, `${keyword} has ${lengthBytes} bytes`)
    this.#values.set(keyword, new Uint8Array(kept))
    if (UIDS.every((uid) => this.#values.has(uid))) this.#head = this.#complete()
  }

  #complete(): Head {
    const uid = (keyword: (typeof UIDS)[number]): string => {
      const text = trimmed(this.#values.get(keyword) ?? new Uint8Array(0))
      if (!isTolerableUid(text)) throw new Malformed("HEAD_UID", "PS3.5 9.1", `${keyword} is not a UID`)
      return text
    }
    return {
      SOPClassUID: uid("SOPClassUID"),
      SOPInstanceUID: uid("SOPInstanceUID"),
      StudyInstanceUID: uid("StudyInstanceUID"),
      SeriesInstanceUID: uid("SeriesInstanceUID"),
      SpecificCharacterSet: this.#values.get("SpecificCharacterSet") ?? null,
      PatientName: this.#values.get("PatientName") ?? null,
      PatientID: this.#values.get("PatientID") ?? null,
    }
  }

  #incomplete(): Malformed {
    const missing = UIDS.filter((uid) => !this.#values.has(uid))
    return new Malformed("HEAD_INCOMPLETE", "PS3.3 C.12.1", `missing: ${missing.join(", ")}`)
  }
}
