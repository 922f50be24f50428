/**
 * How far a collector has the trail: one small file for each, in a folder beside it. Replaced as a whole and synced, so
 * that after a power cut it is the old mark or the new one. One that cannot be read counts as none: then everything is
 * sent anew.
 */
import { open, readFile, rename } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { SentMark, TrailPlace } from "../../journey/ports/audit.ts"
import { makeFolder } from "../make-folder.ts"

const FOLDER = "audit-sent"

/** @param name of the collector, fit for a file name */
export function sentMark(dataDir: string, name: string): SentMark {
  const path = join(dataDir, FOLDER, `${name}.json`)
  return {
    read: async () => placeIn(await textOf(path)),
    write: (place) => replace(path, JSON.stringify(place)),
  }
}

async function replace(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  if ((await makeFolder(folder, 0o700)).length > 0) await sync(dirname(folder))
  const beside = `${path}.part`
  const file = await open(beside, "w", 0o600)
  try {
    await file.writeFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
  await sync(folder)
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return ""
    throw error
  }
}

function placeIn(text: string): TrailPlace | null {
  const [, n, hash = "", endBytes] =
    /^\{"n":(\d{1,15}),"hash":"([0-9a-f]{64})","endBytes":(\d{1,15})\}$/.exec(text) ?? []
  return hash === "" ? null : { n: Number(n), hash, endBytes: Number(endBytes) }
}
