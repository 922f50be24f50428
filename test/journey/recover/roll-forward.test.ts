import assert from "node:assert/strict"
import { DRAFT, enter, READER, requestFor, row, store, storeAll, STORED, study } from "../people.ts"
import { MINUTE_MS, TwoSides } from "../world.ts"

describe("roll-forward", () => {
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open()
  })
  afterEach(() => sides.close())

  it("files what was answered with success and never came to the ledger, and the study goes on", async () => {
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    const images = study("P1", 3)
    const commit = sides.edge.ledger.commit.bind(sides.edge.ledger)
    Object.assign(sides.edge.ledger, { commit: () => new Promise(() => undefined) })
    assert.deepEqual(
      (await store(sides.edge, images.instances)).map(({ status }) => status),
      [STORED, STORED, STORED],
    )
    Object.assign(sides.edge.ledger, { commit })
    await sides.edge.open()
    assert.deepEqual(sides.edge.rolledForward, { instancesFiled: 3, segmentsDropped: 0, slotsDestroyed: 0 })
    await sides.settle(5 * MINUTE_MS)
    assert.equal((await row(sides.edge, requestId))?.way[2]?.state, "done")
    assert.equal((await sides.center.reading.worklist(READER))[0]?.study.instances, 3)
  })

  it("destroys slots that were made and never named, and keeps every other", async () => {
    await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.edge.runDue()
    const named = sides.edge.spool.slots.map(({ slotId }) => slotId).sort()
    await sides.edge.spool.createSlot("received")
    await sides.edge.spool.createSlot("documents")
    await sides.edge.open()
    assert.deepEqual(sides.edge.rolledForward, { instancesFiled: 0, segmentsDropped: 0, slotsDestroyed: 2 })
    assert.deepEqual(sides.edge.spool.slots.map(({ slotId }) => slotId).sort(), named)
  })

  it("changes nothing when it is run again", async () => {
    await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    for (const gateway of [sides.edge, sides.center])
      for (let times = 0; times < 2; times++) {
        await gateway.open()
        assert.deepEqual(gateway.rolledForward, { instancesFiled: 0, segmentsDropped: 0, slotsDestroyed: 0 })
      }
  })

  it("takes away what was frozen and never signed, also when it was settled and the next version came before a crash", async () => {
    const { center } = sides
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    await center.reading.start(READER, requestId)
    const { draftVersion } = await center.reading.saveDraft(READER, requestId, DRAFT, 1)
    await center.reading.prepare(READER, requestId, draftVersion)
    const [report] = await center.ledger.reportsOfRequest(requestId)
    const { place } = report!.private.documents[0]!
    await center.open()
    assert.ok((await center.ledger.settledSegments()).has(place.segmentId))
    const discard = center.spool.discardSegment.bind(center.spool)
    Object.assign(center.spool, { discardSegment: () => Promise.reject(new Error("the power went")) })
    await assert.rejects(center.reading.saveDraft(READER, requestId, DRAFT, draftVersion), /the power went/)
    Object.assign(center.spool, { discardSegment: discard })
    await center.open()
    assert.deepEqual(center.rolledForward, { instancesFiled: 0, segmentsDropped: 1, slotsDestroyed: 0 })
    assert.ok(![...center.disk.contents().keys()].some((path) => path.includes(place.segmentId)))
  })

  it("tells of settled segments that are missing, at each start until their slot is destroyed", async () => {
    await storeAll(sides.edge, study("P1", 2))
    await sides.edge.runDue()
    await sides.edge.spool.close()
    await sides.edge.open()
    const [slot] = sides.edge.spool.slots
    const [path] = [...sides.edge.disk.contents().keys()].filter((each) => each.endsWith(".seg"))
    await sides.edge.disk.unlink(path!)
    const told = async (): Promise<string[]> => {
      await sides.edge.open()
      return sides.edge.spool.rot.map(({ what }) => what)
    }
    assert.deepEqual([await told(), await told()], [["segment"], ["segment"]])
    await sides.edge.spool.destroySlot(slot!.slotId)
    assert.deepEqual(await told(), [])
  })

  it("opens no segment again that an earlier start found settled, and forgets those that went", async () => {
    const opened: string[] = []
    const open = sides.edge.disk.open.bind(sides.edge.disk)
    sides.edge.disk.open = (path, mode) => {
      if (path.endsWith(".seg")) opened.push(path)
      return open(path, mode)
    }
    const openedByAStart = async (): Promise<number> => {
      opened.length = 0
      await sides.edge.open()
      return opened.length
    }
    for (const patient of ["P1", "P2", "P3"]) await storeAll(sides.edge, study(patient, 2))
    await sides.edge.runDue()
    await sides.edge.spool.close()
    assert.equal(await openedByAStart(), 6, "a segment for each image")
    assert.equal(await openedByAStart(), 0)
    await storeAll(sides.edge, study("P4", 1))
    await sides.edge.runDue()
    await sides.edge.spool.close()
    assert.equal(await openedByAStart(), 1)
    assert.equal((await sides.edge.ledger.settledSegments()).size, 7)
    for (const { slotId } of sides.edge.spool.slots.slice(1)) await sides.edge.spool.destroySlot(slotId)
    assert.equal(await openedByAStart(), 0)
    assert.equal((await sides.edge.ledger.settledSegments()).size, 2)
  })
})
