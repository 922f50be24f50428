/** A whole AuthEnvelopedData in memory → its content. Nothing comes out before the tag has been compared. */
import { createDecipheriv } from "node:crypto"
import { letGo } from "../let-go.ts"
import { Malformed } from "../malformed.ts"
import { type EnvelopeHeader, ICV_LENGTH_BYTES } from "./envelope-header.ts"
import { type EnvelopePart, EnvelopeReader } from "./envelope-reader.ts"
import type { Chance } from "./key-wrap.ts"
import { type RecipientKey, cekOrAnother } from "./unwrap-cek.ts"

/**
 * @throws Malformed ENVELOPE_* and DER of what stands in clear, NOT_A_RECIPIENT, and ENVELOPE_DECRYPT for all else: whether key,
 *   ciphertext or tag was false is not told, neither in words nor in time. Errors of the key store pass through.
 */
export async function openMessage(
  message: Uint8Array,
  key: RecipientKey & { readonly certificate: Uint8Array },
  chance: Chance,
): Promise<Uint8Array> {
  const reader = new EnvelopeReader()
  const parts = reader.push(message)
  reader.end()
  const header = parts.find((part) => part.kind === "header")?.header
  const mac = parts.find((part) => part.kind === "mac")?.mac
  if (header === undefined || mac === undefined) throw undecryptable()
  const cek = await cekOrAnother(header, key.certificate, key, chance)
  try {
    return authenticated(parts, header, mac, cek)
  } finally {
    cek.fill(0)
  }
}

function authenticated(
  parts: readonly EnvelopePart[],
  { nonce }: EnvelopeHeader,
  mac: Uint8Array,
  cek: Uint8Array,
): Uint8Array {
  const decipher = createDecipheriv("aes-256-gcm", cek, nonce, { authTagLength: ICV_LENGTH_BYTES })
  decipher.setAuthTag(mac)
  const clear = parts.flatMap((part) => (part.kind === "ciphertext" ? [decipher.update(part.bytes)] : []))
  try {
    decipher.final()
    return Buffer.concat(clear)
  } catch (cause) {
    throw undecryptable({ cause })
  } finally {
    for (const each of clear) letGo(each.fill(0))
  }
}

const undecryptable = (options?: ErrorOptions): Malformed =>
  new Malformed("ENVELOPE_DECRYPT", "RFC 5084 §3", "the message does not decrypt", options)
