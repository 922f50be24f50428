/** `dokuei audit verify FILE`: does the chain hold, how long is it, where does it end? */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import { systemClock } from "../clock.ts"
import { loadConfig } from "../config/load.ts"
import { EXIT, type Finish } from "../exit.ts"
import { leaveNote } from "../storage/trail/used-notes.ts"
import { verifyTrail } from "../storage/trail/verify-trail.ts"
import { caller } from "./caller.ts"

export const auditCommand = (finish: Finish): Command =>
  new Command("audit")
    .description("the audit trail: `audit verify FILE` checks its chain")
    .addCommand(verifyCommand(finish))

const verifyCommand = (finish: Finish): Command =>
  new Command("verify")
    .description("check every link of the chain; prints the number of records and the hash of the newest")
    .argument("<file>", "audit.jsonl of a data folder, or the configuration of its gateway", trailOf)
    .option("--head <hash>", "a hash written down earlier, which the chain must still hold", sha256Hex)
    .action(async (file: string, { head = null }: { head?: string | null }) => {
      const { links, last, fault, torn } = await verifyTrail(file, head)
      const at = systemClock.now().toISOString()
      await leaveNote(file, { at, user: caller(), records: links, fault })
      process.stdout.write(`${links} records, head ${last?.hash ?? "-"}\n`)
      if (torn)
        process.stdout.write("an unfinished record follows: an append that is going on or was cut short\n")
      if (fault === null) {
        process.stdout.write(
          `the chain holds${head === null ? "" : ", with the hash that was written down"}\n`,
        )
        return
      }
      process.stderr.write(`${file}: ${fault}\n`)
      finish(EXIT.failed.code)
    })

/** A trail is JSON lines, a configuration YAML: whoever names the latter means the trail of its data folder. */
function trailOf(path: string): string {
  if (!existsSync(path)) throw new InvalidArgumentError("There is no such file.")
  if (!/\.ya?ml$/.test(path)) return path
  const trail = join(loadConfig(path, "unseen").dataDir, "audit.jsonl")
  if (!existsSync(trail)) throw new InvalidArgumentError(`There is no ${trail} yet.`)
  return trail
}

function sha256Hex(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError("Not 64 lower-case hex digits.")
  return text
}
