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
