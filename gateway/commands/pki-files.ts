/** The demonstration PKI as files: PEM for keys and certificates, DER for revocation lists. */
import { type Authority, type Holder, days, keyPem, pem } from "./pki-authority.ts"
import type { Authorities } from "./pki-holders.ts"

export interface File {
  readonly content: string | Uint8Array
  /** Readable by its owner only. */
  readonly secret: boolean
}

/** 2.25 arc of a UUID made for this demonstration. */
export const DEMO_TSA_POLICY = "2.25.174392617843165938402117590216838120481"
const CRL_TERM_DAYS = 30

/** Key and chain of one holder; a PIN closes the key. */
export function holderFiles(path: string, { key, chain }: Holder, pin?: string): [string, File][] {
  const certificates = chain.map((certificate) => pem("CERTIFICATE", certificate)).join("")
  return [
    [`${path}.key.pem`, { content: keyPem(key, pin), secret: true }],
    [`${path}.chain.pem`, { content: certificates, secret: false }],
  ]
}

/** Anchors, sub-authorities and revocation lists. */
export function trustFiles(authorities: Authorities, now: Date): Record<string, File> {
  const { hpkiRoot, signature, personAuthentication, organisationAuthentication, tls, seal, tsaRoot } =
    authorities
  const certificates = (...of: readonly Authority[]): File => ({
    content: of.map(({ certificate }) => pem("CERTIFICATE", certificate)).join(""),
    secret: false,
  })
  const crl = (authority: Authority): File => ({
    content: authority.crl(days(now, -1), days(now, CRL_TERM_DAYS)),
    secret: false,
  })
  return {
    "trust/tls-ca.pem": certificates(tls),
    "trust/seal-ca.pem": certificates(seal),
    "trust/hpki-root.pem": certificates(hpkiRoot),
    "trust/hpki-intermediates.pem": certificates(signature, personAuthentication, organisationAuthentication),
    "trust/tsa-root.pem": certificates(tsaRoot),
    "trust/crls/hpki-root.crl": crl(hpkiRoot),
    "trust/crls/hpki-signature.crl": crl(signature),
    "trust/crls/hpki-person-authentication.crl": crl(personAuthentication),
    "trust/crls/hpki-organisation-authentication.crl": crl(organisationAuthentication),
    "trust/crls/tls-ca.crl": crl(tls),
    "trust/crls/seal-ca.crl": crl(seal),
    "trust/crls/tsa-root.crl": crl(tsaRoot),
  }
}

/** For `openssl ts -reply`, run in the folder itself. */
export const tsaConfig = () => `# RFC 3161 time stamps of the demonstration; run openssl in this folder.
[tsa]
serial = serial
crypto_device = builtin
signer_cert = tsa.chain.pem
signer_key = tsa.key.pem
signer_digest = sha256
default_policy = ${DEMO_TSA_POLICY}
digests = sha256, sha384, sha512
accuracy = secs:1
clock_precision_digits = 3
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`
