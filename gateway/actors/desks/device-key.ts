/** The key of a device: what counts as one, and whether it has signed. */
import { createPublicKey, verify } from "node:crypto"
import { DeskError } from "../../journey/errors.ts"
import type { DeviceKey } from "../../journey/views/device.ts"

/**
 * The point must lie on the curve; nothing of the key is taken from what the browser calls it.
 *
 * @returns DER SubjectPublicKeyInfo
 * @throws DeskError ERR_DEVICE_REFUSED
 */
export function publicKeyOf({ kty, crv, x, y }: DeviceKey): Uint8Array {
  try {
    const key = createPublicKey({ key: { kty, crv, x, y }, format: "jwk" })
    return new Uint8Array(key.export({ format: "der", type: "spki" }))
  } catch (cause) {
    throw new DeskError("ERR_DEVICE_REFUSED", "this is no key on P-256", { cause })
  }
}

/** @param publicKey DER SubjectPublicKeyInfo. @param signature base64url, r and s side by side, as WebCrypto writes it */
export function hasSigned(publicKey: Uint8Array, words: Uint8Array, signature: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" })
  return verify("sha256", words, { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"))
}
