/** AES-256-GCM (SP 800-38D): nonce 12, tag 16. */
import type { CipherGCM, DecipherGCM } from "node:crypto"
import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto"

export const NONCE_BYTES = 12
export const TAG_BYTES = 16
const ALGORITHM = "aes-256-gcm"

// Keys are given as KeyObjects: of bytes node:crypto finds out by an error thrown and caught that they are none, and
// that costs more than making the cipher (measured: 11 µs against 3).

export function gcmCipher(key: Uint8Array, nonce: Uint8Array): CipherGCM {
  return createCipheriv(ALGORITHM, createSecretKey(key), nonce, { authTagLength: TAG_BYTES })
}

export function gcmDecipher(key: Uint8Array, nonce: Uint8Array): DecipherGCM {
  return createDecipheriv(ALGORITHM, createSecretKey(key), nonce, { authTagLength: TAG_BYTES })
}

/** Nonce ‖ ciphertext ‖ tag, of what fits in memory. The caller never gives the same nonce twice to one key. */
export function sealBytes(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, clear: Uint8Array): Buffer {
  const cipher = gcmCipher(key, nonce)
  cipher.setAAD(aad)
  return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()])
}

/** The clear bytes of `sealBytes`; null when key, AAD or any byte is not the same. */
export function openBytes(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(sealed.length - TAG_BYTES)
  const decipher = gcmDecipher(key, nonce)
  decipher.setAAD(aad)
  decipher.setAuthTag(tag)
  const clear = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES))
  return isAuthentic(decipher) ? clear : null
}

/** `final` of a GCM decipher throws when the tag does not fit; everybody else wants a yes or no. */
export function isAuthentic(decipher: { final(): Buffer }): boolean {
  try {
    decipher.final()
    return true
  } catch {
    return false
  }
}
