/**
 * `dokuei enrol FILE …`: lets a person in for the first time, or again after a lost device. Prints a link that works
 * once; whoever opens it first becomes that person, so hand it over in person.
 */
import { Command, InvalidArgumentError, Option } from "commander"
import { systemChance, systemClock } from "../clock.ts"
import { loadConfig } from "../config/load.ts"
import type { Config } from "../config/schema.ts"
import { crlFolder } from "../foundation/crl-folder.ts"
import { cardKeysOf, personKeysOf, signingServiceOf } from "../foundation/person-keys.ts"
import { readerFault } from "../foundation/reader-certificates.ts"
import { openTrust } from "../foundation/trust-store.ts"
import { DeskError } from "../journey/errors.ts"
import { boundPersonKeys } from "../journey/people/bound-keys.ts"
import type { Person } from "../journey/ports/person.ts"
import { withPeople } from "./people/store.ts"

const MINUTE_MS = 60_000
const MAX_MINUTES = 7 * 24 * 60
const CODE_BYTES = 32
/** Who sits at which desk. */
const ROLES_AT = { edge: ["clerk", "officer"], center: ["radiologist", "officer"] } as const
const ROLES = ["radiologist", "clerk", "officer"] as const

interface EnrolOptions {
  readonly login: string
  readonly name: string
  readonly role: (typeof ROLES)[number]
  readonly minutes: number
}

export const enrolCommand = (): Command =>
  new Command("enrol")
    .description("add a person, or enrol one again; prints a link that works once")
    .argument("<file>", "configuration")
    .requiredOption(
      "--login <login>",
      "login name, up to 64 characters; at a center also the name of the key files",
      loginName,
    )
    .requiredOption("--name <name>", "name as shown to others", shownName)
    .addOption(
      new Option(
        "--role <role>",
        "radiologist at a center, clerk at an edge; officer at either: answers for accounts, sees no patient",
      )
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .option("--minutes <minutes>", "how long the link works", minutes, 15)
    .action(async (file: string, options: EnrolOptions, command: Command) => {
      const config = loadConfig(file, "unseen")
      const roles: readonly string[] = ROLES_AT[config.role]
      if (!roles.includes(options.role))
        command.error(`error: the desk of this ${config.role} is for role ${roles.join(" or ")}`)
      const link = await enrol(config, options)
      process.stdout.write(`${link}\nworks once, for ${options.minutes} minutes; enrol again makes another\n`)
      const fault = options.role === "radiologist" ? await signingFaultOf(config, options) : null
      if (fault !== null)
        process.stderr.write(
          `${options.login} is enrolled and cannot sign reports yet, or not for long: ${fault}\n`,
        )
    })

/** What is wrong with the key files this login stands for. */
async function signingFaultOf(
  config: Config,
  person: Pick<Person, "login" | "name">,
): Promise<string | null> {
  const lists = crlFolder(config.trust.crls, (name, error) =>
    process.stderr.write(`${name}: ${error.message}\n`),
  )
  const now = systemClock.now()
  try {
    const trust = await openTrust(config, lists)
    const keys = personKeysOf(config, await signingServiceOf(config), cardKeysOf(config))
    return await withPeople(config, (bindings) =>
      readerFault(person, {
        keys: boundPersonKeys(keys, bindings, systemClock),
        trust,
        bindings,
        agreements: config.agreements,
        now,
      }),
    )
  } catch (error) {
    // Whoever enrols may not be allowed to read what the service reads; the service looks again when it starts.
    if (error instanceof Error && "syscall" in error) return `not checked: ${error.message}`
    throw error
  }
}

/**
 * Returns the link. One login is one person in one role: whoever answers for certificates holds none under the same.
 * Safe beside a running gateway: the store is SQLite in WAL mode.
 *
 * @throws DeskError ERR_NOT_ALLOWED for a login that has another role
 */
export const enrol = (config: Config, options: EnrolOptions): Promise<string> =>
  withPeople(config, async (people) => {
    const code = Buffer.from(systemChance.bytes(CODE_BYTES)).toString("base64url")
    const { login, name, role } = options
    const known = (await people.persons()).find((each) => each.login === login)
    if (known !== undefined && known.role !== role)
      throw new DeskError("ERR_NOT_ALLOWED", `${login} is enrolled as ${known.role}: choose another login`)
    const expiresAt = new Date(systemClock.now().getTime() + options.minutes * MINUTE_MS)
    await people.enrol({ login, name, role }, code, expiresAt)
    return `${new URL(config.desk.origin).origin}/#/enrol/${code}`
  })

function loginName(text: string): string {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/.test(text))
    throw new InvalidArgumentError(
      "Letters, digits, dot, hyphen and underscore only, not beginning with a dot.",
    )
  return text
}

function shownName(text: string): string {
  if (text.trim() === "" || text.length > 64) throw new InvalidArgumentError("Must have 1 to 64 characters.")
  return text.trim()
}

function minutes(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > MAX_MINUTES)
    throw new InvalidArgumentError(`Must be a whole number from 1 to ${MAX_MINUTES}.`)
  return value
}
