/** `dokuei check-config FILE`: every fault by its path, before anything starts. */
import { Command } from "commander"
import { loadConfig } from "../config.ts"

export const checkConfigCommand = (): Command =>
  new Command("check-config")
    .description("check a configuration file and the files it names; prints every fault by path")
    .argument("<file>", "configuration")
    .action((file: string) => {
      const { role, site, agreements } = loadConfig(file)
      process.stdout.write(
        `${file}: ${role} of ${site.name} (${site.oid}), ${agreements.length} agreement(s), no faults\n`,
      )
    })
