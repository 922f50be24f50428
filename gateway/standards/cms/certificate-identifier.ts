/** How CMS names a certificate: by issuer and serial number, or by its key (RFC 5652 §5.3, §6.2.1). */
import type { Certificate } from "../hpki/certificate.ts"
import { type Der, DerParts, TAG } from "./der.ts"
import { integerOctets } from "./der-values.ts"

/** As octets to compare. */
export type CertificateIdentifier =
  | { readonly kind: "issuer-and-serial"; readonly issuer: Uint8Array; readonly serial: Uint8Array }
  | { readonly kind: "subject-key"; readonly keyIdentifier: Uint8Array }

/** The name is compared and not read: of another certificate than ours it need not be of a kind that we know. */
export function issuerAndSerial(value: Der): CertificateIdentifier {
  const parts = new DerParts(value, "IssuerAndSerialNumber")
  const issuer = parts.take(TAG.sequence).encoded
  const serial = integerOctets(parts.take())
  parts.end()
  return { kind: "issuer-and-serial", issuer, serial }
}

export const subjectKey = (keyIdentifier: Uint8Array): CertificateIdentifier => ({
  kind: "subject-key",
  keyIdentifier,
})

export function identifies(identifier: CertificateIdentifier, certificate: Certificate): boolean {
  const { issuer, serial, subjectKeyIdentifier } = certificate
  if (identifier.kind === "subject-key")
    return subjectKeyIdentifier !== null && same(identifier.keyIdentifier, subjectKeyIdentifier)
  return same(identifier.issuer, issuer.encoded) && same(identifier.serial, serial)
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
