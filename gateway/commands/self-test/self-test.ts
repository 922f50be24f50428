/** `dokuei self-test FILE`: a phantom goes to a partner and a report of it comes back, through the running gateways. */
import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import { systemClock } from "../../clock.ts"
import { loadConfig } from "../../config/load.ts"
import type { Config } from "../../config/schema.ts"
import { EXIT, type Finish } from "../../exit.ts"
import { ConfigError } from "../../journey/errors.ts"
import { user } from "../media/local-client.ts"
import { printableLines } from "../printable.ts"
import { loadSite } from "../site/load-site.ts"
import { askSelfTest } from "./ask.ts"
import { localSelfTests } from "./local-desk.ts"
import { sheetPage } from "./sheet.ts"
import { type SheetAgreement, sheetFacts } from "./sheet-facts.ts"
import { endOf, type SelfTestPartner } from "./told.ts"

const MINUTE_MS = 60_000
/** Less than the phantom's own term. */
const LONGEST_MINUTES = 9

interface Options {
  readonly with?: string
  readonly minutes: number
  readonly json?: true
  readonly sheet?: string
  readonly site?: string
}

export const selfTestCommand = (finish: Finish): Command =>
  new Command("self-test")
    .description("send a phantom to a partner and get a signed report of it back; the gateways run")
    .argument("<file>", "configuration")
    .option("--with <agreement>", "whose road, where several agreements take self-tests")
    .option("--minutes <minutes>", "how long the answer is waited for", minutes, 5)
    .option("--json", "the result for a program, in place of lines")
    .option("--sheet <html>", "write an acceptance sheet to be printed; it must not be there", newFile)
    .option("--site <file>", "site file, for the inspection on the sheet")
    .action(async (file: string, options: Options) => {
      const config = loadConfig(file, "unseen")
      const site = options.site === undefined ? null : loadSite(options.site)
      const agreement = agreementIn(config, options.with ?? null, file)
      const partner = partnerOf(agreement, config)
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
      if (options.sheet !== undefined) {
        const facts = await sheetFacts(config, agreement, result, site, systemClock.now())
        await writeFile(options.sheet, sheetPage(facts), { flag: "wx" })
        told(`${options.sheet}: the acceptance sheet; open it in a browser and print it`)
      }
      if (options.json === true) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
      if (result.view.outcome !== "passed") finish(EXIT.failed.code)
    })

function minutes(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > LONGEST_MINUTES)
    throw new InvalidArgumentError(`Must be a whole number from 1 to ${LONGEST_MINUTES}.`)
  return value
}

function newFile(path: string): string {
  if (existsSync(path))
    throw new InvalidArgumentError("There is such a file already: name another, or move that one away.")
  if (!existsSync(dirname(resolve(path)))) throw new InvalidArgumentError("There is no such folder.")
  return path
}

/** @throws ConfigError where none takes self-tests, or several do and none was named */
export function agreementIn({ agreements }: Config, named: string | null, file: string): SheetAgreement {
  const taking = agreements.filter(({ accepts }) => accepts.includes("phantom"))
  const chosen = named === null ? taking : taking.filter(({ id }) => id === named)
  const [agreement] = chosen
  if (agreement === undefined || chosen.length > 1) {
    const ids = taking.map(({ id }) => id).join(", ") || "none"
    throw new ConfigError(
      "ERR_CONFIG_INVALID",
      `${file}: name one agreement by --with; with phantom under accepts there ${taking.length === 1 ? "is" : "are"}: ${ids}`,
    )
  }
  return agreement
}

const partnerOf = (
  { id, partner, firstResponder, demarcation }: SheetAgreement,
  { site: { timeZone } }: Config,
): SelfTestPartner => ({ id, name: partner.name, firstResponder, demarcation, timeZone })
