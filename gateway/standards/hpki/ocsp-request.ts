/** OCSP requests (RFC 6960 §4.1): about one certificate, unsigned, with a nonce. */
import { createHash } from "node:crypto"
import { NULL, context, der, octetString, oid, sequence } from "../cms/der-write.ts"
import { TAG } from "../cms/der.ts"
import { HASHES, OID } from "../cms/oids.ts"
import type { Certificate } from "./certificate.ts"
import { publicKeyBits } from "./key-identifier.ts"
import { type CertId, OCSP } from "./ocsp.ts"

export const OCSP_REQUEST_MEDIA_TYPE = "application/ocsp-request"
export const OCSP_RESPONSE_MEDIA_TYPE = "application/ocsp-response"
/** RFC 9654 §2.1: responders must take up to 32 octets. */
export const OCSP_NONCE_LENGTH_BYTES = 32

/** Which certificate is meant; SHA-1, because RFC 5019 responders know nothing else. */
export function writeOcspRequest(
  certificate: Certificate,
  issuer: Certificate,
  nonce: Uint8Array,
): Uint8Array {
  const certId = sequence(
    sequence(oid(OID.sha1), NULL),
    octetString(hashed("sha1", issuer.subject.encoded)),
    octetString(hashed("sha1", publicKeyBits(issuer.spki))),
    der(TAG.integer, certificate.serial),
  )
  const extensions = context(2, sequence(sequence(oid(OCSP.nonce), octetString(nonceValue(nonce)))))
  return sequence(sequence(sequence(sequence(certId)), extensions))
}

/** The extension's value, as it must come back. */
export const nonceValue = (nonce: Uint8Array): Uint8Array => octetString(nonce)

/** Does the CertID mean this certificate of this issuer? */
export function isAbout(
  { hashAlgorithm, issuerNameHash, issuerKeyHash, serial }: CertId,
  certificate: Certificate,
  issuer: Certificate,
): boolean {
  const hash = hashAlgorithm === OID.sha1 ? "sha1" : HASHES[hashAlgorithm]
  return (
    hash !== undefined &&
    Buffer.compare(serial, certificate.serial) === 0 &&
    Buffer.compare(issuerNameHash, hashed(hash, issuer.subject.encoded)) === 0 &&
    Buffer.compare(issuerKeyHash, hashed(hash, publicKeyBits(issuer.spki))) === 0
  )
}

const hashed = (hash: string, octets: Uint8Array): Uint8Array => createHash(hash).update(octets).digest()
