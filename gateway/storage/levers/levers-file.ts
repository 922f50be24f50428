/**
 * Levers in the data folder: written by a command, taken up by the gateway, durable before anybody is told. A file that cannot be
 * understood shuts the doors: it was there to.
 */
import { randomUUID } from "node:crypto"
import { lstatSync, readFileSync, renameSync, statSync, type Stats } from "node:fs"
import { link, lstat, open, rename, rm, stat, type FileHandle } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { hasCode } from "../has-code.ts"
import { syncFolderSync } from "../sync-folder.ts"
import { tryParse } from "../try-parse.ts"
import { LeverError } from "../../journey/errors.ts"
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
    if (hasCode(error, "ENOENT")) return NO_LEVERS
    throw error
  }
}

const dateOf = (path: string): string => statSync(path).mtime.toISOString()

/** A command that was killed with the turn in its hands holds up nobody for longer. */
const TURN_MS = 30_000
const ASK_AGAIN_MS = 20

/**
 * One command after another: what the file holds, `change` of it, durable when it resolves, and the service's own whoever writes it.
 * The file beside it is the turn as well; it is only ever made, never opened, so that root writes where no link of the service leads.
 *
 * @param change null = nothing is to change. @returns the levers as they are from now on
 */
export async function moveLevers(
  dataDir: string,
  change: (before: Levers) => Promise<Levers | null>,
): Promise<Levers> {
  const beside = join(dataDir, `${FILE}.new`)
  const file = await turn(beside)
  try {
    const before = readLevers(dataDir)
    const levers = await change(before)
    if (levers === null) {
      await demandOwn(file, beside)
      await rm(beside)
      return before
    }
    await file.writeFile(`${JSON.stringify(levers, null, 2)}\n`)
    if (process.getuid?.() === 0) await handOver(file, dataDir)
    await file.sync()
    await demandOwn(file, beside)
    await rename(beside, join(dataDir, FILE))
    syncFolderSync(dataDir)
    return levers
  } catch (error) {
    if (await isOwn(file, beside)) await rm(beside, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

async function turn(beside: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(beside, "wx", OWNER_ONLY)
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error
    }
    const left = await leftBehind(beside)
    if (left === null) await pause(ASK_AGAIN_MS)
    else await takeAway(beside, left)
  }
}

/** Which file it is that a killed command has left; null = none, or its command is still at it. */
async function leftBehind(beside: string): Promise<Inode | null> {
  const seen = await seenAt(beside)
  return seen !== null && Math.abs(Date.now() - seen.mtimeMs) > TURN_MS ? seen : null
}

/**
 * What was left goes, and nothing else: between the look and the deed another command may have had the same thought and taken its
 * turn. A name is moved as a whole, and what turns out to be another's is put back under it.
 */
async function takeAway(beside: string, left: Inode): Promise<void> {
  const aside = `${beside}.${randomUUID()}`
  try {
    // Looked at once more, and moved before anybody of this process can come between.
    if (!isLeft(lstatSync(beside), left)) return
    renameSync(beside, aside)
  } catch (error) {
    if (hasCode(error, "ENOENT")) return
    throw error
  }
  if (!isLeft(await lstat(aside), left)) await putBack(aside, beside)
  await rm(aside)
}

/** Where a third one has taken its turn meanwhile, the owner finds that it has none any more, and changes nothing. */
async function putBack(aside: string, beside: string): Promise<void> {
  try {
    await link(aside, beside)
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error
  }
}

/** @throws ERR_LEVER_TURN: it took so long that another command believed it dead */
async function demandOwn(file: FileHandle, beside: string): Promise<void> {
  if (!(await isOwn(file, beside)))
    throw new LeverError("ERR_LEVER_TURN", "another command took its turn meanwhile; nothing was changed")
}

async function isOwn(file: FileHandle, beside: string): Promise<boolean> {
  const seen = await seenAt(beside)
  return seen !== null && isSame(seen, await file.stat())
}

type Inode = Pick<Stats, "dev" | "ino" | "mtimeMs">
const isSame = (one: Inode, other: Inode): boolean => one.dev === other.dev && one.ino === other.ino
/** A number of an inode that was freed is given to the next file: what was left has its time, too. */
const isLeft = (one: Inode, left: Inode): boolean => isSame(one, left) && one.mtimeMs === left.mtimeMs

async function seenAt(path: string): Promise<Inode | null> {
  try {
    return await lstat(path)
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null
    throw error
  }
}

async function handOver(file: FileHandle, dataDir: string): Promise<void> {
  const { uid, gid } = await stat(dataDir)
  await file.chown(uid, gid)
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
