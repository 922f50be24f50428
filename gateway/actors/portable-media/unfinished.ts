/** What a writing that was killed has left on a medium: it goes before the next one, and nothing else does. */
import type { Stats } from "node:fs"
import { lstat, readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { MAX_DICOMDIR_BYTES } from "../../standards/dicom/dicomdir.ts"
import { readWhole, systemCode } from "./read-file.ts"

/**
 * The folders of ours, and beside them what is byte for byte what we were writing there, or the beginning of it.
 *
 * @param kept the folder with copies of what was to lie beside it
 */
export async function removeUnfinished(root: string, unfinished: string, kept: string): Promise<void> {
  for (const name of await namesIn(join(root, kept)))
    if (await isBeginningOf(join(root, name), join(root, kept, name))) await rm(join(root, name))
  for (const folder of [unfinished, kept]) await rm(join(root, folder), { recursive: true, force: true })
}

/** A link that leads to a folder is none. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const isFolder = (await statsOf(folder))?.isDirectory() ?? false
  return isFolder ? readdir(folder) : []
}

async function isBeginningOf(path: string, copy: string): Promise<boolean> {
  const [found, whole] = [await lengthIfFile(path), await lengthIfFile(copy)]
  if (found === null || whole === null || found > whole || whole > MAX_DICOMDIR_BYTES) return false
  const [some, all] = [await readWhole(path, MAX_DICOMDIR_BYTES), await readWhole(copy, MAX_DICOMDIR_BYTES)]
  return Buffer.compare(some, all.subarray(0, some.length)) === 0
}

async function lengthIfFile(path: string): Promise<number | null> {
  const stats = await statsOf(path)
  return stats?.isFile() === true ? stats.size : null
}

/** Null where there is nothing of that name. */
async function statsOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(path)
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null
    throw error
  }
}
