/**
 * RSA signatures, checked (RFC 8017 §8.1.2, §8.2.2). A public key has no secret to leak by its timing; 17 multiplications of
 * BigInt are faster than any library that has to run without it.
 */
import { concatBytes, createView } from "@noble/hashes/utils"

export type Hash = (octets: Uint8Array) => Uint8Array

export interface RsaKey {
  readonly modulus: bigint
  readonly exponent: bigint
}

export const bitsOf = (value: bigint): number => value.toString(2).length

export function numberOf(octets: Uint8Array): bigint {
  return octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n)
}

function octetsOf(value: bigint, lengthBytes: number): Uint8Array {
  const hex = value.toString(16).padStart(2 * lengthBytes, "0")
  return Uint8Array.from({ length: lengthBytes }, (_, at) => parseInt(hex.slice(2 * at, 2 * at + 2), 16))
}

/** RSAVP1 (§5.2.2); null for a signature of another length, or not below the modulus. */
function recovered({ modulus, exponent }: RsaKey, signature: Uint8Array): bigint | null {
  const value = numberOf(signature)
  if (signature.length !== Math.ceil(bitsOf(modulus) / 8) || value >= modulus) return null
  let [result, base] = [1n, value]
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * base) % modulus
    base = (base * base) % modulus
  }
  return result
}

/** DigestInfo up to the digest, DER (§9.2 note 1). */
const DIGEST_INFO: Readonly<Record<string, string>> = {
  sha1: "3021300906052b0e03021a05000414",
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
}

/** PKCS#1 v1.5: what must stand there is made and compared whole, so that nothing of it is ever parsed. */
export function pkcs1Checks(
  key: RsaKey,
  hashName: string,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const message = recovered(key, signature)
  const prefix = DIGEST_INFO[hashName]
  if (message === null || prefix === undefined) return false
  const info = concatBytes(
    Uint8Array.from(prefix.match(/../g) ?? [], (hex) => parseInt(hex, 16)),
    digest,
  )
  const fill = signature.length - info.length - 3
  if (fill < 8) return false
  const wanted = concatBytes(Uint8Array.of(0, 1), new Uint8Array(fill).fill(0xff), Uint8Array.of(0), info)
  return message === numberOf(wanted)
}

/** PSS with MGF1 of the same hash, salt of any length (§9.1.2), as OpenSSL checks it by default. */
export function pssChecks(key: RsaKey, hash: Hash, digest: Uint8Array, signature: Uint8Array): boolean {
  const emBits = bitsOf(key.modulus) - 1
  const emBytes = Math.ceil(emBits / 8)
  const message = recovered(key, signature)
  if (message === null || bitsOf(message) > emBits || emBytes < digest.length + 2) return false
  const encoded = octetsOf(message, emBytes)
  const dbBytes = emBytes - digest.length - 1
  if (encoded.at(-1) !== 0xbc) return false
  const h = encoded.subarray(dbBytes, -1)
  const db = masked(encoded.subarray(0, dbBytes), mgf1(hash, h, dbBytes))
  db[0] = (db[0] ?? 0) & (0xff >> (8 * emBytes - emBits))
  const one = db.findIndex((octet) => octet !== 0)
  if (one < 0 || db[one] !== 1) return false
  const wanted = hash(concatBytes(new Uint8Array(8), digest, db.subarray(one + 1)))
  return numberOf(wanted) === numberOf(h)
}

const masked = (octets: Uint8Array, mask: Uint8Array): Uint8Array =>
  octets.map((octet, at) => octet ^ (mask[at] ?? 0))

/** §B.2.1 */
function mgf1(hash: Hash, seed: Uint8Array, lengthBytes: number): Uint8Array {
  const pieces: Uint8Array[] = []
  for (let counter = 0, length = 0; length < lengthBytes; counter++) {
    const octets = new Uint8Array(4)
    createView(octets).setUint32(0, counter)
    const piece = hash(concatBytes(seed, octets))
    pieces.push(piece)
    length += piece.length
  }
  return concatBytes(...pieces).subarray(0, lengthBytes)
}
