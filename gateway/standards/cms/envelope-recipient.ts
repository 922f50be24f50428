/**
 * RecipientInfo (RFC 5652 §6.2): who can open an envelope and how.
 *
 * Two kinds: key transport by RSAES-OAEP with SHA-256 (RFC 4056 §4.1) and key agreement by ephemeral-static ECDH with
 * AES-256 key wrap (RFC 5753 §3.1). RSAES-PKCS1-v1_5 is refused: CRYPTREC keeps it for old messages only.
 */
import { type AcceptedHash, KEY_DERIVATIONS, nameOf } from "../algorithms/permitted.ts"
import { Malformed } from "../malformed.ts"
import { type CertificateIdentifier, issuerAndSerial, subjectKey } from "./certificate-identifier.ts"
import { type Der, DerParts, TAG, childrenOf } from "./der.ts"
import { bitStringOctets, octetsOf, oidOf, smallInteger } from "./der-values.ts"
import { OID } from "./oids.ts"

export interface KeyTransport {
  readonly kind: "rsaes-oaep"
  readonly rid: CertificateIdentifier
  readonly encryptedKey: Uint8Array
}
export interface KeyAgreement {
  readonly kind: "ecdh"
  readonly rid: CertificateIdentifier
  /** Uncompressed point of the sender's ephemeral key. */
  readonly originatorPoint: Uint8Array
  readonly kdfHash: AcceptedHash
  /** AlgorithmIdentifier of the key wrap, exactly as written: it enters the KDF (RFC 5753 §7.2). */
  readonly keyInfo: Uint8Array
  /** User keying material, null when absent. */
  readonly ukm: Uint8Array | null
  readonly encryptedKey: Uint8Array
}
export type EnvelopeRecipient = KeyTransport | KeyAgreement

const refused = (message: string) => new Malformed("ENVELOPE_RECIPIENT", "RFC 5652 §6.2", message)

/** One RecipientInfo; a KeyAgreeRecipientInfo may stand for several recipients. Throws Malformed ENVELOPE_RECIPIENT. */
export function readRecipientInfo(info: Der): readonly EnvelopeRecipient[] {
  if (info.tag === TAG.sequence) return [readKeyTransport(info)]
  if (info.tag === 0xa1) return readKeyAgreement(info)
  throw refused("neither key transport nor key agreement")
}

function readKeyTransport(info: Der): KeyTransport {
  const parts = new DerParts(info, "KeyTransRecipientInfo")
  const version = smallInteger(parts.take())
  const ski = parts.maybe(0x80)
  if (version !== (ski === null ? 0 : 2)) throw refused("version")
  const rid = ski === null ? issuerAndSerial(parts.take()) : subjectKey(ski.content)
  expectOaepSha256(parts.take())
  const encryptedKey = octetsOf(parts.take())
  parts.end()
  return { kind: "rsaes-oaep", rid, encryptedKey }
}

/** RSAES-OAEP-params (RFC 4055 §4.1) with SHA-256 twice and the empty label. */
function expectOaepSha256(algorithm: Der): void {
  const parts = new DerParts(algorithm, "keyEncryptionAlgorithm")
  const name = oidOf(parts.take())
  if (name !== OID.rsaesOaep)
    throw new Malformed("ENVELOPE_KEY_TRANSPORT", "RFC 8017 §7.1", `key transport by ${nameOf(name)}`)
  const parameters = new DerParts(parts.take(), "RSAES-OAEP-params")
  const [hash, mask] = [parameters.maybe(0xa0), parameters.maybe(0xa1)]
  // What is not stated is SHA-1 (RFC 4055 §4.1).
  if (hash === null || mask === null || !isSha256(hash, mask))
    throw new Malformed("ENVELOPE_KEY_TRANSPORT", "RFC 8017 §7.1", "OAEP without SHA-256")
  if (parameters.rest().length > 0) throw refused("OAEP label")
  parts.end()
}

function isSha256(hash: Der, mask: Der): boolean {
  const mgf = new DerParts(new DerParts(mask, "maskGenAlgorithm", 0xa1).take(), "MGF")
  const isMgf1 = oidOf(mgf.take()) === OID.mgf1
  const hashes = [new DerParts(hash, "hashAlgorithm", 0xa0).take(), mgf.take()].map(hashOf)
  return isMgf1 && hashes.every((each) => each === OID.sha256)
}

const hashOf = (algorithm: Der) => oidOf(new DerParts(algorithm, "hash").take())

function readKeyAgreement(info: Der): readonly KeyAgreement[] {
  const parts = new DerParts(info, "KeyAgreeRecipientInfo", 0xa1)
  if (smallInteger(parts.take()) !== 3) throw refused("version")
  const originatorPoint = readOriginator(parts.take(0xa0))
  const ukmPart = parts.maybe(0xa1)
  const ukm = ukmPart === null ? null : octetsOf(new DerParts(ukmPart, "ukm", 0xa1).take())
  const algorithm = new DerParts(parts.take(), "keyEncryptionAlgorithm")
  const agreement = oidOf(algorithm.take())
  const kdfHash = KEY_DERIVATIONS[agreement]
  if (kdfHash === undefined) throw refused(`key agreement by ${nameOf(agreement)}`)
  const wrap = algorithm.take()
  algorithm.end()
  const wrapName = oidOf(new DerParts(wrap, "KeyWrapAlgorithm").take())
  if (wrapName !== OID.aes256Wrap) throw refused(`key wrap by ${nameOf(wrapName)}`)
  const keys = childrenOf(parts.take(TAG.sequence)).map(readEncryptedKey)
  parts.end()
  return keys.map((key) => ({ kind: "ecdh", originatorPoint, kdfHash, keyInfo: wrap.encoded, ukm, ...key }))
}

function readOriginator(originator: Der): Uint8Array {
  const key = new DerParts(
    new DerParts(originator, "originator", 0xa0).take(0xa1),
    "OriginatorPublicKey",
    0xa1,
  )
  const algorithm = new DerParts(key.take(), "algorithm")
  if (oidOf(algorithm.take()) !== OID.ecPublicKey) throw refused("originator key is not EC")
  checkCurve(algorithm)
  const point = bitStringOctets(key.take())
  key.end()
  return point
}

/** RFC 5753 §7.1.2: absent, NULL, or the recipient's own curve, which is the one that counts. */
function checkCurve(algorithm: DerParts): void {
  const isNull = algorithm.maybe(TAG.null) !== null
  const curve = isNull ? null : algorithm.maybe(TAG.oid)
  algorithm.end()
  const isKnown = curve === null || [OID.p256, OID.p384].some((each) => each === oidOf(curve))
  if (!isKnown) throw refused("originator key is on another curve")
}

function readEncryptedKey(value: Der): Pick<KeyAgreement, "rid" | "encryptedKey"> {
  const parts = new DerParts(value, "RecipientEncryptedKey")
  const rKeyId = parts.maybe(0xa0)
  const rid =
    rKeyId === null
      ? issuerAndSerial(parts.take())
      : subjectKey(octetsOf(new DerParts(rKeyId, "rKeyId", 0xa0).take()))
  const encryptedKey = octetsOf(parts.take())
  parts.end()
  return { rid, encryptedKey }
}
