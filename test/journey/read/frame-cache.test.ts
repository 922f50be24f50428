import assert from "node:assert/strict"
import { frameCache } from "../../../gateway/journey/read/frame-cache.ts"
import type { EncodedFrame } from "../../../gateway/journey/ports/reading-desk.ts"
import type { ObjectPlace } from "../../../gateway/journey/ports/spool.ts"
import { enter, READER, requestFor, storeAll, study } from "../people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

const placed = (slotId: string, objectId: string): ObjectPlace => ({
  slotId,
  segmentId: "5",
  offsetBytes: 0,
  objectId,
})
const frameOf = (lengthBytes: number): EncodedFrame => ({
  mediaType: "image/jphc",
  bytes: new Uint8Array(lengthBytes),
  levelEndBytes: [],
  TransferSyntaxUID: "1.2.840.10008.1.2.4.202",
  sha256: "",
})

describe("frames in memory", function () {
  this.timeout(30_000)

  it("stay by bytes, the one used longest ago goes first", () => {
    const cache = frameCache(100)
    cache.put(placed("a", "1"), 1, frameOf(40))
    cache.put(placed("a", "1"), 2, frameOf(40))
    assert.notEqual(cache.get(placed("a", "1"), 1), null)
    cache.put(placed("b", "2"), 1, frameOf(40))
    assert.equal(cache.get(placed("a", "1"), 2), null)
    assert.notEqual(cache.get(placed("a", "1"), 1), null)
    cache.put(placed("b", "2"), 2, frameOf(101))
    assert.equal(cache.get(placed("b", "2"), 2), null, "larger than all of it")
  })

  it("are forgotten with their slot, and their bytes are free again", () => {
    const cache = frameCache(100)
    cache.put(placed("a", "1"), 1, frameOf(50))
    cache.put(placed("b", "2"), 1, frameOf(50))
    cache.forget("a")
    assert.equal(cache.get(placed("a", "1"), 1), null)
    cache.put(placed("b", "3"), 1, frameOf(50))
    assert.notEqual(cache.get(placed("b", "2"), 1), null)
  })

  it("do not outlive the term of their study", async () => {
    const sides = await TwoSides.open({
      agreement: { retention: { imagesMs: 2 * DAY_MS, reportsMs: 60 * DAY_MS } },
    })
    try {
      const images = study("P1", 1)
      const requestId = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(10 * MINUTE_MS)
      const { reading, ledger, world } = sides.center
      const named = { requestId, StudyInstanceUID: images.StudyInstanceUID }
      await reading.frame(READER, named, images.instances[0]!.SOPInstanceUID, 1)
      const [kept] = await ledger.studiesByUid(images.StudyInstanceUID)
      const [instance] = await ledger.instances(kept!.id)
      assert.notEqual(world.frames.get(instance!.place, 1), null)
      await sides.settle(3 * DAY_MS)
      assert.equal((await ledger.study(kept!.id))?.state, "expired")
      assert.equal(world.frames.get(instance!.place, 1), null)
    } finally {
      sides.close()
    }
  })
})
