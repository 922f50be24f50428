/** Data sets by element, written in any of the three uncompressed encodings; made up at random for properties. */
import fc from "fast-check"

export type Written = "implicit-le" | "explicit-le" | "explicit-be"

export interface WrittenElement {
  readonly tag: number
  readonly vr: string
  /** Little endian. */
  readonly value?: Uint8Array
  readonly items?: readonly (readonly WrittenElement[])[]
  /** Sequence and items of undefined length. */
  readonly open?: boolean
}

const LONG = new Set("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split(" "))
const WIDTH: Readonly<Record<string, number>> = {
  AT: 2,
  OW: 2,
  SS: 2,
  US: 2,
  FL: 4,
  OF: 4,
  OL: 4,
  SL: 4,
  UL: 4,
  FD: 8,
  OD: 8,
  OV: 8,
  SV: 8,
  UV: 8,
}
export const widthOf = (vr: string): number => WIDTH[vr] ?? 1

export const written = (elements: readonly WrittenElement[], encoding: Written): Buffer =>
  Buffer.concat(elements.map((each) => elementBytes(each, encoding)))

function elementBytes(element: WrittenElement, encoding: Written): Buffer {
  const { tag, vr, items } = element
  const value = items ? sequenceValue(element, encoding) : ordered(element, encoding)
  const delimiter = element.open === true ? itemHeader(0xfffee0dd, 0, encoding) : Buffer.alloc(0)
  const length = element.open === true ? 0xffffffff : value.length
  const header = [tagBytes(tag, encoding)]
  if (encoding === "implicit-le") header.push(number(length, 4, encoding))
  else if (LONG.has(vr)) header.push(Buffer.from(vr), Buffer.alloc(2), number(length, 4, encoding))
  else header.push(Buffer.from(vr), number(length, 2, encoding))
  return Buffer.concat([...header, value, delimiter])
}

function sequenceValue({ items = [], open = false }: WrittenElement, encoding: Written): Buffer {
  return Buffer.concat(
    items.map((item) => {
      const value = written(item, encoding)
      const end = open ? itemHeader(0xfffee00d, 0, encoding) : Buffer.alloc(0)
      return Buffer.concat([itemHeader(0xfffee000, open ? 0xffffffff : value.length, encoding), value, end])
    }),
  )
}

function ordered({ vr, value = new Uint8Array(0) }: WrittenElement, encoding: Written): Buffer {
  const bytes = Buffer.from(value)
  if (encoding !== "explicit-be" || bytes.length === 0) return bytes
  const width = widthOf(vr)
  if (width === 2) return bytes.swap16()
  if (width === 4) return bytes.swap32()
  return width === 8 ? bytes.swap64() : bytes
}

const itemHeader = (tag: number, length: number, encoding: Written): Buffer =>
  Buffer.concat([tagBytes(tag, encoding), number(length, 4, encoding)])

const tagBytes = (tag: number, encoding: Written): Buffer =>
  Buffer.concat([number(tag >>> 16, 2, encoding), number(tag & 0xffff, 2, encoding)])

function number(value: number, width: 2 | 4, encoding: Written): Buffer {
  const bytes = Buffer.alloc(width)
  if (encoding === "explicit-be") bytes.writeUIntBE(value, 0, width)
  else bytes.writeUIntLE(value, 0, width)
  return bytes
}

/** Tags whose VR the dictionary knows for sure, one of each kind. */
const KNOWN: readonly (readonly [number, string])[] = [
  [0x00080008, "CS"],
  [0x00080018, "UI"],
  [0x00080020, "DA"],
  [0x00080030, "TM"],
  [0x00081030, "LO"],
  [0x00100010, "PN"],
  [0x00101010, "AS"],
  [0x00104000, "LT"],
  [0x00189073, "FD"],
  [0x00189305, "FD"],
  [0x00200013, "IS"],
  [0x00200032, "DS"],
  [0x00280009, "AT"],
  [0x00280010, "US"],
  [0x00281201, "OW"],
  [0x00420011, "OB"],
  [0x00620008, "CS"],
  [0x00660016, "OF"],
  [0x00660129, "OL"],
  [0x00186020, "SL"],
  [0x00186018, "UL"],
  [0x00720083, "UV"],
  [0x00720082, "SV"],
  [0x00409212, "FD"],
  [0x00080120, "UR"],
  [0x00080119, "UC"],
  [0x0040a160, "UT"],
  [0x00091010, "UN"],
  [0x00090010, "LO"],
]
const SEQUENCES = [0x00081111, 0x00081140, 0x00400275, 0x00540016, 0x00880200]

const evenBytes = (vr: string, maxWords: number): fc.Arbitrary<Uint8Array> => {
  const width = Math.max(2, widthOf(vr))
  return fc
    .uint8Array({ minLength: 0, maxLength: width * maxWords })
    .map((bytes) => bytes.subarray(0, bytes.length - (bytes.length % width)))
}

const leaf: fc.Arbitrary<WrittenElement> = fc
  .constantFrom(...KNOWN)
  .chain(([tag, vr]) => evenBytes(vr, 12).map((value) => ({ tag, vr, value })))

const sorted = (elements: readonly WrittenElement[]): WrittenElement[] =>
  [...new Map(elements.map((each) => [each.tag, each])).values()].sort((a, b) => a.tag - b.tag)

/** Ascending, unique elements; sequences nested up to three levels, of defined and undefined length. */
export const dataSet = (depth = 3): fc.Arbitrary<readonly WrittenElement[]> => {
  const elements = fc.array(leaf, { maxLength: 12 })
  if (depth === 0) return elements.map(sorted)
  const sequence = fc.record({
    tag: fc.constantFrom(...SEQUENCES),
    vr: fc.constant("SQ"),
    items: fc.array(dataSet(depth - 1), { maxLength: 3 }),
    open: fc.boolean(),
  })
  return fc
    .tuple(elements, fc.array(sequence, { maxLength: 3 }))
    .map(([leaves, sequences]) => sorted([...leaves, ...sequences]))
}

/** A group length wherever a group begins, at every level, and trailing padding at the end. */
export function withRetired(elements: readonly WrittenElement[], top = true): WrittenElement[] {
  const groups = new Set(elements.map(({ tag }) => tag >>> 16))
  const lengths = [...groups].map((group) => ({
    tag: group * 0x10000,
    vr: "UL",
    value: Uint8Array.of(4, 0, 0, 0),
  }))
  const padding = top ? [{ tag: 0xfffcfffc, vr: "OB", value: new Uint8Array(6) }] : []
  const nested = elements.map((each) =>
    each.items ? { ...each, items: each.items.map((item) => withRetired(item, false)) } : each,
  )
  return sorted([...lengths, ...nested, ...padding])
}
