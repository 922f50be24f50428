/** One signature with a key in memory. */
import type { KeyObject } from "node:crypto"
import { sign } from "node:crypto"

/**
 * SHA-256 with the key's own algorithm: RSASSA-PKCS1-v1_5 (RFC 8017 §8.2) or ECDSA as r‖s (XML Signature 6.4.3). Runs
 * beside the event loop.
 */
export function signBytes(key: KeyObject, bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    sign("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, (error, signature) => {
      if (error === null) resolve(Uint8Array.from(signature))
      else reject(error)
    })
  })
}
