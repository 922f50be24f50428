/** Where a bench works, and what keeps one turn's writes out of the next one's time. */
import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

/** A temporary folder of this bench; removed whatever happens. */
export async function inFolder<Result>(
  parent: string | null,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(parent ?? tmpdir(), "dokuei-bench-"))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes out what earlier turns left in the page cache: who does not sync leaves the bill to the next. */
export async function settleDisk(folder: string): Promise<void> {
  await run("sync", ["-f", folder])
}

const ATTEMPTS = 3

/**
 * Starts something on ports that were free when they were chosen, and again on others when one is taken meanwhile.
 * Throws what the last attempt threw.
 */
export async function onFreePorts<Started>(start: (attempt: number) => Promise<Started>): Promise<Started> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    try {
      return await start(attempt)
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}; trying again\n`)
    }
  }
  return start(ATTEMPTS)
}
