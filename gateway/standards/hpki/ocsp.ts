/**
 * OCSP responses (RFC 6960 §4.2) as values. Whether an answer is to be believed, and what it proves, is decided in
 * ocsp-evidence.ts.
 */
import { Malformed } from "../malformed.ts"
import { type Der, DerParts, TAG, childrenOf, readDer } from "../cms/der.ts"
import { bitStringOctets, integerOctets, octetsOf, oidOf, smallInteger, timeOf } from "../cms/der-values.ts"
import { type Certificate, readCertificate } from "./certificate.ts"
import { REASON, type RevokedCertificate, readInvalidityDate } from "./crl.ts"
import { type Extension, readExtensionList } from "./extensions.ts"

/** An answer about one certificate with its responder's certificate is about 2 kB. */
export const MAX_OCSP_LENGTH_BYTES = 1 << 16
const MAX_ANSWERS = 64
const MAX_CERTIFICATES = 4

export const OCSP = {
  basic: "1.3.6.1.5.5.7.48.1.1",
  nonce: "1.3.6.1.5.5.7.48.1.2",
} as const

/** OCSPResponseStatus other than successful (§4.2.1). */
const REFUSALS: Readonly<Record<number, string>> = {
  1: "malformedRequest",
  2: "internalError",
  3: "tryLater",
  5: "sigRequired",
  6: "unauthorized",
}

/** CertID (§4.1.1). Its hashes only name the issuer, so SHA-1 serves; that the key is the issuer's, the signature says. */
export interface CertId {
  readonly hashAlgorithm: string
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  /** INTEGER octets. */
  readonly serial: Uint8Array
}

export interface OcspAnswer {
  readonly certId: CertId
  readonly status: "good" | "revoked" | "unknown"
  /** With `revoked` only. */
  readonly revoked: RevokedCertificate | null
  readonly thisUpdate: Date
  /** null: the responder promises nothing about the time to come. */
  readonly nextUpdate: Date | null
}

export interface OcspResponse {
  /** As it came: OCSPResponse, or the BasicOCSPResponse inside. */
  readonly encoded: Uint8Array
  readonly tbs: Uint8Array
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  /** Name DER, or SHA-1 of the responder's key. */
  readonly responder: { readonly by: "name" | "key"; readonly value: Uint8Array }
  readonly producedAt: Date
  readonly answers: readonly OcspAnswer[]
  /** nonce extension value as written; null when absent. */
  readonly nonce: Uint8Array | null
  /** Of a delegated responder; they prove nothing by themselves. */
  readonly certificates: readonly Certificate[]
}

/** Throws Malformed DER, OCSP or OCSP_REFUSED; the latter when the responder did not answer. */
export function readOcspResponse(encoded: Uint8Array): OcspResponse {
  if (encoded.length > MAX_OCSP_LENGTH_BYTES) throw malformed("longer than 64 KiB")
  const outer = readDer(encoded)
  const [first] = childrenOf(outer)
  // XAdES encapsulates an OCSPResponse, CAdES the BasicOCSPResponse alone; both are met.
  const basic = first?.tag === TAG.enumerated ? readDer(basicInside(outer)) : outer
  return { encoded, ...readBasic(basic) }
}

function basicInside(response: Der): Uint8Array {
  const parts = new DerParts(response, "OCSPResponse")
  const status = smallInteger(parts.take(), TAG.enumerated)
  if (status !== 0)
    throw new Malformed("OCSP_REFUSED", "RFC 6960 §4.2.1", REFUSALS[status] ?? `status ${status}`)
  const bytes = new DerParts(new DerParts(parts.take(0xa0), "responseBytes", 0xa0).take(), "ResponseBytes")
  parts.end()
  if (oidOf(bytes.take()) !== OCSP.basic) throw malformed("not id-pkix-ocsp-basic")
  return octetsOf(bytes.take())
}

function readBasic(basic: Der): Omit<OcspResponse, "encoded"> {
  const parts = new DerParts(basic, "BasicOCSPResponse")
  const tbs = parts.take(TAG.sequence)
  const signatureAlgorithm = parts.take(TAG.sequence).encoded
  const signature = bitStringOctets(parts.take())
  const set = parts.maybe(0xa0)
  parts.end()
  const certificates = set === null ? [] : childrenOf(new DerParts(set, "certs", 0xa0).take())
  if (certificates.length > MAX_CERTIFICATES) throw malformed("too many certificates")
  return {
    tbs: tbs.encoded,
    signatureAlgorithm,
    signature,
    certificates: certificates.map((one) => readCertificate(one.encoded)),
    ...readResponseData(tbs),
  }
}

