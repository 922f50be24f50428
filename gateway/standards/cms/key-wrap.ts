/** How a content-encryption key travels: AES key wrap (RFC 3394), ECC CMS key derivation (RFC 5753 §7), OAEP (RFC 8017 §7.1). */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  publicEncrypt,
  type KeyObject,
} from "node:crypto"
import type { AcceptedHash } from "../algorithms/permitted.ts"
import { Malformed } from "../malformed.ts"
import { context, octetString, sequence } from "./der-write.ts"

/** Where fresh octets come from. */
export interface Chance {
  bytes(length: number): Uint8Array
}

export const CEK_LENGTH_BYTES = 32
const KEK_LENGTH_BYTES = 32
/** RFC 3394 §2.2.3.1 */
const INITIAL_VALUE = Buffer.alloc(8, 0xa6)

export function wrapKey(kek: Uint8Array, cek: Uint8Array): Uint8Array {
  const cipher = createCipheriv("id-aes256-wrap", kek, INITIAL_VALUE)
  return Buffer.concat([cipher.update(cek), cipher.final()])
}

/** Throws Malformed CEK_UNWRAP when the integrity check of the wrap fails. */
export function unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Uint8Array {
  try {
    const decipher = createDecipheriv("id-aes256-wrap", kek, INITIAL_VALUE)
    const cek = decipher.update(wrapped)
    decipher.final()
    return cek
  } catch (cause) {
    throw new Malformed("CEK_UNWRAP", "RFC 3394 §2.2.2", "the key does not unwrap", { cause })
  }
}

export interface KeyDerivation {
  readonly hash: AcceptedHash
  /** AlgorithmIdentifier DER of the key wrap, as it stands in the message. */
  readonly keyInfo: Uint8Array
  /** User keying material. */
  readonly ukm: Uint8Array | null
}

/**
 * What `use` makes of the key-encryption key of 256 bits that comes of a shared secret: ANSI X9.63 KDF over ECC-CMS-SharedInfo
 * (RFC 5753 §7.2). Secret and key are overwritten afterwards.
 */
export function withKek<T>(
  sharedSecret: Uint8Array,
  { hash, keyInfo, ukm }: KeyDerivation,
  use: (kek: Uint8Array) => T,
): T {
  const entityUInfo = ukm === null ? [] : [context(0, octetString(ukm))]
  const suppPubInfo = context(2, octetString(uint32(KEK_LENGTH_BYTES * 8)))
  const sharedInfo = sequence(keyInfo, ...entityUInfo, suppPubInfo)
  // One round is enough: every hash accepted gives at least 32 octets.
  const block = createHash(hash).update(sharedSecret).update(uint32(1)).update(sharedInfo).digest()
  try {
    return use(block.subarray(0, KEK_LENGTH_BYTES))
  } finally {
    block.fill(0)
    sharedSecret.fill(0)
  }
}

/** RSAES-OAEP encryption with SHA-256, MGF1-SHA-256 and the empty label; the seed comes from `chance`. */
export function encryptOaep(key: KeyObject, message: Uint8Array, chance: Chance): Uint8Array {
  const modulusBytes = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8
  const labelHash = createHash("sha256").digest()
  const padding = Buffer.alloc(modulusBytes - message.length - 2 * labelHash.length - 2)
  const block = Buffer.concat([labelHash, padding, Uint8Array.of(1), message])
  const seed = chance.bytes(labelHash.length)
  const maskedBlock = xor(block, mgf1(seed, block.length))
  const maskedSeed = xor(seed, mgf1(maskedBlock, seed.length))
  const encoded = Buffer.concat([Uint8Array.of(0), maskedSeed, maskedBlock])
  try {
    return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded)
  } finally {
    // The masks are made of what they mask: every one of these gives the message away.
    for (const secret of [block, seed, maskedBlock, maskedSeed, encoded]) secret.fill(0)
  }
}

/** RFC 8017 §B.2.1 with SHA-256. */
function mgf1(seed: Uint8Array, lengthBytes: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(lengthBytes / 32) }, (_, counter) =>
    createHash("sha256").update(seed).update(uint32(counter)).digest(),
  )
  return Buffer.concat(blocks).subarray(0, lengthBytes)
}

const xor = (a: Uint8Array, b: Uint8Array) => a.map((octet, i) => octet ^ (b[i] ?? 0))

function uint32(value: number): Uint8Array {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(value)
  return octets
}
