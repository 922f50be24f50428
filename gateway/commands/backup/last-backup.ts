/** What `dokuei backup` leaves in the data folder of its last success: `dokuei doctor backup` reads it. */
import { chown, readFile, rename, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"

const FILE = "backup.json"

const schema = z.object({
  takenAt: z.iso.datetime(),
  generation: z.string(),
  target: z.string(),
  /** Whole ones on that target, this one among them. */
  generations: z.int(),
  /** SHA-256 of the recovery certificate it is encrypted for. */
  recipient: z.string(),
  /** The target lies on the disk of the data. */
  sameDisk: z.boolean(),
})
export type LastBackup = z.infer<typeof schema>

export async function noteBackup(dataDir: string, note: LastBackup): Promise<void> {
  const path = join(dataDir, FILE)
  await writeFile(`${path}.part`, JSON.stringify(note), { mode: 0o600 })
  const { uid, gid } = await stat(dataDir)
  if (process.getuid?.() === 0) await chown(`${path}.part`, uid, gid)
  await rename(`${path}.part`, path)
}

/** null: none was taken. Throws what the system throws, and when somebody spoilt the file. */
export async function lastBackup(dataDir: string): Promise<LastBackup | null> {
  try {
    return schema.parse(JSON.parse(await readFile(join(dataDir, FILE), "utf8")))
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null
    throw error
  }
}
