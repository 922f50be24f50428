/**
 * Is it the very signature, whatever was added to it? Time stamps and evidence stand beside what was signed: two documents with
 * one SignedInfo and one SignatureValue are one signature at different ages.
 */
import { Malformed } from "../malformed.ts"
import { readSignatureDocument } from "./signature-document.ts"
import { MAX_KEPT_EVIDENCE } from "./xades-read.ts"

/** Either may be a copy of our own; the evidence of neither counts here. @throws Malformed for what is no signature document */
export function isSameSignature(one: Uint8Array, other: Uint8Array): boolean {
  const [a, b] = [read(one), read(other)]
  return (
    Buffer.compare(a.signatureValue, b.signatureValue) === 0 &&
    Buffer.compare(a.signedInfo, b.signedInfo) === 0
  )
}

const read = (xml: Uint8Array) => readSignatureDocument(xml, undefined, MAX_KEPT_EVIDENCE)

/** The same of octets nobody has judged yet: what cannot be read is the same as nothing. */
export function isSameIfReadable(one: Uint8Array, other: Uint8Array): boolean {
  try {
    return isSameSignature(one, other)
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem
    return false
  }
}
