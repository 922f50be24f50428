/** `dokuei run FILE`: one role until it is asked to stop. Which role is in the file. */
import { setFlagsFromString } from "node:v8"
import { Command } from "commander"
import { loadConfig } from "../config/load.ts"
import type { Config } from "../config/schema.ts"
import { listenFault } from "../foundation/listen-fault.ts"
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
      await serve(() => startRole(config), serviceManager(process.env))
    })

/**
 * A young generation that stays small, as deploy/node-flags.js explains, also for who started us without the flag: what
 * starting up has made of it by now stays, it grows no further.
 */
function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1")
}

/** A role's modules are loaded only by that role: an edge holds no reading desk in memory. */
async function startRole(config: Config): Promise<Running> {
  try {
    if (config.role === "edge") return await (await import("../edge.ts")).startEdge(config)
    return await (await import("../center.ts")).startCenter(config)
  } catch (error) {
    throw listenFault(config, error)
  }
}

/**
 * Starts, tells the service manager, waits for a signal, stops. A signal while starting is kept until the start is
 * over; the second signal ends the process where it stands, which every store must stand anyway.
 */
export async function serve(start: () => Promise<Running>, manager: ServiceManager): Promise<void> {
  const asked = stopSignal()
  try {
    const running = await start()
    manager.ready()
    await asked.first
    manager.stopping()
    await running.stop()
  } finally {
    manager.close()
    asked.close()
  }
}

function stopSignal(): { readonly first: Promise<void>; close(): void } {
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
    close: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, onSignal)
    },
  }
}
