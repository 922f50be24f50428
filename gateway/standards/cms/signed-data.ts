/**
 * SignedData with one signer and enclosed content (RFC 5652 §5), as time-stamp tokens are.
 *
 * The outer framing may be BER; certificates and content are DER inside. verifySigner answers only whether the signer's
 * key made the signature over this content; whether the signer is to be believed is the caller's question.
 */
import { createHash } from "node:crypto"
import { type Certificate, readCertificate } from "../hpki/certificate.ts"
import { signatureChecks } from "../hpki/signature-algorithm.ts"
import { type VerdictTest, check, fail } from "../hpki/verdict-test.ts"
import { Malformed } from "../malformed.ts"
import { derFromBer } from "./ber.ts"
import {
  type CertificateIdentifier,
  identifies,
  issuerAndSerial,
  subjectKey,
} from "./certificate-identifier.ts"
import { type Der, DerParts, TAG, childrenOf, readDer } from "./der.ts"
import { der } from "./der-write.ts"
import { octetsOf, oidOf, smallInteger } from "./der-values.ts"
import { HASHES, OID } from "./oids.ts"
import { type CertificateHash, readSigningCertificate } from "./signing-certificate.ts"

const MAX_CERTIFICATES = 16
const SUBJECT_KEY = 0x80
/** RFC 5652 §10.2.2; attribute certificates and those of other formats are passed over. */
const CERTIFICATE_CHOICES: readonly number[] = [TAG.sequence, 0xa0, 0xa1, 0xa2, 0xa3]

export interface SignedData {
  readonly contentType: string
  readonly content: Uint8Array
  /** In the order they came; they help to find the path and prove nothing. */
  readonly certificates: readonly Certificate[]
  /** Not signed: the signed digest of the certificate decides, and this must not contradict it. */
  readonly sid: CertificateIdentifier
  readonly digestAlgorithm: string
  /** AlgorithmIdentifier DER. */
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  /** SET OF Attribute as it was signed (RFC 5652 §5.4). */
  readonly signedAttributes: Uint8Array
  /** The one value of each signed attribute, by type. */
  readonly attributes: ReadonlyMap<string, Der>
}

/** Throws Malformed SIGNED_DATA, DER or BER. */
export function readSignedData(encoded: Uint8Array): SignedData {
  const contentInfo = new DerParts(readDer(derFromBer(encoded)), "ContentInfo")
  if (oidOf(contentInfo.take()) !== OID.signedData) throw malformed("not signed data")
  const signedData = new DerParts(only(contentInfo.take(0xa0), 0xa0), "SignedData")
  contentInfo.end()
  signedData.take(TAG.integer)
  signedData.take(TAG.set)
  const { contentType, content } = readEncapsulated(signedData.take())
  const certificates = readCertificates(signedData.maybe(0xa0))
  signedData.maybe(0xa1)
  const [signer, ...others] = childrenOf(signedData.take(TAG.set))
  signedData.end()
  if (signer === undefined || others.length > 0) throw malformed("not exactly one signer")
  return { contentType, content, certificates, ...readSignerInfo(signer) }
}

function readEncapsulated(value: Der): { contentType: string; content: Uint8Array } {
  const parts = new DerParts(value, "EncapsulatedContentInfo")
  const contentType = oidOf(parts.take())
  const content = octetsOf(only(parts.take(0xa0), 0xa0))
  parts.end()
  return { contentType, content }
}

/** What stands alone in an explicit tag. */
function only(explicit: Der, tag: number): Der {
  const parts = new DerParts(explicit, "content", tag)
  const value = parts.take()
  parts.end()
  return value
}

function readCertificates(set: Der | null): readonly Certificate[] {
  const choices = set === null ? [] : childrenOf(set)
  if (!choices.every(({ tag }) => CERTIFICATE_CHOICES.includes(tag))) throw malformed("not a certificate")
  const encoded = choices.filter(({ tag }) => tag === TAG.sequence)
  if (encoded.length > MAX_CERTIFICATES) throw malformed("too many certificates")
  return encoded.map((one) => readCertificate(one.encoded))
}

