/**
 * The certificate a message is for, read once: a study of 500 images names the same recipient 500 times, and reading it
 * took a third of making an envelope (measured).
 */
import { type KeyObject, createPublicKey } from "node:crypto"
import { type Certificate, readCertificate } from "../hpki/certificate.ts"

export interface RecipientCertificate {
  readonly certificate: Certificate
  readonly key: KeyObject
}

/** By the array they came in, not by what is in it: whoever holds a certificate does not write over it. */
const known = new WeakMap<Uint8Array, RecipientCertificate>()

/** Throws what `readCertificate` throws, and what node:crypto says of a key it cannot read. */
export function recipientCertificate(encoded: Uint8Array): RecipientCertificate {
  const before = known.get(encoded)
  if (before !== undefined) return before
  const certificate = readCertificate(encoded)
  const key = createPublicKey({ key: Buffer.from(certificate.spki), format: "der", type: "spki" })
  const read = { certificate, key }
  known.set(encoded, read)
  return read
}
