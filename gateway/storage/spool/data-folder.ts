/** The data folder: made a level at a time, and with nothing left of it where it cannot be. */
import { accessSync, constants, mkdirSync, rmdirSync, statSync } from "node:fs"
import { SpoolError } from "../../journey/errors.ts"
import { missingFolders } from "../make-folder.ts"

const MODE = 0o750

/** Makes the folder when it is not there. Throws ERR_SPOOL_FOLDER when it cannot be made, or not be written by us. */
export function makeDataFolder(path: string): void {
  make(path)
}

/** The same, and takes away again what it made: for whoever only asks whether it could be. */
export function tryDataFolder(path: string): void {
  for (const folder of make(path).toReversed()) rmdirSync(folder)
}

/** Returns what it made, outermost first. */
function make(path: string): readonly string[] {
  const made: string[] = []
  try {
    for (const folder of missingFolders(path)) {
      mkdirSync(folder, MODE)
      made.push(folder)
    }
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    if (!statSync(path).isDirectory()) throw new SpoolError("ERR_SPOOL_FOLDER", `${path} is not a folder`)
    return made
  } catch (cause) {
    for (const folder of made.toReversed()) rmdirSync(folder)
    if (cause instanceof SpoolError) throw cause
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "-"
    throw new SpoolError("ERR_SPOOL_FOLDER", `${path} cannot be made or written (${code})`, { cause })
  }
}
