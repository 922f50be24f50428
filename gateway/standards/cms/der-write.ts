/** DER (X.690): values → bytes. Lengths up to 2^48 so that a header can announce content that is streamed. */
import { TAG } from "./der.ts"

/** Identifier and length octets of a value whose content comes elsewhere. */
export function derHeader(tag: number, lengthBytes: number): Uint8Array {
  if (lengthBytes < 0x80) return Uint8Array.of(tag, lengthBytes)
  const octets: number[] = []
  for (let rest = lengthBytes; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Uint8Array.of(tag, 0x80 | octets.length, ...octets)
}

export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const lengthBytes = contents.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([derHeader(tag, lengthBytes), ...contents])
}

/** Octets of a container up to where `bodyBytes` more octets follow that belong to it. */
export function openContainer(
  tag: number,
  parts: readonly Uint8Array[],
  bodyBytes: number,
): { readonly octets: Uint8Array; readonly bodyBytes: number } {
  const known = Buffer.concat(parts)
  return { octets: Buffer.concat([derHeader(tag, known.length + bodyBytes), known]), bodyBytes }
}

export const sequence = (...parts: readonly Uint8Array[]) => der(TAG.sequence, ...parts)

/** SET OF: the encodings in ascending order (X.690 §11.6). */
export const setOf = (...parts: readonly Uint8Array[]) =>
  der(TAG.set, ...[...parts].sort((a, b) => Buffer.compare(a, b)))

/** Context-specific, constructed: `[number] EXPLICIT`, or IMPLICIT over a constructed type. */
export const context = (number: number, ...parts: readonly Uint8Array[]) => der(0xa0 | number, ...parts)

/** Context-specific, primitive: `[number] IMPLICIT` over a primitive type. */
export const contextPrimitive = (number: number, content: Uint8Array) => der(0x80 | number, content)

export const octetString = (content: Uint8Array) => der(TAG.octetString, content)
export const bitString = (content: Uint8Array) => der(TAG.bitString, Uint8Array.of(0), content)
export const boolean = (value: boolean) => der(TAG.boolean, Uint8Array.of(value ? 0xff : 0))
export const NULL = der(TAG.null)

/** Named bits, trailing zero bits removed (X.690 §11.2.2). `bits` are bit numbers. */
export function namedBitString(...bits: readonly number[]): Uint8Array {
  const highest = Math.max(...bits)
  const octets = new Uint8Array(Math.floor(highest / 8) + 1)
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7))
  return der(TAG.bitString, Uint8Array.of(7 - (highest & 7)), octets)
}

/** Non-negative INTEGER from a small number or big-endian magnitude octets. */
export function integer(value: number | Uint8Array): Uint8Array {
  const octets = typeof value === "number" ? Buffer.from(value.toString(16).padStart(12, "0"), "hex") : value
  const first = octets.findIndex((octet) => octet !== 0)
  const magnitude = first < 0 ? Uint8Array.of(0) : octets.subarray(first)
  const sign = (magnitude[0] ?? 0) >= 0x80 ? [Uint8Array.of(0)] : []
  return der(TAG.integer, ...sign, magnitude)
}

export function oid(dotted: string): Uint8Array {
  const [root = 0n, second = 0n, ...others] = dotted.split(".").map(BigInt)
  return der(TAG.oid, Uint8Array.from([root * 40n + second, ...others].flatMap(base128)))
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)]
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80)
  return octets
}

export const utf8String = (text: string) => der(TAG.utf8String, Buffer.from(text, "utf8"))
export const printableString = (text: string) => der(TAG.printableString, Buffer.from(text, "latin1"))

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5). Whole seconds. */
export function time(at: Date): Uint8Array {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, "")
  return at.getUTCFullYear() < 2050
    ? der(TAG.utcTime, Buffer.from(digits.slice(2), "latin1"))
    : der(TAG.generalizedTime, Buffer.from(digits, "latin1"))
}
