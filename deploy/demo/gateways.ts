/** Starts and stops the demonstration's processes: both gateways as they run anywhere, and the time-stamp authority. */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { openSync } from "node:fs"
import { join } from "node:path"
import { GATEWAY_FLAGS } from "../node-flags.js"

const MAIN = join(import.meta.dirname, "..", "..", "gateway", "main.ts")
const READY_TIMEOUT_MS = 30_000

export interface Gateway {
  readonly process: ChildProcess
  readonly logFile: string
  /** SIGTERM and wait. */
  stop(): Promise<void>
}

/** Resolves when the gateway has logged that it is ready. */
export async function startGateway(config: string, logFile: string): Promise<Gateway> {
  const log = openSync(logFile, "a")
  const child = spawn(process.execPath, [...GATEWAY_FLAGS, MAIN, "run", config], {
    stdio: ["ignore", "pipe", log],
  })
  const exited = once(child, "exit")
  await ready(child, exited, log, config)
  return {
    process: child,
    logFile,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM")
      await exited
    },
  }
}

async function ready(
  child: ChildProcess,
  exited: Promise<unknown>,
  log: number,
  config: string,
): Promise<void> {
  const { writeSync } = await import("node:fs")
  const seen = new Promise<void>((resolve) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      writeSync(log, chunk)
      if (chunk.includes('"message":"ready"')) resolve()
    })
  })
  const died = exited.then(() => {
    throw new Error(`${config}: the gateway ended before it was ready`)
  })
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(
      () => reject(new Error(`${config}: not ready after ${READY_TIMEOUT_MS} ms`)),
      READY_TIMEOUT_MS,
    ).unref()
  })
  await Promise.race([seen, died, late])
}
