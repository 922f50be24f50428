/** AES-256-GCM of things that fit in memory (SP 800-38D): nonce 12, tag 16. */
import { createCipheriv, createDecipheriv } from "node:crypto"

export const NONCE_BYTES = 12
export const TAG_BYTES = 16
export const ALGORITHM = "aes-256-gcm"

/** Nonce ‖ ciphertext ‖ tag. The caller never gives the same nonce twice to one key. */
export function sealBytes(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, clear: Uint8Array): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(aad)
  return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()])
}

/** The clear bytes of `sealBytes`; null when key, AAD or any byte is not the same. */
export function openBytes(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(sealed.length - TAG_BYTES)
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
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
