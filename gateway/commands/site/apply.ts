/**
 * `dokuei site apply FILE`: installs what the site file says and makes the machine do it. Whoever cuts off his own line with
 * it need not travel: unless `dokuei site confirm` is said within minutes, all is put back as it was.
 */
import { spawn } from "node:child_process"
import { Command, InvalidArgumentError } from "commander"
import { systemClock } from "../../clock.ts"
import { SiteError } from "../../journey/errors.ts"
import { rendered } from "../../site/rendered.ts"
import { before, install, isInstalled } from "./installed.ts"
import { load } from "./load.ts"
import { loadSite } from "./load-site.ts"
import { forgetPending, goBack, keepPending, pendingIn } from "./pending.ts"

/** Where the machine's own files begin. */
const ROOT = "/"
const STATE = "/var/lib/dokuei-site"
const CONFIRM_WITHIN_S = 180
const LOOK_MS = 250

interface ApplyOptions {
  readonly within: number
  readonly state: string
}

export const applyCommand = (): Command =>
  new Command("apply")
    .description("install what the site file says; put back unless `dokuei site confirm` is said in time")
    .argument("<file>", "site file")
    .option("--within <seconds>", "how long it waits for `dokuei site confirm`", seconds, CONFIRM_WITHIN_S)
    .option("--state <dir>", "where it is kept what was there before", STATE)
    .action((file: string, { within, state }: ApplyOptions) => {
      const wanted = rendered(loadSite(file)).filter((each) => !isInstalled(ROOT, each))
      if (wanted.length === 0) return say("the machine is as the site file wants it: nothing to do")
      if (pendingIn(state) !== null)
        throw new SiteError(
          "ERR_SITE_PENDING",
          "an earlier change waits for `dokuei site confirm`, or to be put back",
        )
      const until = new Date(systemClock.now().getTime() + within * 1000).toISOString()
      keepPending(state, { until, before: wanted.map(({ path }) => before(ROOT, path)) })
      watchFor(state)
      try {
        for (const each of wanted) install(ROOT, each)
        load()
      } catch (error) {
        goBack(state, ROOT, load)
        throw error
      }
      for (const { path } of wanted) say(`changed: ${path}`)
      say(`put back at ${until} unless you say: dokuei site confirm`)
    })

export const confirmCommand = (): Command =>
  new Command("confirm")
    .description("keep what `dokuei site apply` has installed")
    .option("--state <dir>", "where it is kept what was there before", STATE)
    .action(({ state }: Pick<ApplyOptions, "state">) => {
      if (pendingIn(state) === null)
        throw new SiteError(
          "ERR_SITE_PENDING",
          "nothing waits to be confirmed; it may have been put back already",
        )
      forgetPending(state)
      say("kept")
    })

export const rollBackCommand = (): Command =>
  new Command("roll-back")
    .description("put back what was there before `dokuei site apply`, now or when its time is over")
    .option("--when-due", "not before the time that `apply` gave")
    .option("--state <dir>", "where it is kept what was there before", STATE)
    .action(async ({ whenDue, state }: { readonly whenDue?: true; readonly state: string }) => {
      if (whenDue === true) await due(state)
      say(goBack(state, ROOT, load) ? "put back as it was" : "nothing waits to be put back")
    })

/** Until the time is over or somebody has confirmed. */
async function due(state: string): Promise<void> {
  for (let pending = pendingIn(state); pending !== null; pending = pendingIn(state)) {
    if (systemClock.now().toISOString() >= pending.until) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

/** A process of its own, which outlives the session that this command was typed in. */
function watchFor(state: string): void {
  const [, main = ""] = process.argv
  const watcher = spawn(process.execPath, [main, "site", "roll-back", "--when-due", "--state", state], {
    detached: true,
    stdio: "ignore",
  })
  watcher.unref()
}

function seconds(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 3600)
    throw new InvalidArgumentError("It is a number of seconds, 1 to 3600.")
  return value
}

function say(words: string): void {
  process.stdout.write(`${words}\n`)
}
