/** One signature in a session that is logged in. */
import { type KeyObject } from "node:crypto"
import type { TokenSession } from "./token-session.ts"
import { sha256 } from "../../../standards/sha256.ts"

/** DigestInfo of SHA-256 up to the digest (RFC 8017 §9.2 note 1). */
const SHA256_INFO = Buffer.from("3031300d060960864801650304020105000420", "hex")

/**
 * SHA-256 with the key's own algorithm: ECDSA as r‖s, or RSASSA-PKCS1-v1_5.
 *
 * @param name label of the private key, or `id:` and its CKA_ID in hex
 * @param publicKey of the same pair: tells the algorithm
 */
export async function signIn(
  session: TokenSession,
  name: string,
  publicKey: KeyObject,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const digest = sha256(bytes)
  const key = await session.privateKey(name)
  return publicKey.asymmetricKeyType === "ec"
    ? session.signEcdsa(key, digest)
    : session.signRsa(key, Buffer.concat([SHA256_INFO, digest]))
}
