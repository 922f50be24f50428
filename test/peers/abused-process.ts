/** What one input cost a process: CPU of its threads by the scheduler's own clock, and how far its memory rose. */
import { readdirSync, readFileSync } from "node:fs"
import { readdir } from "node:fs/promises"
import { peakRssMiB, resetPeak, rssMiB } from "../bench/process-usage.ts"

const MS_PER_NS = 1e-6

export interface Cost {
  readonly cpuMs: number
  readonly roseMiB: number
}

export const LONG = process.env.DOKUEI_LONG === "1"
/** How many bent inputs a suite sends. */
export const MUTANTS = LONG ? 10_000 : 1_000
/** What an input under 1 MB may cost before anything is agreed with its sender. */
export const LIMIT: Cost = { cpuMs: 100, roseMiB: 16 }

export async function costOf(pid: number, work: () => Promise<void>): Promise<Cost> {
  await resetPeak(pid)
  const [rss, cpu] = [await rssMiB(pid), threadsCpuMs(pid)]
  await work()
  return {
    cpuMs: threadsCpuMs(pid) - cpu,
    roseMiB: Math.max(0, (await peakRssMiB(pid)) - rss),
  }
}

/**
 * The least of several times, when the first is too much: what else a process does at that moment (compiling, collecting
 * garbage, filing what came before) is not the input's.
 */
export async function leastCost(pid: number, limit: Cost, work: () => Promise<void>): Promise<Cost> {
  let least = await costOf(pid, work)
  for (let again = 0; again < 4 && isOver(least, limit); again++) {
    const { cpuMs, roseMiB } = await costOf(pid, work)
    least = { cpuMs: Math.min(cpuMs, least.cpuMs), roseMiB: Math.min(roseMiB, least.roseMiB) }
  }
  return least
}

export const isOver = (cost: Cost, limit: Cost): boolean =>
  cost.cpuMs > limit.cpuMs || cost.roseMiB > limit.roseMiB

/** What a gateway says in its log that a person must look into. */
export const complaintsIn = (logFile: string): readonly string[] =>
  readFileSync(logFile, "utf8")
    .split("\n")
    .filter((line) => line.includes('"level":"error"') || line.includes('"step-failed"'))

/** File descriptors it holds. */
export const openFiles = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length

/** Read at once and not in turns: looking must not cost more than what is looked at. */
function threadsCpuMs(pid: number): number {
  const each = readdirSync(`/proc/${pid}/task`).map((thread) => {
    try {
      const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1")
      return Number(text.split(" ")[0]) * MS_PER_NS
    } catch (error) {
      // A thread may end between the two looks.
      if (
        (error as NodeJS.ErrnoException).code === "ENOENT" ||
        (error as NodeJS.ErrnoException).code === "ESRCH"
      )
        return 0
      throw error
    }
  })
  return each.reduce((sum, one) => sum + one, 0)
}
