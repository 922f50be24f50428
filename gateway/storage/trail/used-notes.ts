/**
 * Reading the audit trail is itself an event of the trail (PS3.15 A.5.3.2), but only the gateway writes there. So a
 * command that reads it, or takes a backup, leaves a note beside it, in a folder of the data folder, and the gateway takes it up: within a
 * minute, or at its next start.
 */
import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { lchown, lstat, open, readdir, readFile, rename, stat, unlink } from "node:fs/promises"
import { dirname, join } from "node:path"
import { AuditError } from "../../journey/errors.ts"
import { makeFolder } from "../make-folder.ts"
import { tryParse } from "../try-parse.ts"

const FOLDER = "audit-used"
const LEDGER = "ledger.sqlite"
const MAX_NOTE_BYTES = 4096

/** What a person did to the gateway as a whole, by a command. */
export interface DeedNote {
  /** ISO 8601. */
  readonly at: string
  readonly user: string
  /** In words, without patient data. */
  readonly deed: string
}

export type Note = UsedNote | DeedNote

/** One reading. */
export interface UsedNote {
  /** ISO 8601. */
  readonly at: string
  /** Who asked, by the name the system knows them under. */
  readonly user: string
  readonly records: number
  /** What is wrong with the chain; null = it holds. */
  readonly fault: string | null
}

/**
 * Leaves a note for the gateway whose trail this is; durable when it resolves. A copy of a trail elsewhere is nobody's:
 * false. Throws what the system throws when the note cannot be written.
 */
export async function leaveNote(trail: string, note: Note): Promise<boolean> {
  const dataDir = dirname(trail)
  if (!existsSync(join(dataDir, LEDGER))) return false
  const { uid, gid } = await stat(dataDir)
  const folder = join(dataDir, FOLDER)
  // Whoever reads the trail as root must not leave what the service cannot take up, nor be led elsewhere by it.
  const isRoot = process.getuid?.() === 0
  if ((await makeFolder(folder, 0o700)).length > 0 && isRoot) await lchown(folder, uid, gid)
  if (!(await lstat(folder)).isDirectory()) throw new AuditError("ERR_AUDIT_WRITE", `${folder} is no folder`)
  const name = `${note.at.replaceAll(":", "")}-${randomBytes(8).toString("hex")}.json`
  const unfinished = join(folder, `${name}.part`)
  const file = await open(unfinished, "wx", 0o600)
  try {
    await file.writeFile(JSON.stringify(note))
    if (isRoot) await file.chown(uid, gid)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(unfinished, join(folder, name))
  return true
}

/**
 * Hands over every note and removes it once `take` has resolved; `key` makes a note that comes twice known.
 *
 * @returns names of files that are no notes; they stay where they are
 */
export async function takeNotes(
  dataDir: string,
  take: (key: string, note: Note) => Promise<void>,
): Promise<readonly string[]> {
  const folder = join(dataDir, FOLDER)
  if (!existsSync(folder)) return []
  const strange: string[] = []
  for (const name of (await readdir(folder)).filter((each) => each.endsWith(".json")).sort()) {
    const path = join(folder, name)
    const { size } = await stat(path)
    const note = size > MAX_NOTE_BYTES ? null : readNote(await readFile(path, "utf8"))
    if (note === null) {
      strange.push(name)
      continue
    }
    await take(`${FOLDER}/${name}`, note)
    await unlink(path)
  }
  return strange
}

function readNote(text: string): Note | null {
  const value = tryParse(text)
  if (typeof value !== "object" || value === null) return null
  const { at, user, records, fault, deed } = value as Record<string, unknown>
  if (typeof at !== "string" || Number.isNaN(Date.parse(at)) || typeof user !== "string") return null
  if (typeof deed === "string") return { at: new Date(at).toISOString(), user, deed }
  if (typeof records !== "number" || (typeof fault !== "string" && fault !== null)) return null
  return { at: new Date(at).toISOString(), user, records, fault }
}
