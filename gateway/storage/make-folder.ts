/**
 * Folders, made a level at a time. `mkdir -p` of Node never ends where a file system takes no folder and says that there is none
 * (proc, an automounter whose medium is gone, a mount that was taken away): it makes the one above, which is there, again and again.
 */
import { mkdirSync, statSync } from "node:fs"
import { mkdir, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { hasCode } from "./has-code.ts"

const USUAL = 0o777

/**
 * With those above it that are not there; what another makes meanwhile is as good.
 *
 * @param mode of each that is made
 * @returns those, outermost first. @throws what the system says of the first that cannot be made
 */
export async function makeFolder(path: string, mode = USUAL): Promise<readonly string[]> {
  const [missing, made]: [string[], string[]] = [[], []]
  for (let folder = path; !(await isFolder(folder)); folder = dirname(folder)) missing.unshift(folder)
  for (const folder of missing)
    try {
      await mkdir(folder, mode)
      made.push(folder)
    } catch (error) {
      if (!hasCode(error, "EEXIST") || !(await isFolder(folder))) throw error
    }
  return made
}

/** The same for whoever cannot wait. */
export function makeFolderSync(path: string, mode = USUAL): readonly string[] {
  const made: string[] = []
  for (const folder of missingFolders(path))
    try {
      mkdirSync(folder, mode)
      made.push(folder)
    } catch (error) {
      if (!hasCode(error, "EEXIST") || !isFolderSync(folder)) throw error
    }
  return made
}

/** The folder and those above it that are not there, outermost first. */
export function missingFolders(path: string): readonly string[] {
  const missing: string[] = []
  for (let folder = path; !isFolderSync(folder); folder = dirname(folder)) missing.unshift(folder)
  return missing
}

const isFolderSync = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return false
    throw error
  }
}
