/** CMS messages put together part by part, so that each part can be made false alone. */
import { createCipheriv } from "node:crypto"
import { envelopePrefix, envelopeSuffix } from "../../../gateway/standards/cms/auth-enveloped-data.ts"
import { countedChance } from "../../peers/chance.ts"
import { type Node, treeFrom, written } from "../../peers/der-tree.ts"

export const CEK = countedChance("cek").bytes(32)
export const NONCE = countedChance("nonce").bytes(12)
export const CLEAR = Buffer.from("DICM and what follows. ".repeat(200))

/** Ciphertext and tag of AES-256-GCM. */
export function encrypted(clear: Uint8Array, cek = CEK, nonce = NONCE): { ciphertext: Buffer; tag: Buffer } {
  const cipher = createCipheriv("aes-256-gcm", cek, nonce)
  const ciphertext = Buffer.concat([cipher.update(clear), cipher.final()])
  return { ciphertext, tag: cipher.getAuthTag() }
}

/** AuthEnvelopedData as we write it. */
export function sealed(recipients: readonly Uint8Array[], clear: Uint8Array = CLEAR): Buffer {
  const { ciphertext, tag } = encrypted(clear)
  const chance = countedChance("seal")
  const input = { cek: CEK, nonce: NONCE, ciphertextLengthBytes: ciphertext.length, recipients, chance }
  return Buffer.concat([envelopePrefix(input), ciphertext, envelopeSuffix(tag)])
}

/** A message whose tree was changed. */
export function changed(message: Uint8Array, change: (root: Node) => void): Buffer {
  const root = treeFrom(message)
  change(root)
  return written(root)
}

/** Where things stand in the tree of a whole AuthEnvelopedData (RFC 5083 §2.1). */
export const PLACES = {
  contentType: [0],
  authEnveloped: [1, 0],
  version: [1, 0, 0],
  recipients: [1, 0, 1],
  contentInfo: [1, 0, 2],
  innerType: [1, 0, 2, 0],
  cipher: [1, 0, 2, 1, 0],
  parameters: [1, 0, 2, 1, 1],
  ciphertext: [1, 0, 2, 2],
  mac: [1, 0, 3],
} as const
