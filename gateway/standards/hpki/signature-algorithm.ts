/**
 * Signature algorithms we believe (RFC 4055, RFC 5758): what the table of algorithms accepts, RSA and ECDSA over SHA-2 with keys
 * of at least RSA-2048 or P-256. SHA-1 is refused; HMAC and "no parameters" tricks cannot be named here at all.
 */
import { type KeyObject, constants, createPublicKey, verify } from "node:crypto"
import { CURVES, MIN_RSA_BITS, SIGNATURES, type SignatureScheme } from "../algorithms/permitted.ts"
import { DerParts, readDer } from "../cms/der.ts"
import { oidOf } from "../cms/der-values.ts"
import { HASHES, OID } from "../cms/oids.ts"

/** Larger keys are no stronger in practice and slow to check. */
const MAX_RSA_BITS = 8192
/** FIPS 186-5 §5.1: larger than 2^16. Small exponents made forgeries of badly checked paddings easy. */
const MIN_RSA_EXPONENT = 65_537n

/** The public key of an SPKI; null when it is too weak or of a kind we do not use. */
export function acceptableKey(spki: Uint8Array): KeyObject | null {
  let key: KeyObject
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" })
  } catch {
    return null // a key nobody can read verifies nothing
  }
  const { modulusLength = 0, publicExponent = 0n, namedCurve = "" } = key.asymmetricKeyDetails ?? {}
  const strong =
    key.asymmetricKeyType === "rsa"
      ? modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS && publicExponent >= MIN_RSA_EXPONENT
      : CURVES.includes(namedCurve)
  return strong ? key : null
}

/**
 * Does `signature` over `signed` check under the key?
 *
 * @param algorithm AlgorithmIdentifier DER; a CMS `rsaEncryption` (RFC 5754 §3.2) takes its hash from `digestHash`
 */
export function signatureChecks(
  algorithm: Uint8Array,
  spki: Uint8Array,
  signed: Uint8Array,
  signature: Uint8Array,
  digestHash?: string,
): boolean {
  const key = acceptableKey(spki)
  const scheme = schemeOf(algorithm, digestHash)
  if (key === null || scheme === null || key.asymmetricKeyType !== scheme.key) return false
  const padding = scheme.pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  return verify(
    scheme.hash,
    signed,
    scheme.key === "rsa" ? { key, padding } : { key, dsaEncoding: "der" },
    signature,
  )
}

type Scheme = Omit<SignatureScheme, "hash"> & { readonly hash: string }

/** Is the AlgorithmIdentifier (DER) of a signature one of those we believe? */
export const isAccepted = (algorithm: Uint8Array): boolean => schemeOf(algorithm, undefined) !== null

function schemeOf(algorithm: Uint8Array, digestHash: string | undefined): Scheme | null {
  const parts = new DerParts(readDer(algorithm), "AlgorithmIdentifier")
  const name = oidOf(parts.take())
  if (name === OID.rsaEncryption && digestHash !== undefined)
    return { key: "rsa", hash: digestHash, pss: false }
  if (name !== OID.rsassaPss) return SIGNATURES[name] ?? null
  const hash = pssHash(parts.take())
  return hash === null ? null : { key: "rsa", hash, pss: true }
}

/** RSASSA-PSS-params (RFC 4055 §3.1): the hash must be stated, because its default is SHA-1. */
function pssHash(parameters: Parameters<typeof oidOf>[0]): string | null {
  const explicit = new DerParts(parameters, "RSASSA-PSS-params").maybe(0xa0)
  if (explicit === null) return null
  return HASHES[oidOf(new DerParts(new DerParts(explicit, "hash", 0xa0).take(), "hash").take())] ?? null
}
