/** Object identifiers of CMS, X.509 and their algorithms (RFC 5652, 5083, 5084, 5753, 5754, 5035); those of algorithms are the table's. */
import { ALGORITHMS as A } from "../algorithms/table.ts"

export { HASHES } from "../algorithms/permitted.ts"

export const OID = {
  data: "1.2.840.113549.1.7.1",
  signedData: "1.2.840.113549.1.7.2",
  envelopedData: "1.2.840.113549.1.7.3",
  digestedData: "1.2.840.113549.1.7.5",
  authEnvelopedData: "1.2.840.113549.1.9.16.1.23",
  tstInfo: "1.2.840.113549.1.9.16.1.4",

  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingCertificate: "1.2.840.113549.1.9.16.2.12",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",

  aes128Cbc: A["AES-128-CBC"].oid,
  aes192Cbc: A["AES-192-CBC"].oid,
  aes256Cbc: A["AES-256-CBC"].oid,
  aes256Gcm: A["AES-256-GCM"].oid,
  aes256Wrap: A["AES-256 key wrap"].oid,
  rsaEncryption: "1.2.840.113549.1.1.1",
  rsaesOaep: A["RSAES-OAEP, SHA-256"].oid,
  mgf1: A["MGF1, SHA-256"].oid,
  pSpecified: "1.2.840.113549.1.1.9",
  rsassaPss: A["RSASSA-PSS, SHA-256"].oid,
  sha256WithRsa: A["RSASSA-PKCS1-v1_5, SHA-256"].oid,
  sha384WithRsa: A["RSASSA-PKCS1-v1_5, SHA-384"].oid,
  sha512WithRsa: A["RSASSA-PKCS1-v1_5, SHA-512"].oid,
  ecPublicKey: "1.2.840.10045.2.1",
  ecdsaSha256: A["ECDSA, SHA-256"].oid,
  ecdsaSha384: A["ECDSA, SHA-384"].oid,
  ecdsaSha512: A["ECDSA, SHA-512"].oid,
  p256: A["P-256"].oid,
  p384: A["P-384"].oid,
  stdDhSha256Kdf: A["ECDH, X9.63 KDF with SHA-256"].oid,
  stdDhSha384Kdf: A["ECDH, X9.63 KDF with SHA-384"].oid,
  sha1: A["SHA-1"].oid,
  sha256: A["SHA-256"].oid,
  sha384: A["SHA-384"].oid,
  sha512: A["SHA-512"].oid,
} as const
