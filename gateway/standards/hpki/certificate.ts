/**
 * X.509 certificates (RFC 5280 §4) as values. Nothing is judged here: path.ts and profile.ts do.
 * DER only, at most 16 KiB; an extension that occurs twice is refused.
 */
import { Malformed } from "../malformed.ts"
import { type Der, DerParts, TAG, readDer } from "../cms/der.ts"
import { bitStringOctets, integerOctets, smallInteger, timeOf } from "../cms/der-values.ts"
import { type Extension, type Extensions, readExtensionList, readExtensions } from "./extensions.ts"
import { type Name, readName } from "./name.ts"

export const MAX_CERTIFICATE_LENGTH_BYTES = 1 << 14

export interface Certificate extends Extensions {
  readonly encoded: Uint8Array
  /** What the issuer signed. */
  readonly tbs: Uint8Array
  /** AlgorithmIdentifier DER. */
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  /** INTEGER octets, compared as octets. */
  readonly serial: Uint8Array
  readonly issuer: Name
  readonly subject: Name
  readonly notBefore: Date
  readonly notAfter: Date
  /** SubjectPublicKeyInfo DER. */
  readonly spki: Uint8Array
  readonly extensions: readonly Extension[]
}

/** Throws Malformed DER or CERTIFICATE. */
export function readCertificate(encoded: Uint8Array): Certificate {
  if (encoded.length > MAX_CERTIFICATE_LENGTH_BYTES) throw malformed("longer than 16 KiB")
  const outer = new DerParts(readDer(encoded), "Certificate")
  const tbs = outer.take(TAG.sequence)
  const signatureAlgorithm = outer.take(TAG.sequence).encoded
  const signature = bitStringOctets(outer.take())
  outer.end()
  return { encoded, tbs: tbs.encoded, signature, ...readTbs(tbs, signatureAlgorithm) }
}

/** What a peer has shown, leaf first, up to the first that cannot be read: behind it nothing leads on. */
export function readableChain(encoded: readonly Uint8Array[]): readonly Certificate[] {
  const read: Certificate[] = []
  try {
    for (const each of encoded) read.push(readCertificate(each))
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
  }
  return read
}

function readTbs(tbs: Der, signatureAlgorithm: Uint8Array) {
  const parts = new DerParts(tbs, "TBSCertificate")
  readVersion3(parts.maybe(0xa0))
  const serial = integerOctets(parts.take())
  // RFC 5280 §4.1.1.2: the two algorithm fields must be equal.
  if (Buffer.compare(parts.take().encoded, signatureAlgorithm) !== 0)
    throw malformed("two signature algorithms")
  const issuer = readName(parts.take(TAG.sequence))
  const [notBefore, notAfter] = readValidity(parts.take())
  const subject = readName(parts.take(TAG.sequence))
  const spki = parts.take(TAG.sequence).encoded
  const extensions = readExtensionList(parts.maybe(0xa3))
  parts.end()
  const known = readExtensions(extensions)
  return { signatureAlgorithm, serial, issuer, notBefore, notAfter, subject, spki, extensions, ...known }
}

function readVersion3(version: Der | null): void {
  if (version === null || smallInteger(new DerParts(version, "version", 0xa0).take()) !== 2) {
    throw malformed("not an X.509 certificate of version 3 (one without extensions is version 1)")
  }
}

function readValidity(value: Der): [Date, Date] {
  const parts = new DerParts(value, "Validity")
  const validity: [Date, Date] = [timeOf(parts.take()), timeOf(parts.take())]
  parts.end()
  return validity
}

const malformed = (message: string) => new Malformed("CERTIFICATE", "RFC 5280 §4.1", message)

/** The serial number as people and `openssl x509 -serial` write it: upper-case hex. */
export const serialText = (certificate: Pick<Certificate, "serial">): string =>
  Buffer.from(certificate.serial)
    .toString("hex")
    .toUpperCase()
    .replace(/^00(?=.)/, "")

export const sameCertificate = (a: Certificate, b: Certificate): boolean =>
  Buffer.compare(a.encoded, b.encoded) === 0
