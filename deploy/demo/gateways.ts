/** Starts and stops the demonstration's gateways as they run anywhere: `dokuei run FILE`, with a log file each. */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync, writeSync } from "node:fs"
import { GATEWAY_FLAGS } from "../node-flags.js"
import { join } from "node:path"

const MAIN = join(import.meta.dirname, "..", "..", "gateway", "main.ts")
const READY_TIMEOUT_MS = 30_000
/** A gateway ends associations and submissions first; one that hangs is ended. */
const STOP_TIMEOUT_MS = 15_000

export interface Gateway {
  readonly process: ChildProcess
  readonly logFile: string
  /** Resolves when it has logged that it is ready; rejects, with the last line it printed, when it ended before. */
  readonly ready: Promise<void>
  /** Resolves with its last line when it ends, asked or not. */
  readonly ended: Promise<string>
  /** SIGTERM and wait. */
  stop(): Promise<void>
}

/** Resolves when the gateway is ready. */
export async function startGateway(
  config: string,
  logFile: string,
  where: readonly string[] = [],
): Promise<Gateway> {
  const gateway = spawnGateway(config, logFile, where)
  await gateway.ready
  return gateway
}

/**
 * In a process group of its own: a Ctrl-C in the terminal is for us, and we stop it once.
 *
 * @param where what starts a command on the host it is to run on; [] = this one
 */
export function spawnGateway(config: string, logFile: string, where: readonly string[] = []): Gateway {
  const [program, ...args] = [...where, process.execPath, ...GATEWAY_FLAGS, MAIN, "run", config]
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  })
  const printed = keepLog(child, logFile)
  const exited = once(child, "exit")
  const ended = exited.then(() => printed.lastLine())
  return {
    process: child,
    logFile,
    ready: readyOrNot(printed.ready, ended, logFile),
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM")
      const hung = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS)
      await exited
      clearTimeout(hung)
    },
  }
}

/** Everything it prints goes to its log file; what it said last is kept for whoever has to tell of its end. */
function keepLog(child: ChildProcess, logFile: string) {
  const log = openSync(logFile, "a")
  const { promise: ready, resolve } = Promise.withResolvers<undefined>()
  let [said, complained] = ["", ""]
  child.stdout?.on("data", (chunk: Buffer) => {
    writeSync(log, chunk)
    said = lastLineOf(chunk) || said
    if (chunk.includes('"message":"ready"')) resolve(undefined)
  })
  child.stderr?.on("data", (chunk: Buffer) => {
    writeSync(log, chunk)
    complained = lastLineOf(chunk) || complained
  })
  child.once("close", () => closeSync(log))
  // A sentence for a person goes to stderr; the log on stdout is for machines.
  return { ready, lastLine: () => complained || said }
}

const lastLineOf = (chunk: Buffer): string => chunk.toString("utf8").trimEnd().split("\n").at(-1) ?? ""

async function readyOrNot(ready: Promise<unknown>, ended: Promise<string>, logFile: string): Promise<void> {
  const died = ended.then((lastLine) => {
    throw new Error(`the gateway ended before it was ready: ${lastLine}\n        its log: ${logFile}`)
  })
  const late = new Promise<never>((_resolve, reject) => {
    const say = (): void =>
      reject(new Error(`not ready after ${READY_TIMEOUT_MS / 1000} s; its log: ${logFile}`))
    setTimeout(say, READY_TIMEOUT_MS).unref()
  })
  await Promise.race([ready, died, late])
}
