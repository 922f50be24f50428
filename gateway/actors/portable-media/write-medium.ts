/**
 * Writes a medium so that it is whole or is none: everything goes to a folder of another name, is synced and read back, and
 * the folder gets its name last. What an interrupted writing left is no medium to anybody, and goes with the next: also what it
 * had put beside that folder, known by copies that it kept of it.
 */
import { createHash } from "node:crypto"
import { mkdir, open, readdir, rename, rm, statfs, type FileHandle } from "node:fs/promises"
import { dirname, join } from "node:path"
import { XDM_FOLDER } from "../../standards/xdm/layout.ts"
import type { MediumFile } from "../../journey/ports/media.ts"
import { octetsOf, unfit } from "./read-file.ts"
import { removeUnfinished } from "./unfinished.ts"
import { makeFolder } from "../../storage/make-folder.ts"
import { syncMediumFolder } from "../../storage/sync-folder.ts"

/** ISO 9660 level 1, as everything else. */
const UNFINISHED = `${XDM_FOLDER}.NEW`
/** What lies at the root is here too until the medium is whole: so a writing that was killed is told from somebody's files. */
const KEPT = `${XDM_FOLDER}.OWN`
/** For folders, metadata and what a file system keeps of itself, for each file. */
const BESIDE_BYTES = 16 * 1024
const SLACK_BYTES = 4 * 1024 * 1024
/** Of FAT: msdos and vfat (linux/magic.h); one file of it holds no more than 4 GiB less one byte. */
const FAT_TYPE = 0x4d44
const MAX_FAT_FILE_BYTES = 2 ** 32 - 1

/** One file as it was written. */
interface Written {
  readonly path: string
  readonly lengthBytes: number
  readonly sha1: string
}

/** What is to be written, without how. */
export type Announced = Pick<MediumFile, "path" | "lengthBytes" | "sha1">

/** @throws MediumError when something of these names lies there, room is lacking, or a file is too large for its file system */
export async function checkRoom(root: string, files: readonly Announced[]): Promise<void> {
  const namesNow = async (): Promise<ReadonlySet<string>> =>
    new Set((await attempted(root, () => readdir(root))).map((name) => name.toUpperCase()))
  if ((await namesNow()).has(XDM_FOLDER))
    throw unfit(`there is a folder ${XDM_FOLDER} already: take an empty medium, or an empty folder`)
  await attempted(root, () => removeUnfinished(root, UNFINISHED, KEPT))
  const names = await namesNow()
  const taken = files.find(({ path }) => !isBelow(path) && names.has(path.toUpperCase()))
  // It may be somebody's only disc: a README of his, the DICOMDIR of another hospital.
  if (taken !== undefined)
    throw unfit(`there is a ${taken.path} already: take an empty medium, or an empty folder`)
  const { bavail, bsize, type } = await attempted(root, () => statfs(root))
  const needed = files.reduce((sum, { lengthBytes }) => sum + roomOf(lengthBytes ?? 0, bsize), SLACK_BYTES)
  const free = bavail * bsize
  if (needed > free) throw unfit(`${mebibytes(needed)} are needed, and ${mebibytes(free)} are free`)
  const large = files.find(({ lengthBytes }) => (lengthBytes ?? 0) > MAX_FAT_FILE_BYTES)
  if (type === FAT_TYPE && large !== undefined)
    throw unfit(`${large.path} has more than 4 GiB: a FAT medium takes no such file, format it as exFAT`)
}

const isBelow = (path: string): boolean => path.startsWith(`${XDM_FOLDER}/`)

