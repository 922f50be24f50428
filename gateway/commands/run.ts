/** `dokuei run FILE`: one role until it is asked to stop. Which role is in the file. */
import { setFlagsFromString } from "node:v8"
import { Command } from "commander"
import { loadConfig } from "../config/load.ts"
import type { Config } from "../config/schema.ts"
import { watchLevers } from "../foundation/lever-watch.ts"
import { listenFault } from "../foundation/listen-fault.ts"
import { LeverError } from "../journey/errors.ts"
import type { Levers } from "../journey/ports/levers.ts"
import type { Running } from "../running.ts"
import { serviceManager, type ServiceManager } from "./service-manager.ts"

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const
/** By convention of shells: 128 + number of the signal. */
const KILLED_BY = { SIGTERM: 143, SIGINT: 130 } as const

export const runCommand = (): Command =>
  new Command("run")
    .description(
      "run an edge or a center in the foreground; SIGTERM stops it gracefully, a second one at once",
    )
    .argument("<file>", "configuration")
    .action(async (file: string) => {
      keepYoungGenerationSmall()
      const config = loadConfig(file)
      const levers = watchLevers(config.dataDir)
      try {
        const start = (): Promise<Running> => startRole(config, levers.take())
        await serve(start, serviceManager(process.env), () => levers.moved())
      } finally {
        levers.close()
      }
    })

/**
 * A young generation that stays small, as deploy/node-flags.js explains, also for who started us without the flag: what
 * starting up has made of it by now stays, it grows no further.
 */
function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1")
}

/** A role's modules are loaded only by that role: an edge holds no reading desk in memory, and what is isolated neither. */
async function startRole(config: Config, levers: Levers): Promise<Running> {
  try {
    if (levers.isolated !== null) return await (await import("../isolated.ts")).startIsolated(config, levers)
    if (config.role === "edge") return await (await import("../edge.ts")).startEdge(config, levers)
    return await (await import("../center.ts")).startCenter(config, levers)
  } catch (error) {
    throw listenFault(config, error)
  }
}

/**
 * Starts, tells the service manager, waits for a signal, stops. A signal while starting is kept until the start is
 * over; the second signal ends the process where it stands, which every store must stand anyway.
 *
 * What `moved` tells of, a lever that is pulled or ended, stops what runs in good order and starts what holds from then on.
 */
export async function serve(
  start: () => Promise<Running>,
  manager: ServiceManager,
  moved: () => Promise<void> = never,
): Promise<void> {
  const asked = stopSignal()
  try {
    for (let isFirst = true; !asked.isAsked(); isFirst = false) {
      const running = await start()
      if (isFirst) manager.ready()
      await Promise.race([asked.first, moved()])
      if (asked.isAsked()) {
        manager.stopping()
        await running.stop()
      } else await stopSoon(running)
    }
  } finally {
    manager.close()
    asked.close()
  }
}

const never = (): Promise<never> => Promise.withResolvers<never>().promise

/** What is under way has so long: a lever does not wait for a sending of an hour. */
const LEVER_WAITS_MS = 30_000

/** Throws ERR_LEVER_LATE: then the process ends where it stands, and its next start finds the lever. */
async function stopSoon(running: Running): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new LeverError("ERR_LEVER_LATE", "what was under way has not ended in time: it is cut")),
    LEVER_WAITS_MS,
  )
  try {
    await Promise.race([running.stop(), late])
  } finally {
    clearTimeout(timer)
  }
}

function stopSignal(): { readonly first: Promise<void>; isAsked(): boolean; close(): void } {
  const { promise: first, resolve } = Promise.withResolvers<undefined>()
  let asked = false
  const onSignal = (signal: (typeof STOP_SIGNALS)[number]): void => {
    if (asked) process.exit(KILLED_BY[signal])
    asked = true
    resolve(undefined)
  }
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal)
  return {
    first,
    isAsked: () => asked,
    close: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, onSignal)
    },
  }
}
