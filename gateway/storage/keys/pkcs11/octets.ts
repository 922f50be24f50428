/**
 * The octets of p11-kit's RPC: how the arguments of a PKCS#11 call are written and its results read. Numbers are
 * big-endian; a CK_ULONG takes 8 octets whatever the machine's has.
 */
import { KeyError } from "../../../journey/errors.ts"

/** An attribute by its type; numbers are CK_ULONG, booleans CK_BBOOL. */
export type Attribute = readonly [type: number, value: number | bigint | boolean | Uint8Array]

/** What a length says of an array that is not there. */
const NO_ARRAY = 0xffffffff
const ULONG_BYTES = 8
/** An answer names at most so many slots or objects: more is none of a token's. */
const MAX_ITEMS = 1_024

export function u32(value: number): Buffer {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(value)
  return octets
}

export function ulong(value: number | bigint): Buffer {
  const octets = Buffer.alloc(ULONG_BYTES)
  octets.writeBigUInt64BE(BigInt(value))
  return octets
}

/** Length and octets: as mechanism parameters and attribute values have them. */
export const counted = (octets: Uint8Array): Buffer => Buffer.concat([u32(octets.length), octets])
export const nothing = (): Buffer => u32(NO_ARRAY)

/** `ay`: an argument that is octets. */
export const octetsOf = (octets: Uint8Array): Buffer => Buffer.concat([Buffer.of(1), counted(octets)])

/** `M`: a mechanism, its parameter in the RPC's own layout; null = it takes none. */
export const mechanism = (type: number, parameter: Uint8Array | null): Buffer =>
  Buffer.concat([u32(type), parameter ?? nothing()])

/** `aA`: a template. */
export const template = (attributes: readonly Attribute[]): Buffer =>
  Buffer.concat([u32(attributes.length), ...attributes.map(attribute)])

function attribute([type, value]: Attribute): Buffer {
  if (typeof value === "boolean")
    return Buffer.concat([u32(type), Buffer.of(1), u32(1), Buffer.of(value ? 1 : 0)])
  if (typeof value !== "object")
    return Buffer.concat([u32(type), Buffer.of(1), u32(ULONG_BYTES), ulong(value)])
  return Buffer.concat([u32(type), Buffer.of(1), u32(value.length), counted(value)])
}

/** Reads what a module's process answered. Throws KeyError ERR_KEY_TOKEN where it ends early or says too much. */
export class OctetReader {
  readonly #octets: Buffer
  #at = 0

  constructor(octets: Buffer) {
    this.#octets = octets
  }

  u8(): number {
    return this.#take(1).readUInt8()
  }

  u32(): number {
    return this.#take(4).readUInt32BE()
  }

  ulong(): bigint {
    return this.#take(ULONG_BYTES).readBigUInt64BE()
  }

  /** A copy: the answer itself is wiped. */
  counted(): Uint8Array {
    const length = this.u32()
    return length === NO_ARRAY ? new Uint8Array() : Uint8Array.from(this.#take(length))
  }

  /** `ay`. */
  octets(): Uint8Array {
    return this.u8() === 1 ? this.counted() : unexpected()
  }

  /** `au`. */
  ulongs(): bigint[] {
    const isThere = this.u8() === 1
    const count = this.u32()
    if (count > MAX_ITEMS) return unexpected()
    return isThere ? Array.from({ length: count }, () => this.ulong()) : []
  }

  /** `aAu` of one attribute that is octets; null when the object has none, or keeps it to itself. */
  attribute(): Uint8Array | null {
    if (this.u32() !== 1) return unexpected()
    this.u32()
    if (this.u8() === 0) return null
    this.u32()
    return this.counted()
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#octets.length) return unexpected()
    const taken = this.#octets.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}

function unexpected(): never {
  throw new KeyError("ERR_KEY_TOKEN", "the module's process answers in a form we do not know")
}
