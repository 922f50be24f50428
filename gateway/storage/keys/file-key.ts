/** A gateway's key from PEM files. Everything is read and checked when it is opened. */
import type { KeyObject } from "node:crypto"
import { constants, createPublicKey, diffieHellman, privateDecrypt } from "node:crypto"
import { KeyError } from "../../journey/errors.ts"
import type { HeldKey } from "./held-key.ts"
import { certificateChain, privateKey, readKeyFile, readPassphrase } from "./pem-files.ts"
import { signBytes } from "./sign.ts"

export interface KeyFiles {
  /** PKCS#8 PEM: EC P-256, P-384 or RSA. */
  readonly keyFile: string
  /** PEM, leaf first. */
  readonly chainFile: string
  /** First line opens `keyFile`; absent when that is in clear (and protected by the file system alone). */
  readonly passphraseFile?: string
}

/**
 * Throws ERR_KEY_MISSING when a file cannot be read, holds something else or the chain is not the key's;
 * ERR_KEY_PASSPHRASE when a key does not open.
 */
export async function fileKey({ keyFile, chainFile, passphraseFile }: KeyFiles): Promise<HeldKey> {
  const passphrase = passphraseFile === undefined ? null : await readPassphrase(passphraseFile)
  const key = privateKey(await readKeyFile(keyFile), passphrase, keyFile)
  return {
    chain: certificateChain(await readKeyFile(chainFile), key, chainFile),
    sign: (bytes) => signBytes(key, bytes),
    agree: async (peerSpki) => await Promise.resolve(ecdh(key, peerSpki)),
    decryptOaep: async (ciphertext) => await Promise.resolve(oaep(key, ciphertext)),
  }
}

/** SP 800-56A 5.7.1.2; a point that is not on the curve is refused where the key is read. */
function ecdh(key: KeyObject, peerSpki: Uint8Array): Uint8Array {
  try {
    const publicKey = createPublicKey({ key: Buffer.from(peerSpki), format: "der", type: "spki" })
    return Uint8Array.from(diffieHellman({ privateKey: key, publicKey }))
  } catch (cause) {
    throw new KeyError("ERR_KEY_UNFIT", "no key can be agreed with the peer's point", { cause })
  }
}

/** RFC 8017 §7.1 with SHA-256 and MGF1 with SHA-256, empty label. */
function oaep(key: KeyObject, ciphertext: Uint8Array): Uint8Array {
  if (key.asymmetricKeyType !== "rsa") throw new KeyError("ERR_KEY_UNFIT", "the object key is not an RSA key")
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    return Uint8Array.from(privateDecrypt({ key, padding, oaepHash: "sha256" }, ciphertext))
  } catch (cause) {
    throw new KeyError("ERR_KEY_UNFIT", "the ciphertext was not made for the object key", { cause })
  }
}
