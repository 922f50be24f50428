/** Keys that open what lies under our own roof: epoch key, index key, seal of the audit outbox, gateway keys. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { systemChance } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import {
  createEpochKey,
  epochKeys,
  openEpochKey,
  type OpenedEpochKey,
} from "../storage/keys/epoch-key-file.ts"
import type { KeyFiles } from "../storage/keys/file-key.ts"
import type { KeyPlaces, TokenKeyFiles } from "../storage/keys/key-store.ts"
import { currentEpoch } from "../storage/spool/file-spool.ts"
import { makeFolder } from "../storage/make-folder.ts"

const FIRST_EPOCH = 1

/** The key of the epoch the slots are in. Made at the first start only: a lost key is never replaced by a new one. */
export async function epochKeyOf(config: Config): Promise<OpenedEpochKey> {
  return openKey(config, join(config.dataDir, "keys"), await currentEpoch(config.dataDir))
}

/** Key of the ledger's keyed hashes and of its audit outbox: outlives epochs, wrapped in the same way. */
export async function ledgerKey(config: Config): Promise<Uint8Array> {
  const begun = await currentEpoch(config.dataDir)
  const epoch = begun !== null && existsSync(join(config.dataDir, "ledger.sqlite")) ? FIRST_EPOCH : null
  return (await openKey(config, join(config.dataDir, "keys", "index"), epoch)).key
}

/** `epoch` null = nothing is kept under it yet: then a first key may be made, unless a crash left one. */
async function openKey(config: Config, folder: string, epoch: number | null): Promise<OpenedEpochKey> {
  await makeFolder(folder, 0o700)
  const files = { folder, passphraseFile: config.keys.passphraseFile }
  if (epoch !== null) return openEpochKey(files, epoch)
  const left = (await epochKeys(folder)).includes(FIRST_EPOCH)
  return left ? openEpochKey(files, FIRST_EPOCH) : createEpochKey(files, FIRST_EPOCH, systemChance)
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Audit rows wait in the ledger for at most one write of the trail; sealed meanwhile. */
export function outboxSeal(indexKey: Uint8Array) {
  const key = new Uint8Array(hkdfSync("sha256", indexKey, "", "dokuei audit outbox v1", 32))
  return {
    seal: (clear: Uint8Array): Uint8Array => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv("aes-256-gcm", key, nonce)
      return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()])
    },
    open: (sealed: Uint8Array): Uint8Array => {
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    },
  }
}

/** Where each of our keys lies. `checkConfig` has seen that seal and object name one place each. */
export function keyPlaces({ keys }: Config): KeyPlaces {
  const of = ({ key, pkcs11, chain }: Config["keys"]["seal"]): KeyFiles | TokenKeyFiles => {
    if (pkcs11 !== undefined) return { ...pkcs11, chainFile: chain }
    return { keyFile: key ?? "", chainFile: chain }
  }
  return {
    seal: of(keys.seal),
    object: of(keys.object),
    retired: keys.retired.map(of),
    tls: { keyFile: keys.tls.key, chainFile: keys.tls.chain },
  }
}

/** Beside the epoch keys: what must not be tried again. */
export const refusedPinsFolder = ({ dataDir }: Pick<Config, "dataDir">): string => join(dataDir, "keys")
