/**
 * Generations on a target, each a folder of its own. What is removed is proved to be ours first: signed by our seal, named as its
 * folder is, and with nothing in it that it does not name. Anything else on the target is somebody else's, and stays.
 */
import { lstat, open, readdir, rmdir, unlink } from "node:fs/promises"
import { join } from "node:path"
import { BackupError, DokueiError } from "../../journey/errors.ts"
import {
  BEGUN_FILE,
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  RECIPIENT_FILE,
  readBegun,
  readManifest,
  tampered,
  type Manifest,
} from "./manifest.ts"

const SEALED_NAME = /^\d{4}\.p7m$/
const AROUND = [MANIFEST_FILE, RECIPIENT_FILE, BEGUN_FILE]

export interface Generation {
  readonly name: string
  /** null: it was never finished. */
  readonly manifest: Manifest | null
  /** What lies in it and is to go with it. */
  readonly files: readonly string[]
}

export interface Found {
  /** Oldest first. */
  readonly ours: readonly Generation[]
  /** Folders with our name that cannot be proved to be ours. */
  readonly unproved: readonly string[]
}

export const prefixOf = ({
  role,
  site,
}: {
  readonly role: string
  readonly site: { readonly oid: string }
}): string => `${role}-${site.oid}-`

/** `edge-1.2.392…-20261126T062500Z` */
export const nameOf = (prefix: string, at: Date): string =>
  `${prefix}${at.toISOString().replace(/[-:]|\.\d+/g, "")}`

/** @param signer SHA-256 of our seal's SubjectPublicKeyInfo, hex */
export async function generationsIn(target: string, prefix: string, signer: string): Promise<Found> {
  const ours: Generation[] = []
  const unproved: string[] = []
  const names = (await readdir(target)).filter((each) => each.startsWith(prefix)).sort()
  for (const name of names) {
    const found = await proved(target, name, signer)
    if (found === null) unproved.push(name)
    else ours.push(found)
  }
  return { ours, unproved }
}

async function proved(target: string, name: string, signer: string): Promise<Generation | null> {
  const folder = join(target, name)
  if (!(await lstat(folder)).isDirectory()) return null
  const files = await readdir(folder)
  // Made and not yet written in: what is removed of it is a folder with nothing in it.
  if (files.length === 0) return { name, manifest: null, files }
  const isOurs = (value: { readonly generation: string }, by: string): boolean =>
    value.generation === name && by === signer
  try {
    if (files.includes(MANIFEST_FILE)) {
      const { value, signer: by } = readManifest(await readSmall(join(folder, MANIFEST_FILE)))
      const known = new Set([...AROUND, ...value.files.map((each) => each.name)])
      return isOurs(value, by) && files.every((each) => known.has(each))
        ? { name, manifest: value, files }
        : null
    }
    const { value, signer: by } = readBegun(await readSmall(join(folder, BEGUN_FILE)))
    const isNamedAsOurs = files.every((each) => AROUND.includes(each) || SEALED_NAME.test(each))
    return isOurs(value, by) && isNamedAsOurs ? { name, manifest: null, files } : null
  } catch (error) {
    // Not signed, not readable, not there: not proved.
    if (error instanceof DokueiError || (error instanceof Error && "syscall" in error)) return null
    throw error
  }
}

/** Signed data are small; whatever is larger is none. Throws ERR_BACKUP_TAMPERED, and what the system throws. */
export async function readSmall(path: string): Promise<Uint8Array> {
  const file = await open(path, "r")
  try {
    const { size } = await file.stat()
    if (size > MAX_MANIFEST_BYTES) throw tampered(`${path} is larger than any manifest`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

/** Interrupted anywhere, what is left is an unfinished generation of ours. */
export async function removeGeneration(target: string, { name, files }: Generation): Promise<void> {
  const sealed = files.filter((each) => !AROUND.includes(each))
  const order = [MANIFEST_FILE, ...sealed, RECIPIENT_FILE, BEGUN_FILE].filter((each) => files.includes(each))
  for (const each of order) await unlink(join(target, name, each))
  await rmdir(join(target, name))
}

/** What the system says of a target, in our words. */
export function targetFailure(target: string, cause: unknown): unknown {
  if (!(cause instanceof Error && "syscall" in cause && "code" in cause)) return cause
  return new BackupError(
    "ERR_BACKUP_TARGET",
    `${target}: ${String(cause.code)}; nothing there was changed but what was begun now`,
    {
      cause,
    },
  )
}
