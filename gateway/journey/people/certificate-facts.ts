/** What a second person compares with the card, or with the letter of the authority, before they confirm a certificate. */
import { readCertificate, serialText, type Certificate } from "../../standards/hpki/certificate.ts"
import { japaneseName } from "../../standards/hpki/extensions.ts"
import { JAPANESE_CODING_SCHEME } from "../../standards/hpki/hc-role.ts"
import type { CertificateFacts } from "../views/account.ts"
import { sha256Hex } from "../../standards/sha256.ts"

/** SHA-256 of the DER, lower-case hex: what `openssl x509 -noout -fingerprint -sha256` prints without its colons. */
export const fingerprintOf = (certificate: Uint8Array): string => sha256Hex(certificate)

/** @param certificate DER. Throws Malformed */
export const certificateFacts = (certificate: Uint8Array): CertificateFacts =>
  factsOf(readCertificate(certificate))

function factsOf(certificate: Certificate): CertificateFacts {
  const { subject, issuer, hcRoles, notBefore, notAfter, encoded } = certificate
  return {
    fingerprint: fingerprintOf(encoded),
    subject: subject.text,
    holder: japaneseName(certificate),
    issuer: issuer.text,
    serial: serialText(certificate),
    roles: hcRoles
      .filter(({ codingScheme }) => codingScheme === JAPANESE_CODING_SCHEME)
      .map(({ text }) => text),
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
  }
}
