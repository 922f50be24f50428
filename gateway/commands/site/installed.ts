/** Files as they lie on the machine, what they were before a change, and how they are put back. */
import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { RenderedFile } from "../../site/rendered.ts"
import { makeFolderSync } from "../../storage/make-folder.ts"

/** A file of before; null = there was none. */
export interface Before {
  readonly path: string
  readonly mode: number
  readonly text: string | null
}

/** Null when there is none. */
export function installed(path: string): string | null {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null
    throw error
  }
}

/** Octet by octet, and readable and writable by whom it should be. */
export function isInstalled(root: string, { path, mode, text }: RenderedFile): boolean {
  const target = join(root, path)
  return installed(target) === text && modeOf(target) === mode
}

/** What is right already keeps its date, so that nothing is loaded again for nothing. @returns whether it was written */
export function install(root: string, file: RenderedFile): boolean {
  if (isInstalled(root, file)) return false
  const { path, mode, text } = file
  const target = join(root, path)
  makeFolderSync(dirname(target))
  // Whoever reads it meanwhile reads the old one or the new one.
  const beside = `${target}.new`
  writeFileSync(beside, text, { mode })
  chmodSync(beside, mode)
  renameSync(beside, target)
  return true
}

export const modeOf = (path: string): number => statSync(path).mode & 0o7777

export function before(root: string, path: string): Before {
  const target = join(root, path)
  const text = installed(target)
  return { path, mode: text === null ? 0 : modeOf(target), text }
}

export function putBack(root: string, { path, mode, text }: Before): void {
  if (text === null) rmSync(join(root, path), { force: true })
  else install(root, { path, mode, text })
}
