/** An evidence package comes onto the disk, under its name only when all of it is there. */
import { open, readdir, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { systemCode } from "../../actors/portable-media/read-file.ts"

/** It holds a patient's report. */
const OWNER_ONLY = 0o600

/** Whole or not at all. What an export that was killed left beside it goes first; one that still runs keeps its own. */
export async function writePackage(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  await withoutLeftovers(path)
  const beside = `${path}.${process.pid}.part`
  let total = 0
  const file = await open(beside, "wx", OWNER_ONLY)
  try {
    for await (const piece of pieces) {
      await file.writeFile(piece)
      total += piece.length
    }
    await file.sync()
    await file.close()
    await rename(beside, path)
    return total
  } catch (error) {
    await file.close()
    await rm(beside, { force: true })
    throw error
  }
}
async function withoutLeftovers(path: string): Promise<void> {
  const name = basename(path)
  for (const each of await readdir(dirname(path))) {
    const number = each.startsWith(`${name}.`)
      ? /^\.(\d+)\.part$/.exec(each.slice(name.length))?.[1]
      : undefined
    if (number !== undefined && !isRunning(Number(number)))
      await rm(join(dirname(path), each), { force: true })
  }
}

/** Signal 0 tells it of a process that is another user's as well. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return systemCode(error) !== "ESRCH"
  }
}
