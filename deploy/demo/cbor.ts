/** The little CBOR (RFC 8949) an authenticator writes: integers, text, bytes and maps of them, definite lengths. */

export type Cbor = number | string | Uint8Array | ReadonlyMap<number | string, Cbor>

const UNSIGNED = 0
const NEGATIVE = 1
const BYTES = 2
const TEXT = 3
const MAP = 5

/** Maps keep the order given: CTAP2's canonical order is the caller's business. */
export function encodeCbor(value: Cbor): Uint8Array {
  if (typeof value === "number") return value < 0 ? head(NEGATIVE, -1 - value) : head(UNSIGNED, value)
  if (typeof value === "string") {
    const text = Buffer.from(value, "utf8")
    return Buffer.concat([head(TEXT, text.length), text])
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(BYTES, value.length), value])
  const entries = [...value].flatMap(([key, item]) => [encodeCbor(key), encodeCbor(item)])
  return Buffer.concat([head(MAP, value.size), ...entries])
}

/** RFC 8949 §3: major type and argument, in the shortest form; arguments up to 65535 are all that occurs here. */
function head(major: number, argument: number): Uint8Array {
  const type = major << 5
  if (argument < 24) return Buffer.from([type | argument])
  if (argument < 256) return Buffer.from([type | 24, argument])
  if (argument < 65_536) return Buffer.from([type | 25, argument >> 8, argument & 0xff])
  throw new RangeError(`CBOR argument ${argument} is longer than an authenticator needs`)
}
