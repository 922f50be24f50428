/**
 * Why a file of a key cannot be read, told apart for who is woken by it: a key that is lost is one thing, a disk or share that is
 * not mounted another. Who takes the second for the first makes new keys, and only then is something lost.
 */
import { readdirSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { KeyError } from "../../journey/errors.ts"

/** What a file system has by itself. */
const NOBODYS = "lost+found"

/** ERR_KEY_FOLDER where its folder is not there, or is empty with nothing mounted on it; else ERR_KEY_MISSING. */
export function unreadable(path: string, cause: unknown): KeyError {
  const code = codeOf(cause)
  if (code !== "ENOENT") return new KeyError("ERR_KEY_MISSING", `${path} cannot be read (${code})`, { cause })
  const folder = dirname(path)
  const lying = namesIn(folder)
  if (lying === null)
    return new KeyError("ERR_KEY_FOLDER", `${path}: there is no folder ${folder}`, { cause })
  if (lying === 0 && !isMounted(folder))
    return new KeyError("ERR_KEY_FOLDER", `${path}: ${folder} is empty, and nothing is mounted there`, {
      cause,
    })
  const what = lying === 0 ? "is empty" : "holds other files"
  return new KeyError("ERR_KEY_MISSING", `${path} does not exist; its folder is there and ${what}`, { cause })
}

/** null = there is none, or we may not look. */
function namesIn(folder: string): number | null {
  try {
    return readdirSync(folder).filter((name) => name !== NOBODYS).length
  } catch (error) {
    if (error instanceof Error && "code" in error) return null
    throw error
  }
}

/** As `mountpoint` says it: another file system than the folder it lies in. */
const isMounted = (folder: string): boolean => statSync(folder).dev !== statSync(dirname(folder)).dev

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : "not told why"
