/**
 * Epoch keys as files `epoch-<n>.key` in one folder. Destroying one ends every slot wrapped under it, in old backups and
 * on worn blocks too: keep the folder out of backups, or keep the passphrase elsewhere.
 */
import { open, readdir, rename, rm, unlink } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import { dirname, join } from "node:path"
import { KeyError } from "../../journey/errors.ts"
import type { Chance } from "../../journey/ports/time.ts"
import {
  EPOCH_KEY_BYTES,
  NONCE_BYTES,
  RECORD_BYTES,
  SALT_BYTES,
  decodeEpochKey,
  encodeEpochKey,
} from "./epoch-key-record.ts"
import { readPassphrase } from "./pem-files.ts"
import { unreadable } from "./unreadable.ts"
import { syncFolder } from "../sync-folder.ts"

const NAME = /^epoch-([1-9][0-9]{0,8})\.key$/

export interface EpochKeyFiles {
  readonly folder: string
  /** Its first line opens the keys; by systemd-creds, TPM or operator. */
  readonly passphraseFile: string
}

export interface OpenedEpochKey {
  readonly epoch: number
  readonly key: Uint8Array
}

/** Epochs that have a key here, ascending. */
export async function epochKeys(folder: string): Promise<number[]> {
  const found = (await readdir(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? [])
  return found.map(Number).sort((one, other) => one - other)
}

/** A fresh key; durable when it returns. Throws ERR_KEY_MISSING when that epoch has a key: no key is written over. */
export async function createEpochKey(
  files: EpochKeyFiles,
  epoch: number,
  chance: Chance,
): Promise<OpenedEpochKey> {
  if ((await epochKeys(files.folder)).includes(epoch))
    throw new KeyError("ERR_KEY_MISSING", `epoch ${epoch} has a key already`)
  const key = chance.bytes(EPOCH_KEY_BYTES)
  const wrapping = { epoch, passphrase: await readPassphrase(files.passphraseFile) }
  const record = await encodeEpochKey(key, wrapping, chance.bytes(SALT_BYTES), chance.bytes(NONCE_BYTES))
  await writeDurably(pathOf(files.folder, epoch), record)
  return { epoch, key }
}

/** Throws ERR_KEY_MISSING, ERR_KEY_FOLDER or ERR_KEY_PASSPHRASE. */
export async function openEpochKey(files: EpochKeyFiles, epoch: number): Promise<OpenedEpochKey> {
  const passphrase = await readPassphrase(files.passphraseFile)
  const record = await readRecord(pathOf(files.folder, epoch))
  return { epoch, key: await decodeEpochKey(record, { epoch, passphrase }) }
}

/** Overwrite, fdatasync, unlink, sync the folder. Safe to repeat: a key that is gone is what was wanted. */
export async function destroyEpochKey(folder: string, epoch: number): Promise<void> {
  const path = pathOf(folder, epoch)
  if ((await epochKeys(folder)).includes(epoch)) {
    await withHandle(await open(path, "r+"), async (file) => {
      const { size } = await file.stat()
      await file.write(Buffer.alloc(size), 0, size, 0)
      await file.datasync()
    })
    await unlink(path)
  }
  await syncFolder(folder)
}

function pathOf(folder: string, epoch: number): string {
  const name = `epoch-${epoch}.key`
  if (!NAME.test(name)) throw new RangeError("epochs count from 1")
  return join(folder, name)
}

async function readRecord(path: string): Promise<Buffer> {
  try {
    return await withHandle(await open(path, "r"), async (file) => {
      const into = Buffer.alloc(RECORD_BYTES + 1)
      const { bytesRead } = await file.read(into, 0, into.length, 0)
      return into.subarray(0, bytesRead)
    })
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.new`
  await rm(beside, { force: true })
  await withHandle(await open(beside, "wx", 0o600), async (file) => {
    await file.writeFile(bytes)
    await file.datasync()
  })
  await rename(beside, path)
  await syncFolder(dirname(path))
}

async function withHandle<Answer>(
  file: FileHandle,
  work: (file: FileHandle) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work(file)
  } finally {
    await file.close()
  }
}
