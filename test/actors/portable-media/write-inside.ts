/**
 * Writes a medium and reads it in again, in whatever file system is mounted at the folder that is given: run by
 * `mounts.test.ts` in a namespace of its own. Prints what became of it.
 */
import { randomBytes } from "node:crypto"
import { readdirSync } from "node:fs"
import { MediumTree } from "../../../gateway/actors/portable-media/medium-tree.ts"
import { metadataIn, readSubset, subsetFolders } from "../../../gateway/actors/portable-media/survey.ts"
import { checkRoom, writeMedium } from "../../../gateway/actors/portable-media/write-medium.ts"
import { checkMedium } from "../../../gateway/commands/media/check.ts"
import type { MediumFile } from "../../../gateway/journey/ports/media.ts"
import { writeMetadataFile } from "../../../gateway/standards/xdm/metadata-file.ts"
import { sampleSubmission } from "../../standards/xds/sample-submission.ts"

const [root = "", lengthBytes = "0"] = process.argv.slice(2)
const documents = [randomBytes(Number(lengthBytes)), randomBytes(1000)]
const submission = sampleSubmission(documents)
const nameOf = ({ entryUUID }: { readonly entryUUID: string }): string => `IMG0000${entryUUID.slice(-1)}`

const file = (path: string, bytes: Uint8Array): MediumFile => ({
  path: `IHE_XDM/SUBSET01/${path}`,
  lengthBytes: null,
  sha1: null,
  async *open() {
    yield await Promise.resolve(bytes)
  },
})

async function run(): Promise<string> {
  const files = [
    ...submission.documentEntries.map((entry, index) =>
      file(nameOf(entry), documents[index] ?? new Uint8Array(0)),
    ),
    file("METADATA.XML", writeMetadataFile(submission, nameOf)),
  ]
  await checkRoom(root, files)
  await writeMedium(root, files, { bytes: () => undefined, file: () => undefined })
  const tree = new MediumTree(root)
  const [folder] = await subsetFolders(tree)
  if (folder === undefined) return "nothing"
  const read = await readSubset(tree, folder, await metadataIn(tree, folder))
  const { report } = await checkMedium(root, { write: () => true })
  return `${read.documents.length} documents, ${report.trim().split("\n").at(-1) ?? ""}`
}

const told = await run().catch((error: unknown) => (error instanceof Error ? error.message : "failed"))
process.stdout.write(`${told}\n${readdirSync(root).join(" ")}\n`)
