/**
 * Writing certificates and revocation lists (RFC 5280 §4.1, §5.1): for demo and test authorities, and for a reading
 * centre's own, which certifies the gateways of hospitals. Never for persons.
 * The issuer's key is a function, so this file holds no secret and no chance.
 */
import {
  bitString,
  context,
  contextPrimitive,
  integer,
  oid,
  sequence,
  time,
  boolean,
  der,
  namedBitString,
  octetString,
  printableString,
  setOf,
  utf8String,
} from "../cms/der-write.ts"
import { TAG } from "../cms/der.ts"
import type { Certificate } from "./certificate.ts"
import { EXTENSION, KEY_USAGES, type KeyUsage } from "./extensions.ts"
import { keyIdentifier } from "./key-identifier.ts"
import { ATTRIBUTE_TYPES } from "./name.ts"

/** Who signs: the name and key that stand in what is issued, and the private half as a function. */
export interface Issuer {
  /** Name DER. */
  readonly subject: Uint8Array
  readonly spki: Uint8Array
  /** AlgorithmIdentifier DER. */
  readonly algorithm: Uint8Array
  /** X.509 signature value (ECDSA as DER). */
  sign(bytes: Uint8Array): Uint8Array
}

export interface CertificateInput {
  /** Big-endian magnitude; at most 8 octets, because libxml2 cannot hold more in ds:X509SerialNumber. */
  readonly serial: Uint8Array
  readonly subject: Uint8Array
  readonly spki: Uint8Array
  readonly notBefore: Date
  readonly notAfter: Date
  /** Extension DER, in order. */
  readonly extensions: readonly Uint8Array[]
}

export function issueCertificate(input: CertificateInput, issuer: Issuer): Uint8Array {
  const tbs = sequence(
    context(0, integer(2)),
    integer(input.serial),
    issuer.algorithm,
    issuer.subject,
    sequence(time(input.notBefore), time(input.notAfter)),
    input.subject,
    input.spki,
    context(3, sequence(...input.extensions)),
  )
  return sequence(tbs, issuer.algorithm, bitString(issuer.sign(tbs)))
}

export interface CrlInput {
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly number: number
  readonly revoked: readonly {
    /** INTEGER octets. */
    readonly serial: Uint8Array
    readonly revocationDate: Date
    readonly reason: number
    readonly invalidityDate?: Date
  }[]
}

export function issueCrl(input: CrlInput, issuer: Issuer): Uint8Array {
  const entries = input.revoked.map((entry) => {
    const reason = extension(EXTENSION.reasonCode, false, der(TAG.enumerated, Uint8Array.of(entry.reason)))
    const invalidity =
      entry.invalidityDate === undefined
        ? []
        : [extension(EXTENSION.invalidityDate, false, generalizedTime(entry.invalidityDate))]
    return sequence(
      der(TAG.integer, entry.serial),
      time(entry.revocationDate),
      sequence(reason, ...invalidity),
    )
  })
  const extensions = sequence(
    authorityKeyIdentifier(issuer.spki),
    extension(EXTENSION.cRLNumber, false, integer(input.number)),
  )
  const tbs = sequence(
    integer(1),
    issuer.algorithm,
    issuer.subject,
    time(input.thisUpdate),
    time(input.nextUpdate),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    context(0, extensions),
  )
  return sequence(tbs, issuer.algorithm, bitString(issuer.sign(tbs)))
}

const generalizedTime = (at: Date) =>
  der(TAG.generalizedTime, Buffer.from(`${at.toISOString().replace(/[-:T]|\.\d+Z$/g, "")}Z`, "latin1"))

/** Name DER from pairs such as `["C", "JP"]`; C and serialNumber are PrintableString, the rest UTF-8. */
export function writeName(...attributes: readonly (readonly [type: string, value: string])[]): Uint8Array {
  const rdns = attributes.map(([type, value]) => {
    const [id = type] = Object.entries(ATTRIBUTE_TYPES).find(([, name]) => name === type) ?? []
    const text = type === "C" || type === "serialNumber" ? printableString(value) : utf8String(value)
    return setOf(sequence(oid(id), text))
  })
  return sequence(...rdns)
}

export function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value))
}

export const subjectKeyIdentifier = (spki: Uint8Array) =>
  extension(EXTENSION.subjectKeyIdentifier, false, octetString(keyIdentifier(spki)))

/** With `certificate` also the issuer and serial number of the authority's own certificate, as HPKI CAs write it. */
export function authorityKeyIdentifier(spki: Uint8Array, certificate?: Certificate): Uint8Array {
  const keyIdentifierPart = contextPrimitive(0, keyIdentifier(spki))
  if (certificate === undefined)
    return extension(EXTENSION.authorityKeyIdentifier, false, sequence(keyIdentifierPart))
  const issuer = context(1, context(4, certificate.issuer.encoded))
  const value = sequence(keyIdentifierPart, issuer, contextPrimitive(2, certificate.serial))
  return extension(EXTENSION.authorityKeyIdentifier, false, value)
}

export const keyUsage = (...usages: readonly KeyUsage[]) =>
  extension(EXTENSION.keyUsage, true, namedBitString(...usages.map((usage) => KEY_USAGES.indexOf(usage))))

export const extKeyUsage = (critical: boolean, ...purposes: readonly string[]) =>
  extension(EXTENSION.extKeyUsage, critical, sequence(...purposes.map(oid)))

export const certificateAuthority = () => extension(EXTENSION.basicConstraints, true, sequence(boolean(true)))

export const certificatePolicy = (policy: string) =>
  extension(EXTENSION.certificatePolicies, true, sequence(sequence(oid(policy))))

export const crlDistributionPoint = (uri: string) =>
  extension(
    EXTENSION.cRLDistributionPoints,
    false,
    sequence(sequence(context(0, context(0, contextPrimitive(6, Buffer.from(uri, "latin1")))))),
  )

/** subjectAltName from GeneralName DER values. */
export const alternativeNames = (...names: readonly Uint8Array[]) =>
  extension(EXTENSION.subjectAltName, false, sequence(...names))
export const dnsName = (name: string) => contextPrimitive(2, Buffer.from(name, "latin1"))
export const ipv4Address = (...octets: readonly number[]) => contextPrimitive(7, Uint8Array.from(octets))
export const directoryName = (name: Uint8Array) => context(4, name)
