/**
 * METADATA.P7M: the metadata of a submission as the line would carry them, in CMS for the recipient. On the line TLS hides
 * who a submission is about; a medium is found by anybody (docs/adr/0021).
 */
import { createCipheriv, createDecipheriv } from "node:crypto"
import { envelopePrefix, envelopeSuffix } from "../../standards/cms/auth-enveloped-data.ts"
import { ICV_LENGTH_BYTES, NONCE_LENGTH_BYTES } from "../../standards/cms/envelope-header.ts"
import { EnvelopeReader } from "../../standards/cms/envelope-reader.ts"
import { CEK_LENGTH_BYTES } from "../../standards/cms/key-wrap.ts"
import { unwrapCek } from "../../standards/cms/unwrap-cek.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { Agreement } from "../agreement.ts"
import type { World } from "../world.ts"

const CIPHER = "aes-256-gcm"

/** A new key each time: two calls give different octets. */
export function sealedMetadata(
  { chance }: Pick<World, "chance">,
  { objectCertificate }: Agreement,
  clear: Uint8Array,
): Uint8Array {
  const cek = chance.bytes(CEK_LENGTH_BYTES)
  const nonce = chance.bytes(NONCE_LENGTH_BYTES)
  const cipher = createCipheriv(CIPHER, cek, nonce, { authTagLength: ICV_LENGTH_BYTES })
  const ciphertext = Buffer.concat([cipher.update(clear), cipher.final()])
  const recipients = [objectCertificate]
  const prefix = envelopePrefix({ cek, nonce, ciphertextLengthBytes: ciphertext.length, recipients, chance })
  return Buffer.concat([prefix, ciphertext, envelopeSuffix(cipher.getAuthTag())])
}

/** @throws Malformed ENVELOPE_…, NOT_A_RECIPIENT, CEK_UNWRAP, XDM_METADATA when the tag does not fit · KeyError */
export async function openedMetadata({ keys }: Pick<World, "keys">, sealed: Uint8Array): Promise<Uint8Array> {
  const reader = new EnvelopeReader()
  const parts = reader.push(sealed)
  reader.end()
  const header = parts.flatMap((part) => (part.kind === "header" ? [part.header] : []))[0]
  const mac = parts.flatMap((part) => (part.kind === "mac" ? [part.mac] : []))[0]
  const [certificate] = keys.chain("object")
  if (header === undefined || mac === undefined || certificate === undefined) throw unreadable()
  const cek = await unwrapCek(header, certificate, {
    agree: (spki) => keys.agree("object", spki),
    decryptOaep: (ciphertext) => keys.decryptOaep("object", ciphertext),
  })
  const decipher = createDecipheriv(CIPHER, cek, header.nonce, { authTagLength: ICV_LENGTH_BYTES })
  decipher.setAuthTag(mac)
  const clear = parts.flatMap((part) => (part.kind === "ciphertext" ? [decipher.update(part.bytes)] : []))
  try {
    return Buffer.concat([...clear, decipher.final()])
  } catch (cause) {
    throw unreadable({ cause })
  }
}

const unreadable = (options?: ErrorOptions): Malformed =>
  new Malformed("XDM_METADATA", "RFC 5084 §3", "METADATA.P7M was altered, or is not whole", options)
