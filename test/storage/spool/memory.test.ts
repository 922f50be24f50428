import assert from "node:assert/strict"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { nodeDisk } from "../../../gateway/storage/spool/node-disk.ts"
import { meta, openTestSpool, prologue } from "./world.ts"

const MIB = 2 ** 20
const PIECE = Buffer.alloc(16 * 1024, 5)

describe("an object much larger than the memory it may take", () => {
  it("passes in and out with less than 48 MiB over idle", async () => {
    const folder = await mkdtemp(join(tmpdir(), "dokuei-memory-"))
    const spool = await openTestSpool(nodeDisk, folder, "memory")
    const segment = await spool.openSegment(await spool.createSlot("received"))
    const idle = process.memoryUsage().rss
    let most = 0
    const look = (): void => void (most = Math.max(most, process.memoryUsage().rss - idle))

    const writer = await segment.begin("instance", prologue())
    for (let written = 0; written < 256 * MIB; written += PIECE.length) {
      await writer.write(PIECE)
      if (written % MIB === 0) look()
    }
    const { place } = await writer.finish(meta("1"))
    await segment.close()
    for await (const piece of (await spool.open(place)).clear()) {
      assert.ok(piece.length <= MIB)
      look()
    }
    assert.ok(most < 48 * MIB, `${Math.round(most / MIB)} MiB`)
    await spool.close()
    await rm(folder, { recursive: true })
  })
})
