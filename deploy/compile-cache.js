// Compiled code of our modules, kept between starts (NODE_COMPILE_CACHE): it halves what a start costs. Who can write
// there decides what runs here, so only a folder of the caller's own counts, and nobody else may write in it.
import { mkdirSync, statSync } from "node:fs"
import { join } from "node:path"

const WRITABLE_BY_OTHERS = 0o022

/** The variable for a child's environment; nothing when there can be no such folder. One that is set stays. */
export function compileCache(root, env = process.env) {
  if ((env.NODE_COMPILE_CACHE ?? "") !== "") return {}
  const folder = join(root, "node_modules", ".cache", "dokuei-compiled")
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const { uid, mode } = statSync(folder)
    const ours = uid === process.getuid?.() && (mode & WRITABLE_BY_OTHERS) === 0
    return ours ? { NODE_COMPILE_CACHE: folder } : {}
  } catch (error) {
    // Installed by somebody else: the start takes longer, nothing more.
    if (["EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOSPC"].includes(error.code)) return {}
    throw error
  }
}
