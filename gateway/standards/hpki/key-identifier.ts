/** Names for public keys made of their own bits: subjectKeyIdentifier and OCSP's byKey. */
import { createHash } from "node:crypto"
import { DerParts, readDer } from "../cms/der.ts"
import { bitStringOctets } from "../cms/der-values.ts"

/** subjectPublicKey of an SPKI, without algorithm, tag, length and unused bits. */
export function publicKeyBits(spki: Uint8Array): Uint8Array {
  const parts = new DerParts(readDer(spki), "SubjectPublicKeyInfo")
  parts.take()
  return bitStringOctets(parts.take())
}

/** SHA-1 of the key bits (RFC 5280 §4.2.1.2 method 1): a name for the key, not a protection. */
export const keyIdentifier = (spki: Uint8Array): Uint8Array =>
  createHash("sha1").update(publicKeyBits(spki)).digest()
