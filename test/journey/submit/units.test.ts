import assert from "node:assert/strict"
import type { Agreement } from "../../../gateway/journey/agreement.ts"
import type { SubmissionRecord } from "../../../gateway/journey/records/submission.ts"
import type { WorkItem } from "../../../gateway/journey/views/reading.ts"
import type { Gateway } from "../gateway.ts"
import type { LineFault } from "../line.ts"
import { checkAttempts } from "../loop.ts"
import { CLERK, enter, READER, requestFor, row, storeAll, study } from "../people.ts"
import { storeNote } from "../rejection-notes.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

const QUIET_AND_MORE_MS = 10 * MINUTE_MS

describe("a study that leaves in units of one image", function () {
  this.timeout(30_000)
  let sides: TwoSides
  let requestId: string
  const images = study("P1", 4)
  const three = { ...images, instances: images.instances.slice(0, 3) }

  async function open(agreement: Partial<Agreement> = {}): Promise<void> {
    sides = await TwoSides.open({
      unitBytes: 1,
      agreement: { retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * DAY_MS }, ...agreement },
    })
  }
  afterEach(() => sides.close())

  async function send(settleMs = QUIET_AND_MORE_MS): Promise<void> {
    requestId = await enter(sides.edge, requestFor("P1", "R1", { urgency: "HIGH" }))
    await storeAll(sides.edge, three)
    await sides.settle(settleMs)
  }

  /** What happens to the n-th unit, from 1, at its first attempt. */
  function faultOfUnit(n: number, fault: LineFault, always = false): void {
    const units = new Set<string>()
    sides.line.fault = (kind, again) => {
      if (kind !== "unit" && kind !== "study") return null
      if (kind === "study") return null
      if (again === 0) units.add(String(units.size))
      return units.size === n && (always || again === 0) ? fault : null
    }
  }
  const attempts = (): string[] => sides.line.attempts.map(({ kind }) => kind)
  const states = async (at: Gateway): Promise<string[]> =>
    (await at.ledger.submissionsOf({ requestId }))
      .filter(({ kind }) => kind === "unit" || kind === "study")
      .map(({ kind, state }) => `${kind} ${state}`)
      .sort()
  const listed = async (): Promise<WorkItem | undefined> =>
    (await sides.center.reading.worklist(READER)).find((each) => each.requestId === requestId)
  const counts = async (): Promise<unknown[]> => {
    const item = await listed()
    return [item?.state, item?.study.instances, item?.study.instancesExpected]
  }
  const closing = async (at: Gateway): Promise<SubmissionRecord> =>
    (await at.ledger.submissionsOf({ requestId })).findLast(({ kind }) => kind === "study")!

  it("arrives unit by unit, and then as a whole: three units and what closes them, each proved to its sender", async () => {
    await open()
    await send()
    assert.deepEqual(
      attempts().filter((kind) => kind === "unit" || kind === "study"),
      ["unit", "unit", "unit", "study"],
    )
    assert.deepEqual(await counts(), ["ready", 3, null])
    assert.deepEqual(await states(sides.edge), [
      "study verified",
      "unit verified",
      "unit verified",
      "unit verified",
    ])
    const { associations, documentEntries } = (await closing(sides.edge)).private.submission!
    const here = new Set(documentEntries.map(({ entryUUID }) => entryUUID))
    assert.equal(documentEntries.length, 4, "manifest, request, and two signatures")
    assert.deepEqual(
      associations.map(({ type, target }) => `${type} ${here.has(target) ? "here" : "earlier"}`),
      ["signs here", "signs here", "signs earlier", "signs earlier", "signs earlier"],
    )
  })

  it("is seen coming, with its urgency and how much of it is there, and is not to be opened before it is whole", async () => {
    await open()
    faultOfUnit(2, "unreachable", true)
    await send(2 * MINUTE_MS)
    const item = await listed()
    assert.deepEqual([item?.urgency, item?.patient.PatientID, item?.verification], ["HIGH", "P1", null])
    assert.deepEqual(await counts(), ["created", 1, 3])
    await assert.rejects(sides.center.reading.start(READER, requestId), { code: "ERR_NOT_FOUND" })
    assert.deepEqual(await sides.center.ledger.instances((await closing(sides.edge)).studyId!), [])
    sides.line.fault = (kind) => (kind === "study" ? "unreachable" : null)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["created", 3, 3])
    sides.line.fault = () => null
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 3, null])
  })

  it("is on its way at the hospital by what the other side has taken", async () => {
    await open()
    requestId = await enter(sides.edge, requestFor("P1", "R1", { releaseWhenComplete: false }))
    await storeAll(sides.edge, three)
    await sides.settle(QUIET_AND_MORE_MS)
    await sides.edge.staff.release(CLERK, requestId)
    while (sides.line.attempts.length === 0) await sides.edge.runDue()
    const sent = (await row(sides.edge, requestId))?.way.find(({ name }) => name === "sent")
    assert.deepEqual([sent?.state, Math.round((sent?.share ?? 0) * 3)], ["part", 1])
  })

  it("loses to a cut the one unit that was on the line, which comes again byte for byte", async () => {
    await open()
    faultOfUnit(2, "cut")
    await send()
    const units = sides.line.attempts.filter(({ kind }) => kind === "unit")
    const tries = [...Map.groupBy(units, (each) => each.submissionSetUid).values()].map(
      ({ length }) => length,
    )
    assert.deepEqual(tries.sort(), [1, 1, 2])
    checkAttempts(sides)
    assert.deepEqual(await counts(), ["ready", 3, null])
  })

  it("loses no time when the line breaks under one unit and before the next: neither waits for the other", async () => {
    await open()
    let units = 0
    sides.line.fault = (kind, again) => {
      if (kind !== "unit" || again > 0) return null
      units += 1
      if (units === 2) return "cut"
      return units === 3 ? "unreachable" : null
    }
    await send(3 * MINUTE_MS)
    assert.equal(units, 3)
    assert.deepEqual(await counts(), ["ready", 3, null])
  })

  it("leaves in smaller units where one is too large for a line that breaks so often", async () => {
    await open()
    requestId = await enter(sides.edge, requestFor("P1", "R1", { releaseWhenComplete: false }))
    await storeAll(sides.edge, three)
    await sides.settle(QUIET_AND_MORE_MS)
    const [kept] = await sides.edge.ledger.studiesByUid(images.StudyInstanceUID)
    sides.edge.unitBytes = Math.ceil((kept!.bytes / 3) * 2)
    sides.line.fault = (kind) => (kind === "unit" ? "cut" : null)
    await sides.edge.staff.release(CLERK, requestId)
    await sides.settle(MINUTE_MS / 60)
    sides.edge.unitBytes = 1
    await sides.settle(MINUTE_MS)
    sides.line.fault = () => null
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await states(sides.edge), [
      "study verified",
      "unit failed",
      "unit verified",
      "unit verified",
      "unit verified",
    ])
    checkAttempts(sides)
    assert.deepEqual(await counts(), ["ready", 3, null])
    assert.deepEqual(
      [(await row(sides.edge, requestId))?.action, (await row(sides.edge, requestId))?.notices],
      [null, []],
    )
  })

  it("leaves in units after all where the line breaks too often for one piece", async () => {
    await open()
    sides.edge.unitBytes = 1_000_000
    sides.line.fault = (kind) => (kind === "study" ? "cut" : null)
    requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, three)
    await sides.settle(MINUTE_MS + 2_000)
    assert.deepEqual([...new Set(attempts())], ["study"])
    sides.edge.unitBytes = 1
    await sides.settle(MINUTE_MS)
    sides.line.fault = () => null
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await states(sides.edge), [
      "study failed",
      "study verified",
      "unit verified",
      "unit verified",
      "unit verified",
    ])
    const told = await row(sides.edge, requestId)
    assert.deepEqual([told?.action, told?.notices], [null, []])
    assert.deepEqual(await counts(), ["ready", 3, null])
  })

  it("stays in one piece when the line breaks once after the partner was away for long", async () => {
    await open()
    sides.edge.unitBytes = 1_000_000
    sides.line.fault = (kind) => (kind === "study" ? "unreachable" : null)
    requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, three)
    await sides.settle(10 * MINUTE_MS)
    sides.edge.unitBytes = 1
    let cuts = 0
    sides.line.fault = (kind) => (kind === "study" && cuts++ === 0 ? "cut" : null)
    await sides.settle(10 * MINUTE_MS)
    assert.ok(cuts > 1)
    assert.deepEqual(await states(sides.edge), ["study verified"])
  })

  it("leaves in units without what came late and waits for a person", async () => {
    await open()
    sides.edge.unitBytes = 1_000_000
    sides.line.fault = (kind) => (kind === "study" ? "cut" : null)
    requestId = await enter(sides.edge, requestFor("P1", "R1", { releaseWhenComplete: false }))
    await storeAll(sides.edge, three)
    await sides.settle(QUIET_AND_MORE_MS)
    await sides.edge.staff.release(CLERK, requestId)
    await sides.settle(1_000)
    await storeAll(sides.edge, images)
    await sides.settle(1_000)
    sides.edge.unitBytes = 1
    await sides.settle(MINUTE_MS)
    sides.line.fault = () => null
    await sides.settle(QUIET_AND_MORE_MS)
    assert.ok((await states(sides.edge)).includes("study failed"), "it was split")
    assert.deepEqual(await counts(), ["ready", 3, null])
    await sides.edge.staff.release(CLERK, requestId)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 4, null])
  })

  it("is followed by what comes while it is on the line, which nobody has released yet", async () => {
    await open()
    faultOfUnit(2, "unreachable", true)
    await send(2 * MINUTE_MS)
    await storeAll(sides.edge, images)
    sides.line.fault = () => null
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 4, null])
    assert.equal((await states(sides.edge)).filter((each) => each === "study verified").length, 2)
  })

  it("hides what was withdrawn after its unit had left", async () => {
    await open()
    faultOfUnit(3, "unreachable", true)
    await send(2 * MINUTE_MS)
    await storeNote(sides.edge, images, images.instances.slice(0, 1), "113001")
    await sides.settle(QUIET_AND_MORE_MS)
    sides.line.fault = () => null
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 2, null])
    const [copy] = await sides.center.ledger.studiesByUid(images.StudyInstanceUID)
    assert.equal((await sides.center.ledger.instances(copy!.id)).length, 3, "kept, and not shown")
  })

  it("is whole in whatever order its parts come: what closes it waits for the unit that is late", async () => {
    await open()
    faultOfUnit(2, "late")
    await send(3 * MINUTE_MS)
    assert.deepEqual(await states(sides.center), ["study accepted", "unit verified", "unit verified"])
    assert.deepEqual(await counts(), ["created", 2, 3])
    assert.equal((await sides.line.late[0]!()).status, "Success")
    await sides.settle(MINUTE_MS)
    assert.deepEqual(await counts(), ["ready", 3, null])
    assert.equal((await closing(sides.edge)).state, "verified")
  })

  it("is refused when a unit was lost after it was answered, and sent anew by a person it is whole", async () => {
    await open()
    faultOfUnit(2, "late")
    await send(15 * MINUTE_MS)
    assert.deepEqual(
      [(await closing(sides.center)).state, (await closing(sides.edge)).failureCode],
      ["failed", "ERR_SUBMISSION_UNVERIFIED ERR_DOCUMENTS"],
    )
    sides.line.fault = () => null
    await sides.edge.staff.retry(CLERK, requestId)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 3, null])
  })

  it("brings anew what the other side erased, and certified, before all of it had come", async () => {
    await open()
    faultOfUnit(3, "unreachable", true)
    await send(2 * MINUTE_MS)
    assert.deepEqual(await counts(), ["created", 2, 3])
    sides.time.passTo(new Date(sides.time.peek().getTime() + 31 * DAY_MS))
    await sides.settle(2 * MINUTE_MS)
    const { deletions } = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      deletions.map(({ certificate }) => certificate),
      ["valid"],
    )
    sides.line.fault = () => null
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 3, null])
    const sets = new Set(
      sides.line.attempts.filter(({ kind }) => kind === "unit").map((each) => each.submissionSetUid),
    )
    assert.equal(sets.size, 5, "two that were erased, and three")
  })

  it("stops when a unit is refused, tells a person, and goes on where it stopped", async () => {
    await open()
    faultOfUnit(2, "refused")
    await send()
    const stopped = await row(sides.edge, requestId)
    assert.deepEqual(
      [stopped?.action, stopped?.way.find(({ name }) => name === "sent")?.state],
      ["see-failure", "fail"],
    )
    sides.line.fault = () => null
    await sides.edge.staff.retry(CLERK, requestId)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 3, null])
    const units = sides.line.attempts.filter(({ kind }) => kind === "unit")
    assert.equal(new Set(units.map(({ submissionSetUid }) => submissionSetUid)).size, 3)
    checkAttempts(sides)
  })

  it("that is taken back half way is destroyed at the centre, and nothing more of it leaves", async () => {
    await open()
    faultOfUnit(3, "unreachable", true)
    await send(2 * MINUTE_MS)
    assert.deepEqual(await counts(), ["created", 2, 3])
    await sides.edge.staff.recall(CLERK, requestId, "別の患者の検査を送った")
    sides.line.fault = () => null
    const before = sides.line.attempts.length
    await sides.settle(60 * MINUTE_MS)
    assert.ok(!sides.line.attempts.slice(before).some(({ kind }) => kind === "unit" || kind === "study"))
    assert.equal(await listed(), undefined)
    const { deletions } = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      deletions.map(({ certificate, compared }) => [certificate, compared.length]),
      [["valid", 3]],
      "two units, and the notice beside them",
    )
    assert.ok(deletions[0]!.compared.every(({ missing, foreign }) => missing === 0 && foreign === 0))
  })

  it("is worth nothing without the signature that binds its units", async () => {
    await open()
    const { contents } = sides.edge
    sides.edge.contents = {
      ...contents,
      study: async (...asked) => {
        const made = await contents.study(...asked)
        if (!("contents" in made)) return made
        return { ...made, contents: made.contents.filter(({ role }) => role !== "signature") }
      },
    }
    await send(60 * MINUTE_MS)
    // Without it nothing says that images came before: not even the door takes it.
    assert.equal((await closing(sides.edge)).state, "failed")
    assert.notEqual((await listed())?.state, "ready")
  })

  for (const refused of ["unit", "study"])
    it(`leaves anew in one piece where its partner refuses a ${refused} of it, and units are agreed no more`, async () => {
      await open()
      sides.line.fault = (kind) => (kind === refused ? "refused" : null)
      await send()
      assert.equal((await closing(sides.edge)).state, "failed")
      sides.edge.agreements = sides.edge.agreements.map((each) => ({ ...each, units: "off" }))
      await sides.edge.open()
      sides.line.fault = (kind) => (kind === "unit" ? "refused" : null)
      await sides.edge.staff.retry(CLERK, requestId)
      await sides.settle(QUIET_AND_MORE_MS)
      assert.deepEqual(await counts(), ["ready", 3, null])
      assert.equal((await closing(sides.edge)).state, "verified")
    })

  it("leaves in one piece where the agreement says so", async () => {
    await open({ units: "off" })
    await send()
    assert.ok(!attempts().includes("unit"))
    assert.deepEqual(await counts(), ["ready", 3, null])
  })
})
