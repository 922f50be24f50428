/** The files in a folder that may be objects: regular ones, not on their way to another name, and no links. */
import { opendir, lstat } from "node:fs/promises"
import { join } from "node:path"
import { DONE, REFUSED } from "./options.ts"

/** What tells that a file is still the same one, unchanged. ctime changes with every write and every renaming. */
export interface Signature {
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

export interface Candidate {
  /** Relative to the folder. */
  readonly name: string
  readonly signature: Signature
}

/** Deeper than DICOM media go (PS3.10 8.2 allows eight components). */
const MAX_DEPTH = 8
/** In one look; the rest is met when these are gone. */
const MAX_FILES = 10_000
/** What programs write to before they rename it. */
const UNFINISHED = /^\.|~$|\.(tmp|temp|part|partial|filepart|crdownload)$/i

export interface Candidates {
  /** In order of their names. */
  readonly files: readonly Candidate[]
  /** Is there a file whose name is not UTF-8 (a share mounted with another character set)? No name of ours opens it. */
  readonly hasUnnameable: boolean
}
/** What stands in a name for octets that are no UTF-8. */
const REPLACEMENT = "\ufffd"

/** Throws the system's error when the folder cannot be read. */
export async function candidates(root: string): Promise<Candidates> {
  const names: string[] = []
  for await (const name of namesBeneath(root, "", 1)) {
    names.push(name)
    if (names.length === MAX_FILES) break
  }
  const found = await Promise.all(
    names.sort().map(async (name) => ({ name, signature: await signatureOf(join(root, name)) })),
  )
  return {
    files: found.flatMap(({ name, signature }) => (signature === null ? [] : [{ name, signature }])),
    hasUnnameable: found.some(({ name, signature }) => signature === null && name.includes(REPLACEMENT)),
  }
}

async function* namesBeneath(root: string, below: string, depth: number): AsyncGenerator<string> {
  for await (const entry of await opendir(join(root, below))) {
    const name = join(below, entry.name)
    if (UNFINISHED.test(entry.name) || name === DONE || name === REFUSED) continue
    // The kind is the entry's own: a link is neither.
    if (entry.isFile()) yield name
    else if (entry.isDirectory() && depth < MAX_DEPTH) yield* namesIn(root, name, depth + 1)
  }
}

/** A folder that is gone meanwhile, or cannot be named, stands for what is in it. */
async function* namesIn(root: string, folder: string, depth: number): AsyncGenerator<string> {
  try {
    yield* namesBeneath(root, folder, depth)
  } catch (error) {
    if (!isMissing(error)) throw error
    yield folder
  }
}

/** null when it is gone. */
export async function signatureOf(path: string): Promise<Signature | null> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

export const isUnchanged = (a: Signature, b: Signature): boolean =>
  a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT"
