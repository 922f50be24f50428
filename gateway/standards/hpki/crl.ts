/** Certificate revocation lists (RFC 5280 §5): complete lists as values. revocation.ts judges with them. */
import { Malformed } from "../malformed.ts"
import { type Der, DerParts, TAG, childrenOf, readDer } from "../cms/der.ts"
import { bitStringOctets, booleanOf, integerOctets, smallInteger, timeOf } from "../cms/der-values.ts"
import { EXTENSION, type Extension, readExtension, readExtensionList, readFullName } from "./extensions.ts"
import { type Name, readName } from "./name.ts"

/** MEDIS and JMA lists are some hundred kB. */
export const MAX_CRL_LENGTH_BYTES = 1 << 24

export interface Crl {
  readonly encoded: Uint8Array
  readonly tbs: Uint8Array
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  readonly issuer: Name
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly revoked: readonly RevokedCertificate[]
  /** Which certificates of the issuer the list covers (IssuingDistributionPoint). */
  readonly covers: "all" | "users" | "authorities"
  /** Names of the one distribution point whose certificates it covers (`readFullName`); null = every one of the issuer's. */
  readonly distributionPoint: readonly string[] | null
  /** Certificates that expired since then stay on the list (X.509 expiredCertsOnCRL); null = they may leave it. */
  readonly keepsExpiredSince: Date | null
}

export interface RevokedCertificate {
  readonly serial: Uint8Array
  readonly revocationDate: Date
  /** CRLReason (RFC 5280 §5.3.1); 0 = unspecified. */
  readonly reason: number
  readonly invalidityDate: Date | null
}

export const REASON = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  superseded: 4,
  certificateHold: 6,
} as const

/** Throws Malformed DER or CRL; delta and indirect lists, and those for some reasons only, are refused. */
export function readCrl(encoded: Uint8Array): Crl {
  if (encoded.length > MAX_CRL_LENGTH_BYTES) throw malformed("longer than 16 MiB")
  const outer = new DerParts(readDer(encoded), "CertificateList")
  const tbs = outer.take(TAG.sequence)
  const signatureAlgorithm = outer.take(TAG.sequence).encoded
  const signature = bitStringOctets(outer.take())
  outer.end()
  return { encoded, tbs: tbs.encoded, signatureAlgorithm, signature, ...readTbs(tbs, signatureAlgorithm) }
}

function readTbs(tbs: Der, signatureAlgorithm: Uint8Array) {
  const parts = new DerParts(tbs, "TBSCertList")
  const version = parts.maybe(TAG.integer)
  if (version === null || smallInteger(version) !== 1) throw malformed("not version 2")
  if (Buffer.compare(parts.take().encoded, signatureAlgorithm) !== 0)
    throw malformed("two signature algorithms")
  const issuer = readName(parts.take(TAG.sequence))
  const thisUpdate = timeOf(parts.take())
  // RFC 5280 §5.1.2.5: nextUpdate is mandatory; without it a list would never grow old.
  const nextUpdate = timeOf(parts.take())
  const revokedPart = parts.maybe(TAG.sequence)
  const extensions = readExtensionList(parts.maybe(0xa0))
  parts.end()
  const revoked = revokedPart === null ? [] : childrenOf(revokedPart).map(readRevoked)
  return { issuer, thisUpdate, nextUpdate, revoked, ...readScope(extensions) }
}

function readRevoked(value: Der): RevokedCertificate {
  const parts = new DerParts(value, "revokedCertificate")
  const serial = integerOctets(parts.take())
  const revocationDate = timeOf(parts.take())
  const list = parts.maybe(TAG.sequence)
  parts.end()
  const extensions = list === null ? [] : childrenOf(list).map(readExtension)
  const reason = find(extensions, EXTENSION.reasonCode)
  refuseCritical(extensions, [EXTENSION.reasonCode, EXTENSION.invalidityDate])
  return {
    serial,
    revocationDate,
    reason: reason === null ? REASON.unspecified : smallInteger(reason, TAG.enumerated),
    invalidityDate: readInvalidityDate(extensions),
  }
}

/** Since when the key was no longer its holder's (RFC 5280 §5.3.2); OCSP answers carry it too. */
export function readInvalidityDate(extensions: readonly Extension[]): Date | null {
  const date = find(extensions, EXTENSION.invalidityDate)
  return date === null ? null : timeOf(date)
}

function readScope(
  extensions: readonly Extension[],
): Pick<Crl, "covers" | "distributionPoint" | "keepsExpiredSince"> {
  if (find(extensions, EXTENSION.deltaCRLIndicator) !== null) throw malformed("delta list")
  refuseCritical(extensions, [EXTENSION.issuingDistributionPoint, EXTENSION.authorityKeyIdentifier])
  const expired = find(extensions, EXTENSION.expiredCertsOnCRL)
  const keepsExpiredSince = expired === null ? null : timeOf(expired)
  const point = find(extensions, EXTENSION.issuingDistributionPoint)
  if (point === null) return { covers: "all", distributionPoint: null, keepsExpiredSince }
  return { ...readDistributionPoint(point), keepsExpiredSince }
}

/** IssuingDistributionPoint (RFC 5280 §5.2.5). */
function readDistributionPoint(point: Der): Pick<Crl, "covers" | "distributionPoint"> {
  const parts = childrenOf(point)
  const name = parts.find(({ tag }) => tag === 0xa0)
  const flags = parts.filter((part) => part !== name)
  const set = (number: number) => {
    const flag = flags.find(({ tag }) => tag === (0x80 | number))
    return flag !== undefined && booleanOf({ ...flag, tag: TAG.boolean })
  }
  // onlySomeReasons [3], indirectCRL [4], onlyContainsAttributeCerts [5]
  if (flags.some(({ tag }) => tag === 0x83) || set(4) || set(5)) throw malformed("partial or indirect list")
  return {
    covers: set(1) ? "users" : set(2) ? "authorities" : "all",
    distributionPoint: name === undefined ? null : readFullName(name),
  }
}

function find(extensions: readonly Extension[], id: string): Der | null {
  const extension = extensions.find((candidate) => candidate.id === id)
  return extension === undefined ? null : readDer(extension.value)
}

/** RFC 5280 §5.2: a list with a critical extension one does not know must not be used. */
function refuseCritical(extensions: readonly Extension[], known: readonly string[]): void {
  const foreign = extensions.find(({ id, critical }) => critical && !known.includes(id))
  if (foreign !== undefined) throw malformed(`critical extension ${foreign.id}`)
}

const malformed = (message: string) => new Malformed("CRL", "RFC 5280 §5", message)
