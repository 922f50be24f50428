/** `dokuei evidence export`: the running gateway makes the package; this process, which may be root, writes it. */
import { existsSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import { EVIDENCE_PATH } from "../../actors/local-door/evidence-route.ts"
import { loadConfig } from "../../config/load.ts"
import { LocalClient, user } from "../media/local-client.ts"
import { writePackage } from "./write-package.ts"

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
      process.stdout.write(`${out}: ${await writePackage(resolve(out), pieces)} bytes\n`)
    })

function newFile(path: string): string {
  if (existsSync(path))
    throw new InvalidArgumentError("There is such a file already: name another, or move that one away.")
  if (!existsSync(dirname(resolve(path)))) throw new InvalidArgumentError("There is no such folder.")
  return path
}
