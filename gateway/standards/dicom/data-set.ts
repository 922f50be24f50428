/**
 * A data set as values: text decoded by its own character sets, numbers, nested items, and where bulk data lie.
 * For headers and small objects; a large file is read as a prefix up to Pixel Data and streamed from there.
 */
import { Malformed } from "../malformed.ts"
import { textDecoder, type Decoded } from "./charset.ts"
import { tagOf } from "./dictionary.ts"
import { readElements, type Element, type Elements } from "./elements.ts"
import { trimmed } from "./octets.ts"
import { dataSetStart } from "./part10.ts"
import { parsePersonName, type PersonName } from "./person-name.ts"
import { transferSyntax, type TransferSyntaxOf, type WrittenIn } from "./sop-classes.ts"

const SPECIFIC_CHARACTER_SET = 0x00080005
const PIXEL_REPRESENTATION = 0x00280103
/** PS3.5 6.2: text of these is not split at backslashes. */
const UNDIVIDED = new Set(["ST", "LT", "UT", "UR"])
/** VRs that (0008,0005) speaks for. */
const ENCODED = new Set(["LO", "LT", "PN", "SH", "ST", "UC", "UT", "UN"])

type NumberReader = (view: DataView, at: number, littleEndian: boolean) => number
const NUMBERS: Readonly<Record<string, readonly [number, NumberReader]>> = {
  US: [2, (view, at, little) => view.getUint16(at, little)],
  SS: [2, (view, at, little) => view.getInt16(at, little)],
  UL: [4, (view, at, little) => view.getUint32(at, little)],
  SL: [4, (view, at, little) => view.getInt32(at, little)],
  FL: [4, (view, at, little) => view.getFloat32(at, little)],
  FD: [8, (view, at, little) => view.getFloat64(at, little)],
  UV: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
  SV: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  OV: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
}

export class DataSet {
  readonly elements: Elements
  readonly #bytes: Uint8Array
  readonly #littleEndian: boolean
  readonly #parent: DataSet | null
  #decode: ((bytes: Uint8Array, delimiters: string) => Decoded) | null = null

  constructor(bytes: Uint8Array, elements: Elements, littleEndian: boolean, parent: DataSet | null = null) {
    this.#bytes = bytes
    this.elements = elements
    this.#littleEndian = littleEndian
    this.#parent = parent
  }

  /** The element of a keyword of PS3.6; null when absent. Throws a RangeError for what is no keyword. */
  element(keyword: string): Element | null {
    const tag = tagOf(keyword)
    if (tag === null) throw new RangeError(`${keyword} is not a keyword of PS3.6`)
    return this.elements.get(tag) ?? null
  }

  has(keyword: string): boolean {
    return this.element(keyword) !== null
  }

  /** The raw value, a view; null when absent or when only its header was read. */
  bytes(keyword: string): Uint8Array | null {
    const element = this.element(keyword)
    return element && this.#value(element)
  }

