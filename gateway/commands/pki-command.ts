/** `dokuei pki demo DIR`: keys and certificates of a demonstration, of real shape and without any trust. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { Command } from "commander"
import { systemChance, systemClock } from "../clock.ts"
import { EXIT, type Finish } from "../exit.ts"
import { pkiDemo, SUMMARY } from "./pki.ts"

export const pkiCommand = (finish: Finish): Command =>
  new Command("pki")
    .description("certificates: `pki demo DIR` makes those of a trial")
    .addCommand(demoCommand(finish))

const demoCommand = (finish: Finish): Command =>
  new Command("demo")
    .description("make every key and certificate a demonstration needs; refuses to overwrite any")
    .argument("<dir>", "folder, made when it is not there")
    .option("--pin <pin>", "PIN of the demonstration's radiologist", "demo-pin-0000")
    .action(async (dir: string, { pin }: { pin: string }) => {
      if (existsSync(join(dir, SUMMARY))) {
        process.stderr.write(`${dir}: already made; nothing was overwritten\n`)
        finish(EXIT.failed.code)
        return
      }
      const { spkiSha256, reader } = await pkiDemo(dir, { pin, now: systemClock.now(), chance: systemChance })
      process.stdout.write(`${dir}: made; radiologist ${reader.japaneseName}, PIN ${pin}\n`)
      for (const [path, pin256] of Object.entries(spkiSha256)) process.stdout.write(`  ${path}  ${pin256}\n`)
    })
