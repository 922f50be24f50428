/** `dokuei isolate FILE` and `dokuei freeze FILE`: what a person does first in an incident, with a name and a reason; `--end` gives back. */
import { Command, InvalidArgumentError } from "commander"
import { loadConfig } from "../../config/load.ts"
import type { LeverName } from "../../journey/ports/levers.ts"
import { filterGivesBack, filterShuts } from "./filter.ts"
import { machineRoomOf, pull, takenUp } from "./pull.ts"

const MOST_CHARACTERS = 300

interface LeverOptions {
  readonly by: string
  readonly reason: string
  readonly end?: true
}

export const isolateCommand = (): Command =>
  lever(
    "isolate",
    "shut every door but the management's, and call nobody; partners and devices keep what they have",
  ).action(async (file: string, options: LeverOptions) => {
    const isEnd = options.end === true
    if (isEnd) say(filterGivesBack())
    try {
      await move(file, "isolated", options)
    } finally {
      // Also when the program is late: the filter does not wait for it.
      if (!isEnd) say(filterShuts())
    }
  })

export const freezeCommand = (): Command =>
  lever(
    "freeze",
    "let people read what is here, and change nothing: no receiving, signing, sending, destroying",
  ).action((file: string, options: LeverOptions) => move(file, "frozen", options))

const lever = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .argument("<file>", "configuration")
    .requiredOption("--by <name>", "who decides it, for the audit trail", words)
    .requiredOption("--reason <text>", "why, without patient data", words)
    .option("--end", "give back what was taken")

async function move(file: string, name: LeverName, { by, reason, end }: LeverOptions): Promise<void> {
  const config = loadConfig(file, "unseen")
  const ask = machineRoomOf(config)
  const isRunning = (await ask()) !== null
  const levers = await pull(config, { lever: name, by, reason, end: end === true })
  if (isRunning) await takenUp(levers, ask)
  const holds = levers[name]
  const state =
    holds === null ? `not ${name}` : `${name} since ${holds.since}, by ${holds.by}: ${holds.reason}`
  say(isRunning ? state : `${state}; the gateway does not run: so it will be from its next start on`)
}

function words(text: string): string {
  const value = text.trim()
  if (value === "" || value.length > MOST_CHARACTERS || /\p{Cc}/u.test(value))
    throw new InvalidArgumentError(`It is 1 to ${MOST_CHARACTERS} characters in one line.`)
  return value
}

function say(told: string): void {
  process.stdout.write(`${told}\n`)
}