const roomOf = (lengthBytes: number, blockBytes: number): number =>
  Math.ceil(lengthBytes / blockBytes) * blockBytes + BESIDE_BYTES

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`

/** How far it is: each byte is told when it is written and when it is read back, each file when it is done. */
export interface Writing {
  readonly bytes: (count: number) => void
  readonly file: () => void
}

/**
 * Nothing that lies there is written over, and of what was written nothing stays behind a failure.
 *
 * @throws MediumError when it could not be written, or reads back as something else; whatever `open` of a file throws
 */
export async function writeMedium(
  root: string,
  files: readonly MediumFile[],
  progress: Writing,
): Promise<void> {
  const below = (path: string): string =>
    join(root, isBelow(path) ? UNFINISHED + path.slice(XDM_FOLDER.length) : path)
  const made = [join(root, UNFINISHED), join(root, KEPT)]
  for (const folder of made) await attempted(root, () => mkdir(folder))
  try {
    const written: Written[] = []
    for (const file of files) {
      const path = below(file.path)
      const known = isBelow(file.path) ? file : await kept(root, file)
      const handle = await created(path)
      if (!isBelow(file.path)) made.push(path)
      written.push(await write(handle, path, known, progress))
    }
    for (const folder of new Set(files.map(({ path }) => dirname(below(path))))) await syncFolder(folder)
    await syncFolder(join(root, UNFINISHED))
    for (const each of written) await readBack(each, progress)
    await attempted(root, () => rename(join(root, UNFINISHED), join(root, XDM_FOLDER)))
    made.push(join(root, XDM_FOLDER))
    await attempted(root, () => rm(join(root, KEPT), { recursive: true }))
    await syncFolder(root)
  } catch (error) {
    await removed(made, error)
    throw error
  }
}

/** What is to lie beside the folder, from a copy that is durable before the first byte of it lies there. */
async function kept(root: string, file: MediumFile): Promise<MediumFile> {
  const path = join(root, KEPT, file.path)
  const { lengthBytes, sha1 } = await write(await created(path), path, file, UNSEEN)
  await syncFolder(join(root, KEPT))
  return { path: file.path, lengthBytes, sha1, open: () => octetsOf(path) }
}

const UNSEEN: Writing = { bytes: () => undefined, file: () => undefined }

/** @throws MediumError where it cannot: who has the medium in hand must know that patients may be named on it */
async function removed(paths: readonly string[], cause: unknown): Promise<void> {
  const ends = await Promise.allSettled(paths.map((path) => rm(path, { recursive: true, force: true })))
  const left = paths.filter((_, index) => ends[index]?.status === "rejected")
  if (left.length === 0) return
  const why = cause instanceof Error ? cause.message : "it could not be written"
  throw unfit(`${why}; and ${left.join(", ")} cannot be removed again: patients may be named there`, {
    cause,
  })
}

/** Neither what lies there nor what a link leads to is written over. */
async function created(path: string): Promise<FileHandle> {
  await attempted(path, () => makeFolder(dirname(path)))
  return attempted(path, () => open(path, "wx"))
}

async function write(
  handle: FileHandle,
  path: string,
  file: MediumFile,
  progress: Writing,
): Promise<Written> {
  const sha1 = createHash("sha1")
  let lengthBytes = 0
  try {
    for await (const piece of file.open()) {
      await attempted(path, () => handle.writeFile(piece))
      sha1.update(piece)
      lengthBytes += piece.length
      progress.bytes(piece.length)
    }
    await attempted(path, () => handle.sync())
  } finally {
    await handle.close()
  }
  return checked(file, { path, lengthBytes, sha1: sha1.digest("hex") })
}

/** Nothing leaves that is not what its metadata say. */
function checked({ path, lengthBytes, sha1 }: MediumFile, written: Written): Written {
  const isAsStated =
    (lengthBytes === null || lengthBytes === written.lengthBytes) && (sha1 === null || sha1 === written.sha1)
  if (!isAsStated) throw unfit(`${path} did not come whole from the gateway`)
  return written
}

async function readBack({ path, lengthBytes, sha1 }: Written, progress: Writing): Promise<void> {
  const found = createHash("sha1")
  let foundBytes = 0
  for await (const piece of octetsOf(path)) {
    found.update(piece)
    foundBytes += piece.length
    progress.bytes(piece.length)
  }
  if (foundBytes !== lengthBytes || found.digest("hex") !== sha1)
    throw unfit(`${path} reads back as something else than was written: do not use this medium`)
  progress.file()
}

const syncFolder = (path: string): Promise<void> => attempted(path, () => syncMediumFolder(path))

/** The system's errors in words: `cannot be read` would be wrong here. */
async function attempted<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error
    throw unfit(`${path} cannot be written (${String(error.code)})`, { cause: error })
  }
}
