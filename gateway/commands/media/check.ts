/** `dokuei media check DIR`: is the medium whole? By its own METADATA.XML (ITI TF-2 3.32.4.1.4). */
import { createHash } from "node:crypto"
import { MediumTree } from "../../actors/portable-media/medium-tree.ts"
import { octetsOf } from "../../actors/portable-media/read-file.ts"
import {
  extentOf,
  metadataIn,
  readSubset,
  subsetFolders,
  type MediumDocument,
  type SubsetFolder,
} from "../../actors/portable-media/survey.ts"
import { MediumError } from "../../journey/errors.ts"
import { Progress, type Screen } from "../import/progress.ts"
import { MediumReport, type SubsetTold, type Told } from "./report.ts"

/** Folder by folder: what one says in its metadata is gone before the next is read. */
export async function checkMedium(root: string, screen: Screen): Promise<Told> {
  const tree = new MediumTree(root)
  const folders = await subsetFolders(tree)
  const { files, lengthBytes } = await extentOf(tree, folders)
  const progress = new Progress(screen, files, lengthBytes, () => performance.now())
  const report = new MediumReport("whole", "NOT WHOLE")
  try {
    for (const folder of folders) report.add(await checked(tree, folder, progress))
  } finally {
    progress.end()
  }
  return report.told()
}

async function checked(tree: MediumTree, folder: SubsetFolder, progress: Progress): Promise<SubsetTold> {
  const { name } = folder
  try {
    const { documents } = await readSubset(tree, folder, await metadataIn(tree, folder))
    return { name, documents: documents.length, faults: await read(documents, progress), remarks: [] }
  } catch (error) {
    return { name, documents: 0, faults: faultsOf(error), remarks: [] }
  }
}

async function read(documents: readonly MediumDocument[], progress: Progress): Promise<readonly string[]> {
  const faults: string[] = []
  for (const { entry, path } of documents)
    try {
      const sha1 = createHash("sha1")
      for await (const piece of octetsOf(path)) {
        sha1.update(piece)
        progress.sent(piece.length)
      }
      if (entry.hash !== null && sha1.digest("hex") !== entry.hash)
        faults.push(`document ${entry.uniqueId}: other bytes than its metadata say`)
      progress.answered(1)
    } catch (error) {
      faults.push(...faultsOf(error).map((fault) => `document ${entry.uniqueId}: ${fault}`))
    }
  return faults
}

/** One fault a line. @throws what is no fault of the medium */
export function faultsOf(error: unknown): readonly string[] {
  if (!(error instanceof MediumError)) throw error
  return error.message.split("\n")
}
