/**
 * One GMAC for each MiB of a long object's ciphertext (SP 800-38D: GCM of nothing, the ciphertext as AAD), so that a
 * ranged read can trust a chunk without reading the whole. Key: HKDF(CEK, "dokuei chunk v1"); nonce: chunk index.
 */
import { timingSafeEqual } from "node:crypto"
import { deriveKey } from "./derive.ts"
import { NONCE_BYTES, gcmCipher } from "./gcm.ts"

export function chunkKey(cek: Uint8Array): Buffer {
  return deriveKey(cek, "dokuei chunk v1")
}

/** @param chunk its ciphertext */
export function chunkMac(key: Uint8Array, index: number, chunk: Uint8Array): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUInt32BE(index, NONCE_BYTES - 4)
  const mac = gcmCipher(key, nonce)
  mac.setAAD(chunk)
  mac.final()
  return mac.getAuthTag()
}

export function isChunk(key: Uint8Array, index: number, chunk: Uint8Array, expected: Uint8Array): boolean {
  return timingSafeEqual(chunkMac(key, index, chunk), expected)
}
