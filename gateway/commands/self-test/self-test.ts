/** `dokuei self-test FILE`: a phantom goes to a partner and a report of it comes back, through the running gateways. */
import { Command, InvalidArgumentError } from "commander"
import { systemClock } from "../../clock.ts"
import { loadConfig } from "../../config/load.ts"
import type { Config } from "../../config/schema.ts"
import { EXIT, type Finish } from "../../exit.ts"
import { ConfigError } from "../../journey/errors.ts"
import { user } from "../media/local-client.ts"
import { printableLines } from "../printable.ts"
import { askSelfTest } from "./ask.ts"
import { localSelfTests } from "./local-desk.ts"
import { endOf, type SelfTestPartner } from "./told.ts"

const MINUTE_MS = 60_000
/** Less than the phantom's own term. */
const LONGEST_MINUTES = 9

interface Options {
  readonly with?: string
  readonly minutes: number
  readonly json?: true
}

export const selfTestCommand = (finish: Finish): Command =>
  new Command("self-test")
    .description("send a phantom to a partner and get a signed report of it back; the gateways run")
    .argument("<file>", "configuration")
    .option("--with <agreement>", "whose road, where several agreements take self-tests")
    .option("--minutes <minutes>", "how long the answer is waited for", minutes, 5)
    .option("--json", "the result for a program, in place of lines")
    .action(async (file: string, options: Options) => {
      const config = loadConfig(file, "unseen")
      const partner = partnerIn(config, options.with ?? null, file)
      const say = (line: string): void => void process.stdout.write(`${printableLines(line)}\n`)
      const told = options.json === true ? (): void => undefined : say
      told(`Self-test with ${partner.name} (${partner.id}): a phantom, nobody's images`)
      const result = await askSelfTest({
        desk: localSelfTests(config),
        partner,
        user: user(),
        limitMs: options.minutes * MINUTE_MS,
        now: () => systemClock.now(),
        say: told,
      })
      for (const line of endOf(result, partner)) told(line)
      if (options.json === true) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
      if (result.view.outcome !== "passed") finish(EXIT.failed.code)
    })

function minutes(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > LONGEST_MINUTES)
    throw new InvalidArgumentError(`Must be a whole number from 1 to ${LONGEST_MINUTES}.`)
  return value
}

/** @throws ConfigError where none takes self-tests, or several do and none was named */
export function partnerIn(config: Config, named: string | null, file: string): SelfTestPartner {
  const taking = config.agreements.filter(({ accepts }) => accepts.includes("phantom"))
  const chosen = named === null ? taking : taking.filter(({ id }) => id === named)
  const [agreement] = chosen
  if (agreement === undefined || chosen.length > 1) {
    const ids = taking.map(({ id }) => id).join(", ") || "none"
    throw new ConfigError(
      "ERR_CONFIG_INVALID",
      `${file}: name one agreement by --with; with phantom under accepts there ${taking.length === 1 ? "is" : "are"}: ${ids}`,
    )
  }
  const { id, partner, firstResponder, demarcation } = agreement
  return { id, name: partner.name, firstResponder, demarcation, timeZone: config.site.timeZone }
}
