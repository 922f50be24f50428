import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { destroyOrphan } from "../../../gateway/journey/retain/orphan.ts"
import { AT_CENTER, AT_HOSPITAL } from "../agreements.ts"
import { Fuse } from "../fuse.ts"
import type { Gateway } from "../gateway.ts"
import { CLERK, enter, READER, report, requestFor, row, storeAll, study } from "../people.ts"
import { checkAttempts } from "../loop.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

const NOTHING = { instancesFiled: 0, segmentsDropped: 0, slotsDestroyed: 0 }
const BEHIND = { code: "ERR_LEDGER_BEHIND" }

describe("a ledger that is older than its spool", () => {
  let sides: TwoSides
  let folder: string
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-recover-"))
    sides = await TwoSides.open()
  })
  afterEach(() => {
    sides.close()
    rmSync(folder, { recursive: true })
  })

  const copy = (): string => join(folder, "ledger.backup")
  const backUp = (gateway: Gateway): Promise<void> => gateway.backUpLedger(copy())
  /** Every object in every slot, whether the ledger knows it or not. */
  const objectsOf = async (gateway: Gateway): Promise<string[]> => {
    const ids: string[] = []
    for await (const { place } of gateway.spool.scan()) ids.push(place.objectId)
    return ids.sort()
  }
  /** Puts the copy back; a start must refuse it and leave the spool as it is. */
  const putBack = async (gateway: Gateway, what: string | null = copy()): Promise<void> => {
    gateway.replaceLedger(what)
    const before = [...gateway.disk.contents().keys()].sort()
    for (let times = 0; times < 2; times++) await assert.rejects(gateway.open(), BEHIND)
    assert.deepEqual([...gateway.disk.contents().keys()].sort(), before)
  }

  it("at the center keeps a study that was accepted since, says whose it is, and takes it when it is sent again", async () => {
    const images = study("P1", 3)
    await backUp(sides.center)
    await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, images)
    await sides.settle()
    assert.equal((await sides.center.reading.worklist(READER)).length, 1)
    const before = await objectsOf(sides.center)

    await putBack(sides.center)
    const { orphans, instancesFiled } = await sides.center.recover()
    assert.equal(instancesFiled, 0)
    await sides.center.open()
    assert.deepEqual(sides.center.rolledForward, NOTHING)
    assert.deepEqual(await objectsOf(sides.center), before, "nothing acknowledged is lost")
    const received = orphans.filter(({ slotClass }) => slotClass === "received")
    assert.deepEqual(
      received.map((each) => [each.agreement, each.wholeSlot, each.objects]),
      [[AT_CENTER.id, true, 3 + 3]],
      "images, manifest, request and signature",
    )
    assert.equal(
      orphans.reduce((sum, each) => sum + each.objects, 0),
      before.length,
    )
    assert.doesNotMatch(JSON.stringify(orphans), /P1|山田/)
    assert.deepEqual(
      await sides.center.ledger.orphans(),
      [...orphans].sort((a, b) => (a.slotId < b.slotId ? -1 : 1)),
    )

    const again = requestFor("P1", "R2", { StudyInstanceUID: images.StudyInstanceUID })
    await enter(sides.edge, again)
    await sides.settle()
    assert.equal((await sides.center.reading.worklist(READER))[0]?.study.instances, 3)
  })

  it("at the edge files images that were received since, keeps a report, and sends what was sealed before by the same bytes", async () => {
    sides.line.fault = () => "unreachable"
    const first = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle(MINUTE_MS)
    await backUp(sides.edge)
    sides.line.fault = () => null
    await sides.settle()
    await report(sides.center, first)
    await sides.settle()
    assert.notEqual((await row(sides.edge, first))?.reportId, null)
    const later = study("P2", 2)
    await storeAll(sides.edge, later)
    await sides.edge.runDue()
    const before = await objectsOf(sides.edge)

    await putBack(sides.edge)
    const recovered = await sides.edge.recover()
    assert.equal(recovered.instancesFiled, 2)
    const [home] = recovered.orphans.filter(({ agreement }) => agreement === AT_HOSPITAL.id)
    assert.equal(home?.wholeSlot, false, "it lies in the slot of a request the ledger knows")
    assert.ok(home.objects >= 3, "CDA, PDF and signatures")
    await sides.edge.open()
    assert.deepEqual(sides.edge.rolledForward, NOTHING)
    const now = await objectsOf(sides.edge)
    assert.deepEqual(
      before.filter((each) => !now.includes(each)),
      [],
      "nothing acknowledged is lost",
    )

    sides.edge.failures.splice(0)
    await enter(sides.edge, requestFor("P2", "R2"))
    await sides.settle()
    checkAttempts(sides)
    assert.deepEqual(sides.edge.failures, [])
    const worklist = await sides.center.reading.worklist(READER)
    assert.deepEqual(
      worklist.map((each) => each.study.instances),
      [2, 2],
      "the study that was sent twice is there once",
    )
    assert.equal((await row(sides.edge, first))?.way[2]?.state, "done")
  })

  it("that is missing altogether is the oldest of all", async () => {
    await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.edge.runDue()
    await putBack(sides.edge, null)
    const { instancesFiled, orphans } = await sides.edge.recover()
    assert.equal(instancesFiled, 2)
    assert.deepEqual(
      orphans.map(({ slotClass, objects, agreement }) => [slotClass, objects, agreement]),
      [["documents", 0, null]],
      "the request's own text was in the ledger alone",
    )
    await sides.edge.open()
    assert.equal((await sides.edge.staff.requests(CLERK))[0]?.study?.instances, 2)
  })

  it("stays behind until its recovery has come to an end, however often that breaks off", async () => {
    await backUp(sides.center)
    await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    const before = await objectsOf(sides.center)
    await putBack(sides.center)
    for (let at = 1; ; at++) {
      const fuse = new Fuse("crash", at)
      const ended = await sides.center.recoverWith(fuse)
      if (fuse.hit === null) break
      if (ended) sides.center.replaceLedger(copy())
      await assert.rejects(sides.center.open(), BEHIND, `after ${fuse.hit}`)
    }
    await sides.center.open()
    assert.deepEqual(await objectsOf(sides.center), before)
    assert.equal(
      (await sides.center.ledger.orphans()).reduce((sum, each) => sum + each.objects, 0),
      before.length,
    )
  })

  it("is told from the ledger of before the recovery as well, and the other way round", async () => {
    await backUp(sides.edge)
    await enter(sides.edge, requestFor("P1", "R1"))
    const lost = join(folder, "lost")
    await sides.edge.backUpLedger(lost)
    await putBack(sides.edge)
    await sides.edge.recover()
    await sides.edge.open()
    await putBack(sides.edge, lost)
    await putBack(sides.edge)
  })

  it("writes down as destroyed what it names and was destroyed since, and tries nothing in vain", async () => {
    const images = study("P1", 2)
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, images)
    await sides.settle()
    await report(sides.center, requestId)
    await sides.settle()
    await backUp(sides.center)
    await sides.settle(3 * DAY_MS)
    assert.deepEqual(await sides.center.ledger.studies(10), [])
    await putBack(sides.center)
    const { gone } = await sides.center.recover()
    assert.equal(gone.studies, 1)
    await sides.center.open()
    assert.deepEqual(await sides.center.ledger.studies(10), [])
    await sides.settle(3 * DAY_MS)
    assert.deepEqual(sides.center.failures, [])
    assert.deepEqual(await sides.center.ledger.failingJobs(1, 10), [])
  })

  it("keeps an orphan for the longest of its agreement's terms and then destroys it, and its slot not before it", async () => {
    await backUp(sides.center)
    await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    await putBack(sides.center)
    const { orphans } = await sides.center.recover()
    await sides.center.open()
    await sides.settle(364 * DAY_MS)
    assert.equal((await sides.center.ledger.orphans()).length, orphans.length)
    await sides.settle(366 * DAY_MS)
    assert.deepEqual(await sides.center.ledger.orphans(), [])
    const left = sides.center.spool.slots.map(({ slotId }) => slotId)
    for (const { slotId } of orphans) assert.ok(!left.includes(slotId))
    const told = (await sides.center.audited()).filter(({ event }) => event.event === "study-deleted")
    for (const { slotId } of orphans)
      assert.equal(told.filter(({ event }) => event.objectId === slotId).length, 2, "intent and account")
  })

  it("gives orphans up when a person says so, alone or among others' objects", async () => {
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    await backUp(sides.edge)
    await report(sides.center, requestId)
    await sides.settle()
    await putBack(sides.edge)
    const { orphans } = await sides.edge.recover()
    await sides.edge.open()
    const slots = sides.edge.spool.slots.length
    for (const each of orphans)
      await sides.edge.ledger.commit(await destroyOrphan(sides.edge.world, each, "a person said so"))
    assert.deepEqual(await sides.edge.ledger.orphans(), [])
    assert.equal(sides.edge.spool.slots.length, slots, "the request they lay beside is kept")
    await sides.edge.open()
    assert.deepEqual(sides.edge.rolledForward, NOTHING)
    assert.equal((await row(sides.edge, requestId))?.requestNumber, "R1")
  })
})
