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

/** In order of their names. Throws the system's error when the folder cannot be read. */
export async function candidates(root: string): Promise<readonly Candidate[]> {
  const names: string[] = []
  for await (const name of namesBeneath(root, "", 1)) {
    names.push(name)
    if (names.length === MAX_FILES) break
  }
  const found = await Promise.all(
    names.sort().map(async (name) => ({ name, signature: await signatureOf(join(root, name)) })),
  )
  return found.flatMap(({ name, signature }) => (signature === null ? [] : [{ name, signature }]))
}

async function* namesBeneath(root: string, below: string, depth: number): AsyncGenerator<string> {
  for await (const entry of await opendir(join(root, below))) {
    const name = join(below, entry.name)
    if (UNFINISHED.test(entry.name) || name === DONE || name === REFUSED) continue
    // The kind is the entry's own: a link is neither.
    if (entry.isFile()) yield name
    else if (entry.isDirectory() && depth < MAX_DEPTH) yield* namesBeneath(root, name, depth + 1)
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
