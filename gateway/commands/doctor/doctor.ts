/** `dokuei doctor [AREA…]`: what an inspector asks of this machine, answered by the machine; 0 = no fault, 1 = at least one. */
import { Argument, Command } from "commander"
import { systemClock } from "../../clock.ts"
import { loadConfig } from "../../config/load.ts"
import { AREAS, type Area } from "../../doctor/check.ts"
import { asText, lookAt } from "../../doctor/checks.ts"
import { EXIT, type Finish } from "../../exit.ts"
import { loadSite } from "../site/load-site.ts"
import { probe } from "./probe.ts"

interface DoctorOptions {
  readonly site?: string
  readonly config?: string
  readonly json?: true
}

export const doctorCommand = (finish: Finish): Command =>
  new Command("doctor")
    .description(
      "look whether this machine is as the guidelines, the site file and the configuration want it",
    )
    .addArgument(new Argument("[areas...]", "what to look at; all when left out").choices(AREAS))
    .option("--site <file>", "site file")
    .option("--config <file>", "configuration of the gateway")
    .option("--json", "for programs: one object")
    .action(async (areas: readonly Area[], options: DoctorOptions) => {
      const site = options.site === undefined ? null : loadSite(options.site)
      const config = options.config === undefined ? null : loadConfig(options.config, "unseen")
      const now = systemClock.now()
      const machine = await probe(site, config, "/")
      const looked = lookAt({ site, config, machine, now }, areas)
      const text =
        options.json === true
          ? `${JSON.stringify({ at: now.toISOString(), looked }, null, 2)}\n`
          : asText(looked)
      process.stdout.write(text)
      if (looked.some(({ outcome }) => outcome === "fault")) finish(EXIT.failed.code)
    })
