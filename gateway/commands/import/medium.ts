/** What lies on a medium or in a folder: DICOM files, other files, and what its DICOMDIR says should be there. */
import { open, opendir, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import {
  MAX_DICOMDIR_BYTES,
  comparable,
  readDicomdir,
  type ReferencedFile,
} from "../../standards/dicom/dicomdir.ts"
import { PART10_START_BYTES } from "../../standards/dicom/part10.ts"
import { Malformed } from "../../standards/malformed.ts"

export interface MediumFile {
  /** Relative to the medium, with `/`. */
  readonly name: string
  readonly lengthBytes: number
}

export interface Medium {
  /** Part 10 files, in order of their names; the DICOMDIR is none of them. */
  readonly files: readonly MediumFile[]
  /** Files that are no Part 10 files: viewers, notes. */
  readonly others: readonly string[]
  /** Each DICOMDIR: what it lists and is not there, or why it cannot be read. */
  readonly directories: readonly Directory[]
}
export interface Directory {
  readonly name: string
  readonly listed: number
  readonly missing: readonly string[]
  /** null = it was read. */
  readonly fault: string | null
}

const DICOMDIR = "DICOMDIR"
const MAX_DEPTH = 16

/** Links are not followed. Throws the system's error when the folder cannot be read. */
export async function lookAt(root: string): Promise<Medium> {
  const names: string[] = []
  for await (const name of namesBeneath(root, "", 1)) names.push(name)
  names.sort()
  const present = new Set(names.map((name) => comparable(name.split("/"))))
  const files: MediumFile[] = []
  const others: string[] = []
  const directories: Directory[] = []
  for (const name of names) {
    const lengthBytes = await part10Length(join(root, name))
    if (isDicomdir(name)) directories.push(await directory(root, name, present))
    else if (lengthBytes === null) others.push(name)
    else files.push({ name, lengthBytes })
  }
  return { files, others, directories }
}

async function* namesBeneath(root: string, below: string, depth: number): AsyncGenerator<string> {
  for await (const entry of await opendir(join(root, below))) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`
    if (entry.isFile()) yield name
    else if (entry.isDirectory() && depth < MAX_DEPTH) yield* namesIn(root, name, depth + 1)
  }
}

/** A folder that cannot be listed (a scratch, a name of another character set) is told of as a file that cannot be read. */
async function* namesIn(root: string, folder: string, depth: number): AsyncGenerator<string> {
  try {
    yield* namesBeneath(root, folder, depth)
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error
    yield folder
  }
}

const isDicomdir = (name: string): boolean => comparable([name.split("/").at(-1) ?? ""]) === DICOMDIR

/** The file's length when it begins as a Part 10 file does (PS3.10 7.1), else null. */
async function part10Length(path: string): Promise<number | null> {
  try {
    return await lengthIfPart10(path)
  } catch (error) {
    // It may be one: storing it will tell that it cannot be read.
    if (error instanceof Error && "code" in error) return 0
    throw error
  }
}

async function lengthIfPart10(path: string): Promise<number | null> {
  const file = await open(path)
  try {
    const start = Buffer.alloc(PART10_START_BYTES)
    const { bytesRead } = await file.read(start, 0, start.length, 0)
    const isPart10 = bytesRead === start.length && start.toString("latin1", start.length - 4) === "DICM"
    return isPart10 ? (await file.stat()).size : null
  } finally {
    await file.close()
  }
}

/** File IDs count from the folder the DICOMDIR is in (PS3.10 8.2). */
async function directory(root: string, name: string, present: ReadonlySet<string>): Promise<Directory> {
  const folder = name.split("/").slice(0, -1)
  try {
    const listed = await read(join(root, name))
    const missing = listed.filter(({ fileId }) => !present.has(comparable([...folder, ...fileId])))
    return {
      name,
      listed: listed.length,
      missing: missing.map(({ fileId }) => [...folder, ...fileId].join("/")),
      fault: null,
    }
  } catch (error) {
    return { name, listed: 0, missing: [], fault: faultOf(error) }
  }
}

/** A scratch on the list itself costs the comparison with it, and no image. */
function faultOf(error: unknown): string {
  if (error instanceof Malformed) return error.message
  if (error instanceof Error && "code" in error) return `cannot be read (${String(error.code)})`
  throw error
}

async function read(path: string): Promise<readonly ReferencedFile[]> {
  if ((await stat(path)).size > MAX_DICOMDIR_BYTES)
    throw new Malformed("DICOMDIR", "limit", `a DICOMDIR of more than ${MAX_DICOMDIR_BYTES} bytes`)
  return readDicomdir(await readFile(path))
}
