/** A package from a disk: one ZIP, or the folder it was unpacked into. Whoever handed it over is a stranger. */
import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readSync } from "node:fs"
import { join } from "node:path"
import { Malformed } from "../../standards/malformed.ts"
import { MAX_ZIP_BYTES, MAX_ZIP_FILES, readZip, type ZipFile } from "../../standards/zip/stored-zip.ts"

/** A package has folders of files, and no deeper ones. */
const MAX_DEPTH = 3

/** @throws Malformed ZIP_… or PACKAGE_FOLDER for what cannot be a package; the system's error for what cannot be read */
export const readPackage = (path: string): readonly ZipFile[] =>
  lstatSync(path).isDirectory() ? readFolder(path) : readZip(readLimited(path, MAX_ZIP_BYTES))

function readFolder(root: string): readonly ZipFile[] {
  const files: ZipFile[] = []
  let left = MAX_ZIP_BYTES
  const walk = (folder: string, steps: readonly string[]): void => {
    if (steps.length > MAX_DEPTH) throw unfit("has folders in folders")
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = [...steps, entry.name]
      if (entry.isDirectory()) walk(join(folder, entry.name), at)
      else if (!entry.isFile()) throw unfit("holds a link, or something else that is no file")
      else {
        const octets = readLimited(join(folder, entry.name), left)
        left -= octets.length
        files.push({ path: at.join("/"), octets })
      }
      if (files.length > MAX_ZIP_FILES) throw unfit(`holds more than ${MAX_ZIP_FILES} files`)
    }
  }
  walk(root, [])
  return files
}

/** What a file says of its length is not believed: it may grow, or have none. */
function readLimited(path: string, maxBytes: number): Buffer {
  const file = openSync(path, "r")
  try {
    if (!fstatSync(file).isFile()) throw unfit("is no file")
    const pieces: Buffer[] = []
    let total = 0
    for (;;) {
      const piece = Buffer.alloc(PIECE_BYTES)
      const count = readSync(file, piece)
      if (count === 0) return Buffer.concat(pieces)
      total += count
      if (total > maxBytes) throw unfit("is larger than a package may be")
      pieces.push(piece.subarray(0, count))
    }
  } finally {
    closeSync(file)
  }
}
const PIECE_BYTES = 1024 * 1024

const unfit = (message: string): Malformed => new Malformed("PACKAGE_FOLDER", "docs/trust.md", message)
