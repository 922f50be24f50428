/** SigningCertificateV2 (RFC 5035 §3) and its SHA-1 ancestor (RFC 2634 §5.4): which certificate the signer meant. */
import { type Der, DerParts, TAG } from "./der.ts"
import { octetsOf, oidOf } from "./der-values.ts"
import { HASHES, OID } from "./oids.ts"

export interface CertificateHash {
  /** sha1 only from the version 1 attribute: it picks among certificates whose path is checked besides. */
  readonly hash: string
  readonly digest: Uint8Array
}

/** The first ESSCertID, which is the signer's; null when neither attribute is there or its hash is not accepted. */
export function readSigningCertificate(attributes: ReadonlyMap<string, Der>): CertificateHash | null {
  const v2 = attributes.get(OID.signingCertificateV2)
  if (v2 !== undefined) return readV2(firstCertId(v2))
  const v1 = attributes.get(OID.signingCertificate)
  return v1 === undefined ? null : { hash: "sha1", digest: octetsOf(firstCertId(v1).take()) }
}

function firstCertId(signingCertificate: Der): DerParts {
  const certs = new DerParts(signingCertificate, "SigningCertificate").take()
  return new DerParts(new DerParts(certs, "certs").take(), "ESSCertID")
}

function readV2(certId: DerParts): CertificateHash | null {
  const algorithm = certId.maybe(TAG.sequence)
  const hash = algorithm === null ? "sha256" : HASHES[oidOf(new DerParts(algorithm, "hashAlgorithm").take())]
  return hash === undefined ? null : { hash, digest: octetsOf(certId.take()) }
}
