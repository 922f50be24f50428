/** `dokuei evidence export`: the running gateway makes the package; this process, which may be root, writes it. */
import { existsSync } from "node:fs"
import { open, rename, rm } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import { EVIDENCE_PATH } from "../../actors/local-door/evidence-route.ts"
import { loadConfig } from "../../config/load.ts"
import { LocalClient, user } from "../media/local-client.ts"

export const evidenceCommand = (): Command =>
  new Command("evidence")
    .description("with which a stranger can confirm a report, years later and without a network")
    .addCommand(exportCommand())

const exportCommand = (): Command =>
  new Command("export")
    .description(
      "put a report with all its evidence into one file (`dokuei verify` reads it); the gateway runs",
    )
    .argument("<file>", "configuration")
    .argument("<what>", "id of a request or of a report, or the hospital's request number")
    .requiredOption("--out <zip>", "the file to write; it must not be there", newFile)
    .action(async (file: string, what: string, { out }: { out: string }) => {
      const { dataDir } = loadConfig(file, "unseen")
      const body = Buffer.from(JSON.stringify({ user: user(), what }))
      const pieces = new LocalClient(dataDir).posted(EVIDENCE_PATH, body)
      process.stdout.write(`${out}: ${await written(resolve(out), pieces)} bytes\n`)
    })

/** Whole or not at all. */
async function written(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  const beside = `${path}.part`
  let total = 0
  const file = await open(beside, "wx", OWNER_ONLY)
  try {
    for await (const piece of pieces) {
      await file.writeFile(piece)
      total += piece.length
    }
    await file.sync()
    await file.close()
    await rename(beside, path)
    return total
  } catch (error) {
    await file.close()
    await rm(beside, { force: true })
    throw error
  }
}
/** It holds a patient's report. */
const OWNER_ONLY = 0o600

function newFile(path: string): string {
  if (existsSync(path)) throw new InvalidArgumentError("There is such a file already.")
  if (!existsSync(dirname(resolve(path)))) throw new InvalidArgumentError("There is no such folder.")
  return path
}