  #value({ offsetBytes, lengthBytes }: Element): Uint8Array | null {
    const end = offsetBytes + lengthBytes
    return end <= this.#bytes.length ? this.#bytes.subarray(offsetBytes, end) : null
  }

  /** The whole decoded value, padding removed, values still joined by backslashes; null when absent. */
  decoded(keyword: string): Decoded | null {
    const element = this.element(keyword)
    const value = element && this.#value(element)
    if (!element || !value) return null
    const { vr } = element
    const { text, marked } = ENCODED.has(vr)
      ? this.#decoder()(value, UNDIVIDED.has(vr) ? "" : vr === "PN" ? "\\^=" : "\\")
      : { text: trimmed(value), marked: false }
    return { text: text.replace(/[\0 ]+$/, ""), marked }
  }

  /** Each value, without padding; [] when absent or empty. */
  texts(keyword: string): readonly string[] {
    const decoded = this.decoded(keyword)
    if (!decoded || decoded.text === "") return []
    const vr = this.element(keyword)?.vr ?? ""
    return UNDIVIDED.has(vr) ? [decoded.text] : decoded.text.split("\\").map((value) => value.trim())
  }

  /** The first value, "" when absent or empty. */
  text(keyword: string): string {
    return this.texts(keyword)[0] ?? ""
  }

  personName(keyword: string): PersonName {
    return parsePersonName(this.text(keyword))
  }

  /** Every value as a number, of binary VRs as of IS and DS; a value that is none is NaN. */
  numbers(keyword: string): readonly number[] {
    const element = this.element(keyword)
    const value = element && this.#value(element)
    if (!element || !value) return []
    const reader = NUMBERS[this.#numericVr(element.vr)]
    if (!reader) return this.texts(keyword).map((text) => (text === "" ? Number.NaN : Number(text)))
    const [sizeBytes, read] = reader
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
    return Array.from({ length: Math.floor(value.length / sizeBytes) }, (_, at) =>
      read(view, at * sizeBytes, this.#littleEndian),
    )
  }

  #numericVr(vr: string): string {
    if (vr !== "xs") return vr
    const element = this.elements.get(PIXEL_REPRESENTATION)
    const value = element && this.#value(element)
    return value?.some((byte) => byte !== 0) ? "SS" : "US"
  }

  /** The first number; null when absent, empty or not a number. */
  number(keyword: string): number | null {
    const [first] = this.numbers(keyword)
    return first === undefined || Number.isNaN(first) ? null : first
  }

  /** The items of a sequence; [] when absent. */
  items(keyword: string): readonly DataSet[] {
    const items = this.element(keyword)?.items ?? []
    return items.map((elements) => new DataSet(this.#bytes, elements, this.#littleEndian, this))
  }

  /** PS3.3 C.12.1.1.2: an item without its own (0008,0005) inherits. */
  #decoder(): (bytes: Uint8Array, delimiters: string) => Decoded {
    if (this.#decode) return this.#decode
    const element = this.elements.get(SPECIFIC_CHARACTER_SET)
    const value = element && this.#value(element)
    if (!value && this.#parent) return this.#parent.#decoder()
    const terms = value && value.length > 0 ? trimmed(value).split("\\") : []
    this.#decode = textDecoder(terms.map((term) => term.trim()))
    return this.#decode
  }
}

export interface ReadOptions {
  /** Stop at this top-level element; what follows in `bytes` may be cut off. */
  readonly untilTag?: number
  /** For a deflated data set: `inflateCapped` on a server; without it such a data set is refused. */
  readonly inflate?: (deflated: Uint8Array, maxBytes: number) => Uint8Array
  /** Absent = those of PS3.6. */
  readonly syntaxOf?: TransferSyntaxOf
}

/** A deflated header larger than this is a bomb. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024

export interface ReadFile {
  readonly TransferSyntaxUID: string
  readonly syntax: WrittenIn
  readonly dataSet: DataSet
  /** The bytes that element offsets count in: the file given, or the inflated data set. */
  readonly bytes: Uint8Array
}

/**
 * Read a bare data set.
 *
 * @param offsetBytes where it begins in `bytes`; offsets of elements count from the start of `bytes`
 * @throws Malformed those of `readElements`, `TRANSFER_SYNTAX`, `DEFLATED`
 */
export function readDataSet(
  bytes: Uint8Array,
  TransferSyntaxUID: string,
  offsetBytes = 0,
  options: ReadOptions = {},
): ReadFile {
  const syntax = (options.syntaxOf ?? transferSyntax)(TransferSyntaxUID)
  if (!syntax)
    throw new Malformed(
      "TRANSFER_SYNTAX",
      "PS3.6 A",
      `transfer syntax ${TransferSyntaxUID} is not known here`,
    )
  const untilTag = options.untilTag ?? null
  if (syntax.encoding === "deflated") {
    if (!options.inflate) throw new Malformed("DEFLATED", "PS3.5 A.5", "deflated data sets are not read here")
    const inflated = options.inflate(bytes.subarray(offsetBytes), MAX_INFLATED_BYTES)
    const elements = readElements(inflated, 0, "explicit-le", untilTag)
    return { TransferSyntaxUID, syntax, dataSet: new DataSet(inflated, elements, true), bytes: inflated }
  }
  const elements = readElements(bytes, offsetBytes, syntax.encoding, untilTag)
  return {
    TransferSyntaxUID,
    syntax,
    dataSet: new DataSet(bytes, elements, syntax.encoding !== "explicit-be"),
    bytes,
  }
}

/**
 * Read a Part 10 file, whole or as a prefix with `untilTag`.
 *
 * @throws Malformed those of `readDataSet` and `dataSetStart`, `META_LENGTH` when even group 0002 is not whole
 */
export function readPart10(bytes: Uint8Array, options: ReadOptions = {}): ReadFile {
  const start = dataSetStart(bytes)
  if (!start) throw new Malformed("META_LENGTH", "PS3.10 7.1", "the file ends inside group 0002")
  return readDataSet(bytes, start.TransferSyntaxUID, start.offsetBytes, options)
}
