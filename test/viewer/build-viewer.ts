/**
 * The viewer as it is delivered: built once, built again only when a source is newer than the result.
 * Built beside and then swapped in, so that two test runs at the same time cannot see half a folder.
 */
import { execFile } from "node:child_process"
import { chmod, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises"
import path from "node:path"
import { promisify } from "node:util"

const ROOT = path.resolve(import.meta.dirname, "../..")
const VIEWER = path.join(ROOT, "viewer")
const DIST = path.join(VIEWER, "dist")
const BUILD_TIMEOUT_MS = 170_000

async function newestMs(folder: string): Promise<number> {
  let newest = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name === "dist") continue
    const place = path.join(folder, entry.name)
    newest = Math.max(newest, entry.isDirectory() ? await newestMs(place) : (await stat(place)).mtimeMs)
  }
  return newest
}

async function builtMs(): Promise<number> {
  return stat(path.join(DIST, "index.html")).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
}

/** @returns the folder to serve, absolute */
export async function buildViewer(): Promise<string> {
  if ((await builtMs()) > (await newestMs(VIEWER))) return DIST
  const fresh = await mkdtemp(path.join(ROOT, "node_modules", ".viewer-build-"))
  try {
    await promisify(execFile)(
      process.execPath,
      [path.join(ROOT, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "error", "--outDir", fresh],
      { cwd: VIEWER, timeout: BUILD_TIMEOUT_MS },
    )
    await chmod(fresh, 0o755)
    await rm(DIST, { recursive: true, force: true })
    await rename(fresh, DIST)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return DIST
}
