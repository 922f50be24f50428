/** Run by memory.test.ts in a process of its own: 512 MiB in and out; prints the most RSS over idle, in bytes. */
import assert from "node:assert/strict"
import { nodeDisk } from "../../../gateway/storage/spool/node-disk.ts"
import { meta, openTestSpool, prologue } from "./world.ts"

const MIB = 2 ** 20
const PIECE = Buffer.alloc(16 * 1024, 5)

const spool = await openTestSpool(nodeDisk, process.argv[2]!, "memory")
const slotId = await spool.createSlot("received")
let idle = 0
let most = 0
const look = (): void => void (most = Math.max(most, process.memoryUsage().rss - idle))

async function pass(uid: string, lengthBytes: number): Promise<void> {
  const segment = await spool.openSegment(slotId)
  const writer = await segment.begin("instance", prologue())
  for (let written = 0; written < lengthBytes; written += PIECE.length) {
    await writer.write(PIECE)
    if (written % MIB === 0) look()
  }
  const { place } = await writer.finish(meta(uid))
  await segment.close()
  for await (const piece of (await spool.open(place)).clear()) {
    assert.ok(piece.length <= MIB)
    look()
  }
}

// Idle is a gateway that has worked before: code compiled, heap at its working size.
await pass("1", 64 * MIB)
idle = process.memoryUsage().rss
most = 0
await pass("2", 512 * MIB)
await spool.close()
console.log(most)
