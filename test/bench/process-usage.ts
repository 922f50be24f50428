/** What a process has used, as Linux counts it (proc(5)): CPU of it, its ended children and its living ones; memory. */
import { readFile, readdir, writeFile } from "node:fs/promises"

/** USER_HZ; 100 on every architecture Node runs on (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100
const MS_PER_TICK = 1000 / TICKS_PER_SECOND

/** Fields of /proc/PID/stat counted from 1; the second, the name, may hold spaces. */
const FIELD = { utime: 14, stime: 15, cutime: 16, cstime: 17 } as const

async function statFields(pid: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1")
  return ["", "", "", ...stat.slice(stat.lastIndexOf(")") + 2).split(" ")]
}

/** Children of the process's threads, living or not yet waited for. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`)
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "latin1").catch(() => "")),
  )
  return lists.flatMap((list) =>
    list
      .split(" ")
      .filter((id) => id !== "")
      .map(Number),
  )
}

/** User and system time in milliseconds; resolution 10 ms. */
export async function cpuMs(pid: number): Promise<number> {
  const fields = await statFields(pid)
  const ticks = Object.values(FIELD).reduce((sum, field) => sum + Number(fields[field]), 0)
  const children = await Promise.all((await childrenOf(pid)).map((child) => cpuMs(child).catch(() => 0)))
  return ticks * MS_PER_TICK + children.reduce((sum, each) => sum + each, 0)
}

/** CPU of children this process has waited for, in milliseconds. */
export async function endedChildrenCpuMs(): Promise<number> {
  const fields = await statFields(process.pid)
  return (Number(fields[FIELD.cutime]) + Number(fields[FIELD.cstime])) * MS_PER_TICK
}

async function statusMiB(pid: number, name: "VmRSS" | "VmHWM" | "RssAnon"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "latin1")
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? Number.NaN) / 1024
}

export const rssMiB = (pid: number): Promise<number> => statusMiB(pid, "VmRSS")
export const peakRssMiB = (pid: number): Promise<number> => statusMiB(pid, "VmHWM")

/** From here on VmHWM counts anew (proc(5), clear_refs 5). */
export const resetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, "5")

/** Often enough for a child that serves an association of some tenths of a second. */
const LOOK_EVERY_MS = 50

/**
 * Peak of what the process's children hold themselves (anonymous memory: what they share with it is counted there), in
 * MiB, from now until `end` is called. Looked at from time to time: they are gone when one could ask for their peak.
 */
export function watchChildren(pid: number): { end(): Promise<number> } {
  let peakMiB = 0
  // One that has ended and is not yet waited for holds nothing.
  const heldMiB = (child: number): Promise<number> =>
    statusMiB(child, "RssAnon").then(
      (held) => (Number.isNaN(held) ? 0 : held),
      () => 0,
    )
  const look = async (): Promise<void> => {
    const children = await childrenOf(pid).catch(() => [])
    const sizes = await Promise.all(children.map(heldMiB))
    peakMiB = Math.max(
      peakMiB,
      sizes.reduce((sum, each) => sum + each, 0),
    )
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  return {
    end: async () => {
      clearInterval(timer)
      await look()
      return peakMiB
    },
  }
}
