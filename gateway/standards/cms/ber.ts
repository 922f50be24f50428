/**
 * BER (X.690 §8) → DER for CMS messages that peers frame with indefinite lengths and segmented OCTET STRINGs.
 *
 * Only lengths and segmentation change. Signed parts inside (certificates, TSTInfo) are DER already, so a part somebody
 * rewrote fails its own signature.
 */
import { Malformed } from "../malformed.ts"
import { MAX_DEPTH, TAG, readDer } from "./der.ts"
import { der } from "./der-write.ts"

/** Time-stamp tokens are about 3 to 10 kB; RecipientInfos of 64 recipients about 40 kB. */
export const MAX_BER_LENGTH_BYTES = 1 << 20
const CONSTRUCTED_OCTET_STRING = 0x24

const malformed = (message: string) => new Malformed("BER", "X.690 §8", message)

/** One whole BER value as DER. Throws Malformed BER or DER. */
export function derFromBer(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_BER_LENGTH_BYTES) throw malformed(`longer than ${MAX_BER_LENGTH_BYTES} bytes`)
  const { encoded, end } = valueAt(bytes, 0, 1)
  if (end !== bytes.length) throw malformed("bytes follow the value")
  readDer(encoded)
  return encoded
}

interface Rewritten {
  readonly encoded: Uint8Array
  /** Content of the rewritten value. */
  readonly content: Uint8Array
  readonly tag: number
  readonly end: number
}

function valueAt(bytes: Uint8Array, at: number, depth: number): Rewritten {
  if (depth > MAX_DEPTH) throw malformed(`nested deeper than ${MAX_DEPTH}`)
  const tag = bytes[at]
  if (tag === undefined) throw malformed("ends where a value should begin")
  const { start, lengthBytes } = berLength(bytes, at + 1)
  const constructed = (tag & 0x20) !== 0
  if (lengthBytes === null && !constructed) throw malformed("primitive value of indefinite length")
  if (!constructed) return rewritten(tag, slice(bytes, start, lengthBytes ?? 0), start + (lengthBytes ?? 0))
  const { children, end } = childrenAt(bytes, start, lengthBytes, depth)
  if (tag !== CONSTRUCTED_OCTET_STRING) {
    return rewritten(tag, Buffer.concat(children.map((child) => child.encoded)), end)
  }
  if (children.some((child) => child.tag !== TAG.octetString))
    throw malformed("segment is not an OCTET STRING")
  return rewritten(TAG.octetString, Buffer.concat(children.map((child) => child.content)), end)
}

function childrenAt(bytes: Uint8Array, start: number, lengthBytes: number | null, depth: number) {
  const children: Rewritten[] = []
  let at = start
  const limit = lengthBytes === null ? null : start + lengthBytes
  while (limit === null ? !isEndOfContents(bytes, at) : at < limit) {
    const child = valueAt(bytes, at, depth + 1)
    children.push(child)
    at = child.end
  }
  if (limit !== null && at !== limit) throw malformed("value is longer than the one it stands in")
  return { children, end: limit ?? at + 2 }
}

/** Length octets at `at`; `lengthBytes` null = indefinite. Non-minimal lengths are legal BER. */
export function berLength(bytes: Uint8Array, at: number): { start: number; lengthBytes: number | null } {
  const first = bytes[at]
  if (first === undefined) throw malformed("ends where a length should be")
  if (first < 0x80) return { start: at + 1, lengthBytes: first }
  if (first === 0x80) return { start: at + 1, lengthBytes: null }
  const octets = slice(bytes, at + 1, first & 0x7f)
  if (octets.length > 6) throw malformed("length of more than 6 octets")
  return { start: at + 1 + octets.length, lengthBytes: octets.reduce((sum, octet) => sum * 256 + octet, 0) }
}

const isEndOfContents = (bytes: Uint8Array, at: number) => bytes[at] === 0 && bytes[at + 1] === 0

function slice(bytes: Uint8Array, start: number, lengthBytes: number): Uint8Array {
  if (start + lengthBytes > bytes.length) throw malformed("value is longer than its bytes")
  return bytes.subarray(start, start + lengthBytes)
}

function rewritten(tag: number, content: Uint8Array, end: number): Rewritten {
  return { encoded: der(tag, content), content, tag, end }
}