function readResponseData(tbs: Der): Pick<OcspResponse, "responder" | "producedAt" | "answers" | "nonce"> {
  const parts = new DerParts(tbs, "ResponseData")
  // version [0] DEFAULT v1: DER leaves it out, and there is no other.
  if (parts.maybe(0xa0) !== null) throw malformed("version is not 1")
  const responder = readResponder(parts.take())
  const producedAt = timeOf(parts.take(TAG.generalizedTime))
  const answers = childrenOf(parts.take(TAG.sequence))
  const extensions = readExtensionList(parts.maybe(0xa1))
  parts.end()
  if (answers.length > MAX_ANSWERS) throw malformed("too many answers")
  refuseCritical(extensions, [OCSP.nonce])
  const nonce = extensions.find(({ id }) => id === OCSP.nonce)?.value ?? null
  return { responder, producedAt, nonce, answers: answers.map(readAnswer) }
}

function readResponder(value: Der): OcspResponse["responder"] {
  if (value.tag === 0xa1)
    return { by: "name", value: new DerParts(value, "byName", 0xa1).take(TAG.sequence).encoded }
  return { by: "key", value: octetsOf(new DerParts(value, "byKey", 0xa2).take()) }
}

function readAnswer(value: Der): OcspAnswer {
  const parts = new DerParts(value, "SingleResponse")
  const certId = readCertId(parts.take())
  const status = parts.take()
  const thisUpdate = timeOf(parts.take(TAG.generalizedTime))
  const next = parts.maybe(0xa0)
  const extensions = readExtensionList(parts.maybe(0xa1))
  parts.end()
  refuseCritical(extensions, [])
  const nextUpdate = next === null ? null : timeOf(new DerParts(next, "nextUpdate", 0xa0).take())
  return { certId, thisUpdate, nextUpdate, ...readStatus(status, certId.serial, extensions) }
}

function readStatus(
  status: Der,
  serial: Uint8Array,
  extensions: readonly Extension[],
): Pick<OcspAnswer, "status" | "revoked"> {
  switch (status.tag) {
    case 0x80:
      return { status: "good", revoked: null }
    case 0x82:
      return { status: "unknown", revoked: null }
    case 0xa1:
      return { status: "revoked", revoked: readRevokedInfo(status, serial, extensions) }
    default:
      throw malformed("no such status")
  }
}

/** The entry a list would have; `invalidityDate` may stand beside it (§4.4.5). */
function readRevokedInfo(
  status: Der,
  serial: Uint8Array,
  extensions: readonly Extension[],
): RevokedCertificate {
  const parts = new DerParts(status, "RevokedInfo", 0xa1)
  const revocationDate = timeOf(parts.take(TAG.generalizedTime))
  const reasonPart = parts.maybe(0xa0)
  parts.end()
  const reason =
    reasonPart === null
      ? REASON.unspecified
      : smallInteger(new DerParts(reasonPart, "revocationReason", 0xa0).take(), TAG.enumerated)
  return { serial, revocationDate, reason, invalidityDate: readInvalidityDate(extensions) }
}

function readCertId(value: Der): CertId {
  const parts = new DerParts(value, "CertID")
  const hashAlgorithm = oidOf(new DerParts(parts.take(), "hashAlgorithm").take())
  const issuerNameHash = octetsOf(parts.take())
  const issuerKeyHash = octetsOf(parts.take())
  const serial = integerOctets(parts.take())
  parts.end()
  return { hashAlgorithm, issuerNameHash, issuerKeyHash, serial }
}

function refuseCritical(extensions: readonly Extension[], known: readonly string[]): void {
  const foreign = extensions.find(({ id, critical }) => critical && !known.includes(id))
  if (foreign !== undefined) throw malformed(`critical extension ${foreign.id}`)
}

const malformed = (message: string) => new Malformed("OCSP", "RFC 6960 §4.2", message)