function readSignerInfo(signer: Der) {
  const parts = new DerParts(signer, "SignerInfo")
  smallInteger(parts.take())
  const sid = readSid(parts.take())
  const digestAlgorithm = oidOf(new DerParts(parts.take(), "digestAlgorithm").take())
  const attributes = parts.take(0xa0)
  const signatureAlgorithm = parts.take(TAG.sequence).encoded
  const signature = octetsOf(parts.take())
  parts.maybe(0xa1) // unsigned attributes: nobody's word
  parts.end()
  // RFC 5652 §5.4: signed as SET OF, although it stands there as [0].
  const signedAttributes = der(TAG.set, attributes.content)
  return {
    sid,
    digestAlgorithm,
    signatureAlgorithm,
    signature,
    signedAttributes,
    attributes: readAttributes(attributes),
  }
}

const readSid = (value: Der): CertificateIdentifier =>
  value.tag === SUBJECT_KEY ? subjectKey(value.content) : issuerAndSerial(value)

function readAttributes(list: Der): ReadonlyMap<string, Der> {
  const attributes = new Map<string, Der>()
  for (const attribute of childrenOf(list)) {
    const parts = new DerParts(attribute, "Attribute")
    const type = oidOf(parts.take())
    const [value, ...more] = childrenOf(parts.take(TAG.set))
    if (value === undefined || more.length > 0 || attributes.has(type)) throw malformed(`attribute ${type}`)
    attributes.set(type, value)
  }
  return attributes
}

const malformed = (message: string) => new Malformed("SIGNED_DATA", "RFC 5652 §5", message)

export interface SignerCheck {
  /** The certificate the signer bound into the signature; null when it did not come along. */
  readonly signer: Certificate | null
  /** `content-type`, `message-digest`, `signing-certificate`, `signature-value`. */
  readonly tests: readonly VerdictTest[]
}

/** Signature mathematics and the three signed attributes (RFC 5652 §11, RFC 5035 §3). */
export function verifySigner(signed: SignedData): SignerCheck {
  const hash = HASHES[signed.digestAlgorithm]
  const bound = readSigningCertificate(signed.attributes)
  const signer = bound === null ? null : findSigner(signed.certificates, bound)
  const tests = [
    checkContentType(signed),
    checkMessageDigest(signed, hash),
    checkSigningCertificate(signed, signer),
    check(
      "signature-value",
      signer !== null && hash !== undefined && isSignedBy(signed, signer, hash),
      "does not check",
    ),
  ]
  return { signer, tests }
}

function checkSigningCertificate({ sid }: SignedData, signer: Certificate | null): VerdictTest {
  if (signer === null) return fail("signing-certificate", "no certificate fits the signed digest")
  return check("signing-certificate", identifies(sid, signer), "the signer is said to be another")
}

function checkContentType({ attributes, contentType }: SignedData): VerdictTest {
  const value = attributes.get(OID.contentType)
  return check("content-type", value !== undefined && oidOf(value) === contentType, "not as signed")
}

function checkMessageDigest({ attributes, content }: SignedData, hash: string | undefined): VerdictTest {
  const value = attributes.get(OID.messageDigest)
  if (hash === undefined) return fail("message-digest", "digest algorithm is not accepted")
  const digest = createHash(hash).update(content).digest()
  return check("message-digest", value !== undefined && digest.equals(octetsOf(value)), "differs")
}

const findSigner = (certificates: readonly Certificate[], bound: CertificateHash) =>
  certificates.find(({ encoded }) => createHash(bound.hash).update(encoded).digest().equals(bound.digest)) ??
  null

const isSignedBy = (signed: SignedData, signer: Certificate, hash: string) =>
  signatureChecks(signed.signatureAlgorithm, signer.spki, signed.signedAttributes, signed.signature, hash)
