import assert from "node:assert/strict"
import type { SealedObject, Spool } from "../../../gateway/journey/ports/spool.ts"
import { MemoryDisk } from "../../../gateway/storage/spool/memory-disk.ts"
import { collect, meta, openTestSpool, seededChance } from "./world.ts"

const OBJECTS_AT_ONCE = 12
const PIECE_BYTES = 100_000

async function sealed(
  spool: Spool,
  slotId: string,
  number: number,
  clear: Uint8Array,
): Promise<SealedObject> {
  const segment = await spool.openSegment(slotId)
  // Every third is begun and given up first: what it held goes to others while they write.
  if (number % 3 === 0) {
    const given = await segment.begin("instance", new Uint8Array(0))
    await given.write(clear)
    await given.abort()
  }
  const writer = await segment.begin("instance", new Uint8Array(0))
  for (let at = 0; at < clear.length; at += PIECE_BYTES)
    await writer.write(clear.subarray(at, at + PIECE_BYTES))
  const object = await writer.finish(meta(`2.25.${number}`))
  await segment.sync()
  await segment.close()
  return object
}

describe("memory for chunks that is used again", () => {
  it("never mixes objects that are sealed at the same time, more of them than it keeps chunks for", async () => {
    const disk = new MemoryDisk()
    await disk.mkdir("/data")
    const spool = await openTestSpool(disk, "/data", "chunk-room")
    const slotId = await spool.createSlot("received")
    const chance = seededChance("objects")
    const clear = Array.from({ length: OBJECTS_AT_ONCE }, (_, number) =>
      chance.bytes(2_000_000 + number * 333_333),
    )
    const objects = await Promise.all(clear.map((bytes, number) => sealed(spool, slotId, number, bytes)))
    for (const [number, object] of objects.entries()) {
      const read = await collect((await spool.open(object.place)).clear())
      assert.ok(read.equals(clear[number]!), `object ${number}`)
    }
    await spool.close()
  })
})
