/** `dokuei media check DIR`: is the medium whole? By its own METADATA.XML (ITI TF-2 3.32.4.1.4). */
import { createHash } from "node:crypto"
import { MediumTree } from "../../actors/portable-media/medium-tree.ts"
import { octetsOf } from "../../actors/portable-media/read-file.ts"
import {
  metadataIn,
  readSubset,
  subsetFolders,
  type MediumDocument,
  type SubsetFolder,
} from "../../actors/portable-media/survey.ts"
import { MediumError } from "../../journey/errors.ts"
import { Progress, type Screen } from "../import/progress.ts"
import { mediumReport, type SubsetTold, type Told } from "./report.ts"

export async function checkMedium(root: string, screen: Screen): Promise<Told> {
  const tree = new MediumTree(root)
  const folders = await subsetFolders(tree)
  const found: (SubsetTold & { readonly toRead: readonly MediumDocument[] })[] = []
  for (const folder of folders) found.push(await look(tree, folder))
  const all = found.flatMap(({ toRead }) => toRead)
  const totalBytes = all.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  const progress = new Progress(screen, all.length, totalBytes, () => performance.now())
  const told: SubsetTold[] = []
  try {
    for (const { toRead, ...subset } of found)
      told.push({ ...subset, faults: [...subset.faults, ...(await read(toRead, progress))] })
  } finally {
    progress.end()
  }
  return mediumReport("whole", "NOT WHOLE", told)
}

async function look(
  tree: MediumTree,
  folder: SubsetFolder,
): Promise<SubsetTold & { readonly toRead: readonly MediumDocument[] }> {
  const { name } = folder
  try {
    const { documents } = await readSubset(tree, folder, await metadataIn(tree, folder))
    return { name, documents: documents.length, faults: [], remarks: [], toRead: documents }
  } catch (error) {
    return { name, documents: 0, faults: faultsOf(error), remarks: [], toRead: [] }
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
