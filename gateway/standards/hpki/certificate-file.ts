/** A file of certificates as people have them: PEM, one or several, or one in DER. */
import { type Certificate, readCertificate } from "./certificate.ts"

const PEM = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g

/** @throws Malformed DER or CERTIFICATE when there is none in it, or one that cannot be read */
export function certificatesOf(file: Uint8Array): readonly Certificate[] {
  const text = Buffer.from(file).toString("latin1")
  const pem = [...text.matchAll(PEM)].map(([, body = ""]) => Buffer.from(body, "base64"))
  return (pem.length > 0 ? pem : [file]).map(readCertificate)
}
