/** `dokuei media …`: submissions on a disk, a USB stick or a disc instead of the line (IHE XDM, ITI-32). */
import { statSync } from "node:fs"
import { basename, resolve } from "node:path"
import { Command, InvalidArgumentError, Option } from "commander"
import { EXIT, type Finish } from "../../exit.ts"
import { MEDIUM_TYPES, type Medium, type MediumType } from "../../journey/ports/media.ts"
import { checkMedium } from "./check.ts"
import { exportMedium } from "./export.ts"
import { importMedium } from "./import.ts"

export const mediaCommand = (finish: Finish): Command =>
  new Command("media")
    .description("what would go over the line, on a USB stick, a disc or in a folder (IHE XDM)")
    .addCommand(exportCommand())
    .addCommand(importCommand(finish))
    .addCommand(checkCommand(finish))

const kind = (): Option =>
  new Option("--medium <kind>", "what it is, for the audit trail").choices(MEDIUM_TYPES).default("usb")

const exportCommand = (): Command =>
  new Command("export")
    .description("put submissions on a medium, encrypted as on the line; the gateway runs")
    .argument("<file>", "configuration")
    .argument(
      "<what>",
      "an agreement (all that waits for that partner), a Study Instance UID, a request number, or the id of a request or report",
    )
    .requiredOption("--to <dir>", "where the medium is mounted, or an empty folder", folderThere)
    .addOption(kind())
    .action(async (file: string, what: string, { to, medium }: { to: string; medium: MediumType }) => {
      process.stdout.write(await exportMedium(file, what, mediumAt(to, medium), resolve(to), process.stderr))
    })

const importCommand = (finish: Finish): Command =>
  new Command("import")
    .description("take in what lies on a medium, by the same rules as from the line; the gateway runs")
    .argument("<file>", "configuration")
    .argument("<dir>", "where the medium is mounted", folderThere)
    .option("--as <agreement>", "whose it is, where two agreements have the same partner")
    .addOption(kind())
    .action(async (file: string, dir: string, { as, medium }: { as?: string; medium: MediumType }) => {
      const told = await importMedium(file, resolve(dir), mediumAt(dir, medium), as ?? null, process.stderr)
      process.stdout.write(told.report)
      if (!told.isWhole) finish(EXIT.failed.code)
    })

const checkCommand = (finish: Finish): Command =>
  new Command("check")
    .description("read a medium to its end and compare every document with its metadata; needs no gateway")
    .argument("<dir>", "where the medium is mounted", folderThere)
    .action(async (dir: string) => {
      const told = await checkMedium(resolve(dir), process.stderr)
      process.stdout.write(told.report)
      if (!told.isWhole) finish(EXIT.failed.code)
    })

function folderThere(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InvalidArgumentError("There is no such folder.")
  return path
}

const mediumAt = (path: string, type: MediumType): Medium => ({ name: basename(resolve(path)) || "/", type })
