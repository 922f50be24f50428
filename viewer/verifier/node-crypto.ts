/**
 * `node:crypto` for the verifier page: exactly what the shared standards use of it, with the same answers (a test compares).
 * vite puts this in its place, so that page and gateway verify by the same code. Nothing here makes or keeps a secret.
 */
import { p256, p384, p521 } from "@noble/curves/nist"
import { sha1 } from "@noble/hashes/legacy"
import { sha256, sha384, sha512 } from "@noble/hashes/sha2"
import { concatBytes } from "@noble/hashes/utils"
import { DerParts, readDer } from "../../gateway/standards/cms/der.ts"
import { bitStringOctets, integerOctets, oidOf } from "../../gateway/standards/cms/der-values.ts"
import { bitsOf, type Hash, numberOf, pkcs1Checks, pssChecks, type RsaKey } from "./rsa.ts"

const HASHES: Readonly<Record<string, Hash>> = { sha1, sha256, sha384, sha512 }

/** Node's numbers. */
export const constants = { RSA_PKCS1_PADDING: 1, RSA_PKCS1_PSS_PADDING: 6 } as const

function hashOf(name: string): Hash {
  const hash = HASHES[name]
  if (hash === undefined) throw new Error(`digest ${name} is not supported`)
  return hash
}

class RunningHash {
  readonly #hash: Hash
  readonly #pieces: Uint8Array[] = []

  constructor(hash: Hash) {
    this.#hash = hash
  }

  update(octets: Uint8Array | string): this {
    this.#pieces.push(typeof octets === "string" ? new TextEncoder().encode(octets) : Uint8Array.from(octets))
    return this
  }

  digest(): Buffer
  digest(encoding: "hex"): string
  digest(encoding?: "hex"): Buffer | string {
    const digest = Buffer.from(this.#hash(concatBytes(...this.#pieces)))
    return encoding === undefined ? digest : digest.toString(encoding)
  }
}

export const createHash = (name: string): RunningHash => new RunningHash(hashOf(name))

const CURVES = {
  "1.2.840.10045.3.1.7": { name: "prime256v1", curve: p256 },
  "1.3.132.0.34": { name: "secp384r1", curve: p384 },
  "1.3.132.0.35": { name: "secp521r1", curve: p521 },
} as const
const RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
const EC_PUBLIC_KEY = "1.2.840.10045.2.1"

type Curve = (typeof CURVES)[keyof typeof CURVES]["curve"]
type Inside = { readonly rsa: RsaKey } | { readonly curve: Curve; readonly point: Uint8Array }

/** A public key, with the words Node has for it. */
export interface KeyObject {
  readonly asymmetricKeyType: "rsa" | "ec"
  readonly asymmetricKeyDetails: {
    readonly modulusLength?: number
    readonly publicExponent?: bigint
    readonly namedCurve?: string
  }
  readonly inside: Inside
}

/** Throws for a key of another kind, as Node does for one that it cannot read. */
export function createPublicKey({ key }: { readonly key: Uint8Array }): KeyObject {
  const spki = new DerParts(readDer(key), "SubjectPublicKeyInfo")
  const algorithm = new DerParts(spki.take(), "AlgorithmIdentifier")
  const octets = bitStringOctets(spki.take())
  spki.end()
  const kind = oidOf(algorithm.take())
  if (kind === RSA_ENCRYPTION) return rsaKey(octets)
  if (kind !== EC_PUBLIC_KEY) throw new Error("unsupported key")
  return ecKey(oidOf(algorithm.take()), octets)
}

function rsaKey(octets: Uint8Array): KeyObject {
  const parts = new DerParts(readDer(octets), "RSAPublicKey")
  const rsa = {
    modulus: numberOf(integerOctets(parts.take())),
    exponent: numberOf(integerOctets(parts.take())),
  }
  parts.end()
  return {
    asymmetricKeyType: "rsa",
    asymmetricKeyDetails: { modulusLength: bitsOf(rsa.modulus), publicExponent: rsa.exponent },
    inside: { rsa },
  }
}

function ecKey(curveName: string, point: Uint8Array): KeyObject {
  const [, known] = Object.entries(CURVES).find(([oid]) => oid === curveName) ?? []
  if (known === undefined) throw new Error("unsupported curve")
  known.curve.Point.fromHex(Uint8Array.from(point)) // throws for what is no point of it
  return {
    asymmetricKeyType: "ec",
    asymmetricKeyDetails: { namedCurve: known.name },
    inside: { curve: known.curve, point: Uint8Array.from(point) },
  }
}

interface VerifyOptions {
  readonly key: KeyObject
  readonly padding?: number
  readonly dsaEncoding?: "der" | "ieee-p1363"
}

export function verify(
  hashName: string,
  signed: Uint8Array,
  { key: { inside }, padding, dsaEncoding = "der" }: VerifyOptions,
  signature: Uint8Array,
): boolean {
  const hash = hashOf(hashName)
  const digest = hash(Uint8Array.from(signed))
  if ("rsa" in inside)
    return padding === constants.RSA_PKCS1_PSS_PADDING
      ? pssChecks(inside.rsa, hash, digest, signature)
      : pkcs1Checks(inside.rsa, hashName, digest, signature)
  try {
    const format = dsaEncoding === "der" ? "der" : "compact"
    // Node does not mind a high s either.
    const value = Uint8Array.from(signature)
    return inside.curve.verify(value, digest, inside.point, { prehash: false, lowS: false, format })
  } catch {
    return false // no signature of this form at all
  }
}
