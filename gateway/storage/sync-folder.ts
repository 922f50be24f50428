/** A folder's names are durable when the folder is: what was created, renamed or removed in it survives a power cut. */
import { closeSync, fsyncSync, openSync } from "node:fs"
import { open } from "node:fs/promises"
import { hasCode } from "./has-code.ts"

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * The same on a medium that is carried away. Not every file system of media can sync a folder: one that says so (EINVAL) does by
 * itself what it cannot be asked for, as far as it does. Of our own data folder that would not be enough.
 */
export async function syncMediumFolder(path: string): Promise<void> {
  try {
    await syncFolder(path)
  } catch (error) {
    if (!hasCode(error, "EINVAL")) throw error
  }
}

/** The same for whoever cannot wait. */
export function syncFolderSync(path: string): void {
  const folder = openSync(path, "r")
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
