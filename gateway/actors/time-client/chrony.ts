/** Maintain Time [ITI-1]: chronyd keeps the clock of this machine, and is asked how right it is. Answers the port `TimeCheck`. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { ClockError } from "../../journey/errors.ts"
import type { TimeCheck } from "../../journey/ports/time.ts"
import { readTracking } from "./tracking.ts"

const run = promisify(execFile)

export interface ChronyOptions {
  /** Program and what it is told before `-c -n tracking`. */
  readonly command?: string
  readonly args?: readonly string[]
}

const TIMEOUT_MS = 5_000
const MAX_PRINTED_BYTES = 4_096
/** Of what it prints instead of an answer, in our log and on the technician's page. */
const MAX_TOLD_CHARACTERS = 120

export function chronyTimeCheck({ command = "chronyc", args = [] }: ChronyOptions = {}): TimeCheck {
  return { read: async () => readTracking(await tracking(command, args)) }
}

async function tracking(command: string, args: readonly string[]): Promise<string> {
  try {
    // SIGKILL: what does not end by itself must not be able to refuse; nobody would look at the clock again.
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_PRINTED_BYTES, killSignal: "SIGKILL" } as const
    const { stdout } = await run(command, [...args, "-c", "-n", "tracking"], options)
    return stdout
  } catch (cause) {
    throw new ClockError("ERR_CLOCK_UNKNOWN", `chronyd cannot be asked: ${whyNot(cause)}`, { cause })
  }
}

function whyNot(cause: unknown): string {
  if (!(cause instanceof Error)) return "unknown"
  if ("code" in cause && cause.code === "ENOENT") return "chronyc is not installed"
  const said = "stdout" in cause && typeof cause.stdout === "string" ? sentenceOf(cause.stdout) : ""
  if (said !== "") return said
  return "killed" in cause && cause.killed === true ? "chronyc does not end" : "chronyc fails"
}

/** What chronyc complains of is one line, such as `506 Cannot talk to daemon`; anything may stand in its place. */
const sentenceOf = (printed: string): string =>
  printed
    .slice(0, MAX_TOLD_CHARACTERS)
    .replaceAll(/[\p{C}\p{Z}\ufffd]+/gu, " ")
    .trim()
