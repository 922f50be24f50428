import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { lostObjects } from "../../../gateway/journey/recover/lost-objects.ts"
import { unsettled } from "../../../gateway/journey/recover/unsettled.ts"
import type { SubmissionRecord } from "../../../gateway/journey/records/submission.ts"
import type { Gateway } from "../gateway.ts"
import {
  acknowledge,
  CLERK,
  correctionOf,
  DRAFT,
  enter,
  READER,
  report,
  requestFor,
  row,
  storeAll,
  study,
} from "../people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

describe("what was lost with its spool", () => {
  let sides: TwoSides
  let folder: string
  let requestId: string
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-lost-"))
    sides = await TwoSides.open()
    requestId = await enter(sides.edge, requestFor("P1", "R1"))
  })
  afterEach(() => {
    sides.close()
    rmSync(folder, { recursive: true })
  })

  const copy = (): string => join(folder, "ledger.backup")
  /** These kinds wait for the line from now on. */
  const held = (...kinds: readonly string[]): void => {
    sides.line.fault = (kind) => (kinds.includes(kind) ? "unreachable" : null)
  }
  const lose = async (gateway: Gateway): Promise<void> => {
    const { gone } = await gateway.loseSpool(copy())
    assert.deepEqual([gone.studies, gone.requests], [1, 1])
    await gateway.open()
    gateway.failures.splice(0)
  }
  const sentBy = async (gateway: Gateway, kind: SubmissionRecord["kind"]): Promise<SubmissionRecord> => {
    const all = await gateway.ledger.submissionsOf({ requestId })
    return all.find((each) => each.direction === "out" && each.kind === kind)!
  }
  const stateOf = async (gateway: Gateway, kind: SubmissionRecord["kind"]): Promise<string> =>
    (await sentBy(gateway, kind)).state
  const listed = async (gateway: Gateway): Promise<readonly string[]> =>
    (await unsettled(gateway.world)).map(({ submission }) => `${submission.kind} ${submission.state}`)

  it("at the hospital is known as delivered by the receipt that comes then, and shown to a person until it does", async () => {
    held("receipt")
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle(MINUTE_MS)
    await sides.edge.backUpLedger(copy())
    await lose(sides.edge)
    assert.deepEqual(await listed(sides.edge), ["study accepted"])
    held()
    await sides.settle()
    assert.equal(await stateOf(sides.edge, "study"), "verified")
    assert.equal(await stateOf(sides.center, "receipt"), "accepted", "and its sender has not given it up")
    assert.deepEqual(await listed(sides.edge), [])
    assert.equal((await sides.edge.ledger.request(requestId))?.state, "exited")
    assert.deepEqual(sides.edge.failures, [])

    const slotOfAnswers = (await sides.edge.ledger.request(requestId))!.slotId
    const isKept = (): boolean => sides.edge.spool.slots.some(({ slotId }) => slotId === slotOfAnswers)
    assert.ok(isKept())
    await sides.edge.open()
    assert.ok(isKept(), "no start takes it for nobody's")
    await sides.settle(400 * DAY_MS)
    assert.ok(!isKept(), "what came has a term, and goes at its end")
  })

  it("at the hospital is read again when its report comes, received, and corrected", async () => {
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    await sides.edge.backUpLedger(copy())
    held("report")
    await report(sides.center, requestId)
    await sides.settle(MINUTE_MS)
    await lose(sides.edge)
    assert.equal(await row(sides.edge, requestId), undefined)
    held()
    await sides.settle()
    const detail = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      [detail.patient.PatientID, detail.patient.ideographic, detail.requestNumber],
      ["P1", "山田 太郎", "R1"],
    )
    assert.equal(detail.report?.impression, DRAFT.impression)
    assert.equal(detail.signature?.outcome, "valid")
    assert.equal(await stateOf(sides.center, "report"), "verified", "its receipt is at the reading centre")
    await acknowledge(sides.edge, requestId)
    await sides.settle()
    assert.ok((await sides.edge.staff.request(CLERK, requestId)).acknowledgement?.toldCenterAt)

    await sides.center.reading.amend(READER, requestId, await correctionOf(sides.center, requestId, "誤記"))
    await report(sides.center, requestId, 2, { ...DRAFT, impression: "第2版" })
    await sides.settle()
    assert.equal((await sides.edge.staff.request(CLERK, requestId)).report?.impression, "第2版")
    assert.deepEqual(sides.edge.failures, [])
  })

  it("is told anew by each report, until one holds", async () => {
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    await sides.edge.backUpLedger(copy())
    held("report")
    await report(sides.center, requestId)
    await sides.settle(MINUTE_MS)
    await lose(sides.edge)
    // As one about another patient has left it, that was refused.
    const request = (await sides.edge.ledger.request(requestId))!
    const slotId = await sides.edge.spool.createSlot("documents")
    const patient = { ...request.private.patient, PatientID: "P2" }
    const told = { ...request.private, requestNumber: "R2", patient }
    await sides.edge.ledger.commit([{ put: "request", record: { ...request, slotId, private: told } }])
    held()
    await sides.settle()
    const detail = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual([detail.patient.PatientID, detail.requestNumber], ["P1", "R1"])
    assert.equal(detail.signature?.outcome, "valid")
  })

  it("at the reading centre: the hospital's receipt and 受領 of a report settle it there", async () => {
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    held("receipt", "acknowledgement")
    await report(sides.center, requestId)
    await sides.settle(MINUTE_MS)
    await acknowledge(sides.edge, requestId)
    await sides.center.backUpLedger(copy())
    await lose(sides.center)
    assert.deepEqual(await listed(sides.center), ["report accepted"])
    held()
    await sides.settle()
    assert.equal(await stateOf(sides.center, "report"), "verified")
    assert.deepEqual(
      [await stateOf(sides.edge, "receipt"), await stateOf(sides.edge, "acknowledgement")],
      ["accepted", "accepted"],
    )
    assert.deepEqual(await listed(sides.center), [])
    assert.deepEqual(sides.center.failures, [])
    assert.deepEqual(await sides.center.reading.worklist(READER), [], "there is nothing to read")
  })

  it("at the reading centre: so does a receipt of a preliminary report, that nobody else tells of", async () => {
    for (const gateway of [sides.edge, sides.center]) {
      gateway.agreements = gateway.agreements.map((each) => ({ ...each, preliminaryReports: "all" }))
      gateway.close()
      await gateway.open()
    }
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    held("receipt")
    const { reading } = sides.center
    const { draft } = await reading.start(READER, requestId)
    const { draftVersion } = await reading.saveDraft(READER, requestId, DRAFT, draft!.draftVersion)
    const { prepareId } = await reading.preparePreliminary(READER, requestId, draftVersion)
    await reading.release(READER, prepareId, new Uint8Array(1))
    await sides.settle(MINUTE_MS)
    await sides.center.backUpLedger(copy())
    await lose(sides.center)
    assert.deepEqual(await listed(sides.center), ["preliminary accepted"])
    held()
    await sides.settle()
    assert.deepEqual(await listed(sides.center), [])
  })

  it("at the reading centre is named object by object; what had been destroyed before is not, and a hospital's own is nobody's", async () => {
    const images = study("P1", 2)
    await storeAll(sides.edge, images)
    await sides.settle()
    await report(sides.center, requestId)
    await sides.settle()
    const lostAt = (gateway: Gateway) => lostObjects(gateway.world, { slots: [] })
    const [all] = [...(await lostAt(sides.center)).values()]
    const sent = (await sides.edge.ledger.documents((await sentBy(sides.edge, "study")).id)).map(
      ({ sha256 }) => sha256,
    )
    const named = all!.find(({ kind }) => kind === "study")!.objects.map(({ sha256 }) => sha256)
    assert.deepEqual(named.sort(), sent.sort())
    assert.deepEqual((await lostAt(sides.edge)).size, 0)
    await sides.settle(3 * DAY_MS)
    const later = [...(await lostAt(sides.center)).values()].flat()
    assert.ok(
      later.every(({ kind }) => kind !== "study"),
      "its images ended, with a certificate",
    )
    assert.ok(later.length > 0, "its texts are there until their term ends")
  })

  it("is over at the end of its agreed term: an answer after it is refused", async () => {
    held("receipt")
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle(MINUTE_MS)
    await sides.edge.backUpLedger(copy())
    await lose(sides.edge)
    const request = (await sides.edge.ledger.request(requestId))!
    const now = sides.time.peek().toISOString()
    await sides.edge.ledger.commit([
      { put: "request", record: { ...request, keepUntil: now }, slotGone: true },
    ])
    held()
    await sides.settle()
    assert.equal(await stateOf(sides.edge, "study"), "accepted")
    assert.equal(await stateOf(sides.center, "receipt"), "failed")
  })

  it("is not what ended before: a request whose slot was destroyed takes no answer", async () => {
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    held("report")
    await report(sides.center, requestId)
    await sides.settle(MINUTE_MS)
    await sides.edge.backUpLedger(copy())
    await sides.edge.spool.destroySlot((await sides.edge.ledger.request(requestId))!.slotId)
    sides.edge.replaceLedger(copy())
    await sides.edge.recover()
    await sides.edge.open()
    held()
    await sides.settle()
    assert.equal(await stateOf(sides.center, "report"), "failed")
    assert.equal((await sides.edge.ledger.request(requestId))?.state, "exited")
  })
})
