/**
 * Document Encryption (IHE DEN, trial implementation), written: MIME entity → DigestedData, SHA-256 → EnvelopedData,
 * AES-256-CBC. One pass over the document, flat memory; with the same key and vector the octets are the same.
 */
import { createCipheriv, createHash } from "node:crypto"
import { digestedFrame } from "../cms/digested-data.ts"
import { cbcLengthBytes, envelopedPrefix } from "../cms/enveloped-data.ts"
import type { Recipients } from "../cms/recipient-info.ts"
import { entityHead } from "./mime-entity.ts"

export interface ClearDocument {
  readonly mimeType: string
  readonly lengthBytes: number
}

export interface DenKey {
  /** 32 octets, for this document alone. */
  readonly cek: Uint8Array
  /** 16 octets. */
  readonly iv: Uint8Array
}

export interface DenFrame {
  /** What stands before the ciphertext. */
  readonly prefix: Uint8Array
  /** Of the whole message. */
  readonly lengthBytes: number
}

/** Throws Malformed ENVELOPE_RECIPIENT for a key that cannot receive. */
export function denFrame(
  document: ClearDocument,
  key: DenKey,
  recipients: Omit<Recipients, "cek">,
): DenFrame {
  const clearLengthBytes = layers(document).frame.lengthBytes
  const prefix = envelopedPrefix({ ...recipients, ...key, clearLengthBytes })
  return { prefix, lengthBytes: prefix.length + cbcLengthBytes(clearLengthBytes) }
}

/** The ciphertext that follows the prefix. */
export async function* denCiphertext(
  document: ClearDocument,
  { cek, iv }: DenKey,
  clear: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { entity, frame } = layers(document)
  const cipher = createCipheriv("aes-256-cbc", cek, iv)
  const digest = createHash("sha256").update(entity)
  yield Buffer.concat([cipher.update(frame.head), cipher.update(entity)])
  for await (const piece of clear) {
    digest.update(piece)
    yield cipher.update(piece)
  }
  yield Buffer.concat([cipher.update(frame.tail(digest.digest())), cipher.final()])
}

function layers({ mimeType, lengthBytes }: ClearDocument) {
  const entity = entityHead(mimeType)
  return { entity, frame: digestedFrame(entity.length + lengthBytes) }
}
