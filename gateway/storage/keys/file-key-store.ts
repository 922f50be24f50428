/** The gateway's keys from PEM files: answers the port `KeyStore`. Everything is read and checked when it is opened. */
import type { KeyObject } from "node:crypto"
import { constants, createPublicKey, diffieHellman, privateDecrypt } from "node:crypto"
import { KeyError } from "../../journey/errors.ts"
import type { GatewayKey, KeyStore } from "../../journey/ports.ts"
import { certificateChain, privateKey, readKeyFile, readPassphrase } from "./pem-files.ts"
import { signBytes } from "./sign.ts"

export interface KeyFiles {
  /** PKCS#8 PEM: EC P-256 or RSA. */
  readonly keyFile: string
  /** PEM, leaf first. */
  readonly chainFile: string
  /** First line opens `keyFile`; absent when that is in clear (and protected by the file system alone). */
  readonly passphraseFile?: string
}

interface OpenedKey {
  readonly key: KeyObject
  readonly chain: readonly Uint8Array[]
}

/**
 * Throws ERR_KEY_MISSING when a file cannot be read, holds something else or the chain is not the key's;
 * ERR_KEY_PASSPHRASE when a key does not open.
 */
export async function fileKeyStore(
  files: Readonly<Partial<Record<GatewayKey, KeyFiles>>>,
): Promise<KeyStore> {
  const keys = new Map<GatewayKey, OpenedKey>()
  for (const use of ["seal", "object", "tls"] as const) {
    const named = files[use]
    if (named !== undefined) keys.set(use, await openKey(named))
  }
  return new FileKeyStore(keys)
}

async function openKey({ keyFile, chainFile, passphraseFile }: KeyFiles): Promise<OpenedKey> {
  const passphrase = passphraseFile === undefined ? null : await readPassphrase(passphraseFile)
  const key = privateKey(await readKeyFile(keyFile), passphrase, keyFile)
  return { key, chain: certificateChain(await readKeyFile(chainFile), key, chainFile) }
}

class FileKeyStore implements KeyStore {
  readonly #keys: ReadonlyMap<GatewayKey, OpenedKey>

  constructor(keys: ReadonlyMap<GatewayKey, OpenedKey>) {
    this.#keys = keys
  }

  chain(use: GatewayKey): readonly Uint8Array[] {
    return this.#opened(use).chain
  }

  async sign(use: GatewayKey, bytes: Uint8Array): Promise<Uint8Array> {
    return signBytes(this.#opened(use).key, bytes)
  }

  async agree(use: "object", peerSpki: Uint8Array): Promise<Uint8Array> {
    return await Promise.resolve(ecdh(this.#opened(use).key, peerSpki))
  }

  async decryptOaep(use: "object", ciphertext: Uint8Array): Promise<Uint8Array> {
    return await Promise.resolve(oaep(this.#opened(use).key, ciphertext))
  }

  #opened(use: GatewayKey): OpenedKey {
    const opened = this.#keys.get(use)
    if (opened === undefined) throw new KeyError("ERR_KEY_MISSING", `no ${use} key is configured`)
    return opened
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
