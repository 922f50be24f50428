/**
 * Levers in the data folder: written by a command, taken up by the gateway, durable before anybody is told. A file that cannot be
 * understood shuts the doors: it was there to.
 */
import {
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs"
import { join } from "node:path"
import { LEVER_NAMES, NO_LEVERS, type Lever, type Levers } from "../../journey/ports/levers.ts"

const FILE = "levers.json"
const OWNER_ONLY = 0o600
const UNREADABLE: Lever = { by: "nobody known", reason: `${FILE} cannot be understood`, since: "" }

/** Throws what the system throws when the file is there and cannot be read. */
export function readLevers(dataDir: string): Levers {
  const path = join(dataDir, FILE)
  try {
    return (
      leversIn(readFileSync(path, "utf8")) ?? {
        ...NO_LEVERS,
        isolated: { ...UNREADABLE, since: dateOf(path) },
      }
    )
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return NO_LEVERS
    throw error
  }
}

const dateOf = (path: string): string => statSync(path).mtime.toISOString()

/** Durable when it returns, and the service's own whoever writes it. */
export function writeLevers(dataDir: string, levers: Levers): void {
  const beside = join(dataDir, `${FILE}.new`)
  const file = openSync(beside, "w", OWNER_ONLY)
  try {
    writeSync(file, `${JSON.stringify(levers, null, 2)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  const { uid, gid } = statSync(dataDir)
  if (process.getuid?.() === 0) chownSync(beside, uid, gid)
  renameSync(beside, join(dataDir, FILE))
  const folder = openSync(dataDir, "r")
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function leversIn(text: string): Levers | null {
  const value = tryParse(text)
  if (!isObject(value)) return null
  const [isolated, frozen] = LEVER_NAMES.map((name) => leverIn(value[name]))
  return isolated === undefined || frozen === undefined ? null : { isolated, frozen }
}

/** undefined: not understood. */
function leverIn(value: unknown): Lever | null | undefined {
  if (value === null) return null
  if (!isObject(value)) return undefined
  const { by, reason, since } = value
  return typeof by === "string" && typeof reason === "string" && isInstant(since)
    ? { by, reason, since }
    : undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null
const isInstant = (value: unknown): value is string =>
  typeof value === "string" && !Number.isNaN(Date.parse(value))

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
