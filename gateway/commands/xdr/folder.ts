/** What of a folder goes into a submission: every file but a DICOMDIR, measured and known by what it begins with. */
import { createHash, type Hash } from "node:crypto"
import { join } from "node:path"
import { octetsOf } from "../../actors/portable-media/read-file.ts"
import { MediumError } from "../../journey/errors.ts"
import { inflateWhatIsThere, studyHeaderOf } from "../../journey/header.ts"
import type { StudyHeader } from "../../journey/records/study.ts"
import { readPart10 } from "../../standards/dicom/data-set.ts"
import { Malformed } from "../../standards/malformed.ts"
import { lookAt } from "../import/medium.ts"
import { type FileKind, kindOfFile } from "./file-kind.ts"

/** As many documents as our own recipient takes in one submission. */
export const MAX_DOCUMENTS = 4_000
/** Patient, study and series stand in the first of a file; so does whatever tells its kind. */
const HEAD_BYTES = 1024 * 1024
/** Series Instance UID: what is wanted stands before it. */
const UNTIL_TAG = 0x0020000e

/** What an image says of itself. */
export interface ImageHead {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  readonly study: StudyHeader
}

export interface FolderDocument extends FileKind {
  /** Relative to the folder, with `/`. */
  readonly name: string
  readonly path: string
  readonly lengthBytes: number
  /** 40 hex digits, of the octets as they are sent. */
  readonly sha1: string
  /** null where it is no image. */
  readonly image: ImageHead | null
}

/** In order of their names. @throws MediumError for an empty folder, one too full, and a file that cannot be read */
export async function documentsIn(folder: string): Promise<readonly FolderDocument[]> {
  const { files, others } = await lookAt(folder)
  const names = [...files.map(({ name }) => name), ...others].sort()
  if (names.length === 0) throw unfit(`${folder} holds no file`)
  if (names.length > MAX_DOCUMENTS)
    throw unfit(`${folder} holds ${names.length} files, and one submission takes ${MAX_DOCUMENTS}`)
  const documents: FolderDocument[] = []
  for (const name of names) documents.push(await documentAt(folder, name))
  return documents
}

async function documentAt(folder: string, name: string): Promise<FolderDocument> {
  const path = join(folder, name)
  const sha1 = createHash("sha1")
  const { head, lengthBytes } = await read(path, sha1)
  const kind = kindOfFile(name, head)
  const image = kind.role === "instance" ? imageHead(name, head) : null
  return { ...kind, name, path, lengthBytes, sha1: sha1.digest("hex"), image }
}

async function read(
  path: string,
  sha1: Hash,
): Promise<{ readonly head: Buffer; readonly lengthBytes: number }> {
  const beginning: Uint8Array[] = []
  let lengthBytes = 0
  for await (const piece of octetsOf(path)) {
    if (lengthBytes < HEAD_BYTES) beginning.push(Uint8Array.from(piece.subarray(0, HEAD_BYTES - lengthBytes)))
    sha1.update(piece)
    lengthBytes += piece.length
  }
  return { head: Buffer.concat(beginning), lengthBytes }
}

function imageHead(name: string, head: Uint8Array): ImageHead {
  try {
    const { dataSet } = readPart10(head, { untilTag: UNTIL_TAG, inflate: inflateWhatIsThere })
    return {
      SOPClassUID: dataSet.text("SOPClassUID"),
      SOPInstanceUID: dataSet.text("SOPInstanceUID"),
      study: studyHeaderOf(dataSet),
    }
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause
    throw unfit(`${name} begins as a DICOM file and cannot be read: ${cause.message}`, cause)
  }
}

const unfit = (sentence: string, cause?: unknown): MediumError =>
  new MediumError("ERR_MEDIUM_UNFIT", sentence, { cause })
