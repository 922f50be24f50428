import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Disk } from "../../../gateway/storage/spool/disk.ts"
import type { FileSpool } from "../../../gateway/storage/spool/file-spool.ts"
import { MemoryDisk } from "../../../gateway/storage/spool/memory-disk.ts"
import { nodeDisk } from "../../../gateway/storage/spool/node-disk.ts"
import { type SpoolUnderTest, describeSpool } from "../../contracts/spool.contract.ts"
import { openTestSpool } from "./world.ts"

let current: FileSpool
let folder = ""

async function openIn(disk: Disk, dataDir: string): Promise<SpoolUnderTest> {
  current = await openTestSpool(disk, dataDir, "one")
  const restart = async (): Promise<FileSpool> => {
    await current.close()
    current = await openTestSpool(disk, dataDir, "two")
    return current
  }
  return { spool: current, restart }
}

describeSpool(
  "the spool on files",
  async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-spool-"))
    return openIn(nodeDisk, folder)
  },
  async () => {
    await current.close()
    await rm(folder, { recursive: true })
  },
)

describeSpool(
  "the spool in memory",
  async () => {
    const disk = new MemoryDisk()
    await disk.mkdir("/data")
    return openIn(disk, "/data")
  },
  () => current.close(),
)
