/** `dokuei check-config FILE`: every fault by its path, before anything starts. */
import { Command } from "commander"
import { systemClock } from "../clock.ts"
import { isSealed, namedFiles } from "../config/files.ts"
import { faultsOf, loadConfig } from "../config/load.ts"
import type { Config } from "../config/schema.ts"
import { namedFileIssues } from "../foundation/named-files.ts"

export const checkConfigCommand = (): Command =>
  new Command("check-config")
    .description("check a configuration file and the files it names; prints every fault by path")
    .argument("<file>", "configuration")
    .action(async (file: string) => {
      const config = loadConfig(file)
      const issues = await namedFileIssues(config, systemClock.now())
      if (issues.length > 0) throw faultsOf(file, issues)
      const { role, site, agreements } = config
      process.stdout.write([...unencrypted(config), ...forTests(config), ...notLookedAt(config)].join(""))
      process.stdout.write(
        `${file}: ${role} of ${site.name} (${site.oid}), ${agreements.length} agreement(s), no faults\n`,
      )
    })

/** What is no fault and yet nobody should overlook. */
const unencrypted = ({ agreements }: Config): string[] =>
  agreements.flatMap(({ id, partner, packaging: { permission } }) =>
    permission === undefined
      ? []
      : [
          `warning: agreement ${id}: documents travel to and from ${partner.name} unencrypted inside TLS, ` +
            `by ${permission.document} of ${permission.date}\n`,
        ],
  )

/** A gateway for production must not run so, and this one may be one. */
const forTests = ({ trust }: Config): string[] =>
  trust.allowTestPolicies
    ? [
        "warning: trust.allowTestPolicies: signatures with HPKI certificates for tests count as valid; never in production\n",
      ]
    : []

/** What systemd opens for the running unit alone: whether it fits, the start says. */
const notLookedAt = (config: Config): string[] =>
  namedFiles(config)
    .filter(({ path }) => isSealed(path))
    .map(({ setting, path }) => `note: ${setting}: ${path} is there while the unit runs; not looked at\n`)
