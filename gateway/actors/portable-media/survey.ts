/**
 * What lies on a medium (ITI TF-2 3.32): its submission sets, in the order of their folders, and where each document is.
 * Nothing is believed: names lead nowhere but on the medium, and nothing is read that is larger than it can be.
 */
import { join } from "node:path"
import { MediumError } from "../../journey/errors.ts"
import { Malformed } from "../../standards/malformed.ts"
import {
  METADATA_FILE,
  MAX_SUBSETS,
  resolveUri,
  SEALED_METADATA_FILE,
  XDM_FOLDER,
} from "../../standards/xdm/layout.ts"
import {
  MAX_METADATA_BYTES,
  readMetadataFile,
  type MediumSubmission,
} from "../../standards/xdm/metadata-file.ts"
import { MetadataFault } from "../../standards/xds/metadata-fault.ts"
import { comparable } from "../../standards/dicom/dicomdir.ts"
import type { DocumentEntry } from "../../standards/xds/submission.ts"
import type { MediumTree } from "./medium-tree.ts"
import { fileLength, lstatOf, readWhole, unfit } from "./read-file.ts"

/** Room for what CMS puts around it. */
const MAX_SEALED_BYTES = MAX_METADATA_BYTES + 1024 * 1024

export interface SubsetFolder {
  /** As it is written on the medium. */
  readonly name: string
  readonly path: string
}

export interface MediumDocument {
  readonly entry: DocumentEntry
  readonly path: string
  readonly lengthBytes: number
}

export interface ReadSubset {
  readonly submission: MediumSubmission
  readonly documents: readonly MediumDocument[]
}

/** The folders of submission sets. @throws MediumError when this is no XDM medium */
export async function subsetFolders(tree: MediumTree): Promise<readonly SubsetFolder[]> {
  const xdm = await tree.find(tree.root, [XDM_FOLDER])
  if (xdm === null || !(await isFolder(xdm))) throw unfit(`there is no folder ${XDM_FOLDER}`)
  const folders: SubsetFolder[] = []
  for (const name of await tree.namesIn(xdm)) {
    const path = await tree.find(xdm, [name])
    if (path !== null && (await isFolder(path))) folders.push({ name, path })
  }
  if (folders.length === 0) throw unfit(`${XDM_FOLDER} holds no submission set`)
  if (folders.length > MAX_SUBSETS) throw unfit(`${XDM_FOLDER} holds too many folders`)
  return folders
}

/** How much a progress bar is about: what lies in the folders beside the metadata, by its length alone. Nothing is opened. */
export async function extentOf(
  tree: MediumTree,
  folders: readonly SubsetFolder[],
): Promise<{ readonly files: number; readonly lengthBytes: number }> {
  let [files, lengthBytes] = [0, 0]
  for (const { path } of folders)
    for (const name of await namesOr(tree, path)) {
      if (isMetadata(name)) continue
      files += 1
      lengthBytes += await lengthOr(join(path, name))
    }
  return { files, lengthBytes }
}

const isMetadata = (name: string): boolean =>
  [METADATA_FILE, SEALED_METADATA_FILE].some((each) => comparable([each]) === comparable([name]))

/** What cannot be read is told of when its turn comes. */
const namesOr = (tree: MediumTree, path: string): Promise<readonly string[]> =>
  tree.namesIn(path).catch((error: unknown) => unlessUnfit(error, []))
const lengthOr = (path: string): Promise<number> =>
  fileLength(path).catch((error: unknown) => unlessUnfit(error, 0))

function unlessUnfit<T>(error: unknown, instead: T): T {
  if (error instanceof MediumError) return instead
  throw error
}

/** What stands encrypted beside the metadata; null where there is nothing. @throws MediumError */
export async function sealedMetadataIn(tree: MediumTree, { path }: SubsetFolder): Promise<Uint8Array | null> {
  const file = await tree.find(path, [SEALED_METADATA_FILE])
  return file === null ? null : readWhole(file, MAX_SEALED_BYTES)
}

/** @throws MediumError */
export async function metadataIn(tree: MediumTree, { path }: SubsetFolder): Promise<Uint8Array> {
  const file = await tree.find(path, [METADATA_FILE])
  if (file === null) throw unfit(`there is no ${METADATA_FILE}`)
  return readWhole(file, MAX_METADATA_BYTES)
}

/**
 * The submission set with every document found, each of its stated length.
 *
 * @param xml METADATA.XML, or what was opened of METADATA.P7M
 * @throws MediumError with everything that is wrong, one fault a line
 */
export async function readSubset(
  tree: MediumTree,
  folder: SubsetFolder,
  xml: Uint8Array,
): Promise<ReadSubset> {
  const submission = readable(xml)
  const documents: MediumDocument[] = []
  const faults: string[] = []
  for (const entry of submission.submission.documentEntries)
    try {
      documents.push(await document(tree, folder, entry, submission.uris.get(entry.entryUUID)))
    } catch (error) {
      if (!(error instanceof MediumError) && !(error instanceof Malformed)) throw error
      faults.push(`document ${entry.uniqueId}: ${error.message}`)
    }
  if (faults.length > 0) throw unfit(faults.join("\n"))
  return { submission, documents }
}

function readable(xml: Uint8Array): MediumSubmission {
  try {
    return readMetadataFile(xml)
  } catch (error) {
    if (error instanceof MetadataFault)
      throw unfit(error.complaints.map(({ codeContext }) => codeContext).join("\n"), { cause: error })
    if (error instanceof Malformed) throw unfit(error.message, { cause: error })
    throw error
  }
}

async function document(
  tree: MediumTree,
  folder: SubsetFolder,
  entry: DocumentEntry,
  uri: string | undefined,
): Promise<MediumDocument> {
  if (uri === undefined) throw unfit("its entry has no URI")
  const path = await tree.find(tree.root, resolveUri(stepsTo(tree.root, folder), uri))
  if (path === null) throw unfit(`${uri} is not on the medium`)
  const lengthBytes = await fileLength(path)
  if (entry.size !== null && entry.size !== lengthBytes)
    throw unfit(`${uri} has ${lengthBytes} bytes instead of ${entry.size}`)
  return { entry, path, lengthBytes }
}

const isFolder = async (path: string): Promise<boolean> => (await lstatOf(path)).isDirectory()

const stepsTo = (root: string, { path }: SubsetFolder): readonly string[] =>
  path.slice(join(root, "/").length).split("/")
