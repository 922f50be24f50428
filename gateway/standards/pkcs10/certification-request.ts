/**
 * Certification requests (PKCS #10, RFC 2986): what a key's holder asks an authority to certify. Written without
 * attributes, and read so: which extensions a certificate gets the authority alone decides, so whoever asks for some,
 * such as for a CA's, is refused.
 */
import { type Der, DerParts, TAG, readDer } from "../cms/der.ts"
import { bitStringOctets, smallInteger } from "../cms/der-values.ts"
import { bitString, context, integer, sequence } from "../cms/der-write.ts"
import { type Name, readName } from "../hpki/name.ts"
import { acceptableKey, signatureChecks } from "../hpki/signature-algorithm.ts"
import { Malformed } from "../malformed.ts"

/** One of a 4096-bit RSA key with a long name has 1.5 KiB. */
export const MAX_REQUEST_LENGTH_BYTES = 4096

export interface CertificationRequest {
  readonly subject: Name
  /** SubjectPublicKeyInfo DER of a key that is strong enough. */
  readonly spki: Uint8Array
}

/** The half with the private key: its public key, and how it signs. */
export interface Requester {
  /** Name DER. */
  readonly subject: Uint8Array
  readonly spki: Uint8Array
  /** AlgorithmIdentifier DER of what `sign` makes. */
  readonly algorithm: Uint8Array
  sign(bytes: Uint8Array): Uint8Array
}

/** CertificationRequest DER. */
export function writeCertificationRequest(requester: Requester): Uint8Array {
  const info = sequence(integer(0), requester.subject, requester.spki, context(0))
  return sequence(info, requester.algorithm, bitString(requester.sign(info)))
}

/** @throws Malformed DER or CERTIFICATION_REQUEST, also when the requester does not hold the key's private half */
export function readCertificationRequest(encoded: Uint8Array): CertificationRequest {
  if (encoded.length > MAX_REQUEST_LENGTH_BYTES) throw malformed("longer than 4 KiB")
  const outer = new DerParts(readDer(encoded), "CertificationRequest")
  const info = outer.take(TAG.sequence)
  const algorithm = outer.take(TAG.sequence).encoded
  const signature = bitStringOctets(outer.take())
  outer.end()
  const read = readInfo(info)
  if (acceptableKey(read.spki) === null) throw malformed("the key is too weak or of a kind we do not use")
  if (!signatureChecks(algorithm, read.spki, info.encoded, signature))
    throw malformed("not signed by the key it is for")
  return read
}

function readInfo(info: Der): CertificationRequest {
  const parts = new DerParts(info, "CertificationRequestInfo")
  if (smallInteger(parts.take()) !== 0) throw malformed("not version 1")
  const subject = readName(parts.take(TAG.sequence))
  const spki = parts.take(TAG.sequence).encoded
  const attributes = parts.maybe(0xa0)
  parts.end()
  if (attributes !== null && attributes.content.length > 0)
    throw malformed("it asks for extensions or other attributes, which the authority decides alone")
  return { subject, spki }
}

const malformed = (message: string) => new Malformed("CERTIFICATION_REQUEST", "RFC 2986 §4", message)
