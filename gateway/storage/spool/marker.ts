/**
 * A file in each folder that says whose it is, read and written at every start: a disk that is not mounted stops the
 * service instead of filling the root, and one that is read-only is noticed before the first image comes.
 */
import { join } from "node:path"
import { SpoolError } from "../../journey/errors.ts"
import type { Chance } from "../../journey/ports/time.ts"
import { type Disk, namesIn, unlinkIfThere, withFile } from "./disk.ts"
import { freshId } from "./ids.ts"
import type { SpoolFolders } from "./layout.ts"
import { hasCode } from "../has-code.ts"

export const MARKER_NAME = "DOKUEI"
const MAX_BYTES = 1024

function text(spoolId: string, site: string): string {
  return `dokuei spool v1\nspool ${spoolId}\nsite ${site}\n`
}

/**
 * Makes the folders at the first start, checks them at every other. The root's marker is written last: while it is
 * missing, an interrupted first start is simply begun again.
 *
 * @returns the id of this spool, the same at every start
 */
export async function enterFolders(
  disk: Disk,
  folders: SpoolFolders,
  site: string,
  chance: Chance,
): Promise<string> {
  const children = [folders.slots, folders.objects]
  const known = spoolIdIn(await readMarker(disk, folders.root), site)
  if (known !== null) {
    for (const folder of children) await demandMarker(disk, folder, text(known, site))
  } else {
    await demandFresh(disk, folders)
    await makeFolders(disk, folders)
  }
  const spoolId = known ?? freshId(chance)
  for (const folder of [...children, folders.root]) await writeMarker(disk, folder, text(spoolId, site))
  return spoolId
}

function unmounted(folder: string, what: string): SpoolError {
  return new SpoolError("ERR_SPOOL_MOUNT", `${folder}: ${what}`)
}

async function readMarker(disk: Disk, folder: string): Promise<string | null> {
  try {
    return await withFile(disk, join(folder, MARKER_NAME), "read", async (file) => {
      const into = Buffer.alloc(MAX_BYTES)
      return into.toString("utf8", 0, await file.read(into, 0))
    })
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null
    throw error
  }
}

function spoolIdIn(marker: string | null, site: string): string | null {
  const spoolId = /^dokuei spool v1\nspool ([0-9a-f]{32})\n/.exec(marker ?? "")?.[1] ?? null
  if (marker !== null && (spoolId === null || marker !== text(spoolId, site)))
    throw unmounted(MARKER_NAME, "the marker is of another site or another kind of store")
  return spoolId
}

async function demandMarker(disk: Disk, folder: string, expected: string): Promise<void> {
  if ((await readMarker(disk, folder)) !== expected)
    throw unmounted(folder, "the marker is missing or of another spool")
}

/** A first start finds nothing that a later one would have left. */
async function demandFresh(disk: Disk, folders: SpoolFolders): Promise<void> {
  for (const folder of [folders.slots, folders.objects]) {
    const names = (await namesIn(disk, folder)).filter((name) => !name.startsWith(MARKER_NAME))
    if (names.length > 0) throw unmounted(folders.root, "the marker is missing, but its folders are in use")
  }
}

async function makeFolders(disk: Disk, folders: SpoolFolders): Promise<void> {
  for (const folder of [folders.root, folders.slots, folders.objects]) await disk.mkdir(folder)
  await disk.fsyncDir(folders.root)
  await disk.fsyncDir(join(folders.root, ".."))
}

/** Whole or not at all: written beside, synced, renamed. */
async function writeMarker(disk: Disk, folder: string, marker: string): Promise<void> {
  const [path, beside] = [join(folder, MARKER_NAME), join(folder, `${MARKER_NAME}.new`)]
  await unlinkIfThere(disk, beside)
  await withFile(disk, beside, "create", async (file) => {
    await file.write([Buffer.from(marker, "utf8")], 0)
    await file.fdatasync()
  })
  await disk.rename(beside, path)
  await disk.fsyncDir(folder)
}
