/** `dokuei pki …`: certificates of a demonstration, of real shape and without any trust, and those of a reading centre's own authorities. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { Command } from "commander"
import { systemChance, systemClock } from "../clock.ts"
import { EXIT, type Finish } from "../exit.ts"
import { authorityCommands } from "./join/authority-commands.ts"
import { pkiDemo, SUMMARY } from "./pki.ts"

export function pkiCommand(finish: Finish): Command {
  const pki = new Command("pki")
    .description("certificates: those of a trial, and a reading centre's own authority")
    .addCommand(demoCommand(finish))
  for (const each of authorityCommands()) pki.addCommand(each)
  return pki
}

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
