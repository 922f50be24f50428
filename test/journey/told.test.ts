import assert from "node:assert/strict"
import type { Agreement } from "../../gateway/journey/agreement.ts"
import type { Notice } from "../../gateway/journey/views/notice.ts"
import type { Gateway } from "./gateway.ts"
import { checkAttempts } from "./loop.ts"
import {
  correctionOf,
  acknowledge,
  CLERK,
  DRAFT,
  enter,
  READER,
  report,
  requestFor,
  row,
  storeAll,
  study,
} from "./people.ts"
import { DAY_MS, TwoSides } from "./world.ts"

const PATIENCE_MS = 3 * 60 * 60 * 1000
const LONG_MS = 60 * DAY_MS

const told = (notices: readonly Notice[] | undefined): string[] =>
  (notices ?? []).map(({ code, reason }) => (reason === null ? code : `${code} ${reason}`))

async function onlyStudy(gateway: Gateway, uid: string) {
  const studies = await gateway.ledger.studiesByUid(uid)
  assert.equal(studies.length, 1)
  return studies[0]!
}

function setAgreements(gateway: Gateway, more: Partial<Agreement>): void {
  const agreements = gateway.world.agreements.map((each) => ({ ...each, ...more }))
  Object.assign(gateway.world, { agreements })
}

describe("people are told, and nothing is lost, when", () => {
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open()
  })
  afterEach(() => sides.close())

  it("the other side refused: a clerk sends again, and the bytes are the same", async () => {
    const { edge } = sides
    const id = await enter(edge, requestFor("P1", "R1"))
    sides.line.fault = () => (sides.line.attempts.length === 0 ? "refused" : null)
    await storeAll(edge, study("P1", 2))
    await sides.settle(PATIENCE_MS)
    const before = await row(edge, id)
    assert.equal(before?.action, "see-failure")
    assert.deepEqual(told(before.notices), ["not-sent ERR_SUBMISSION_REFUSED XDSRepositoryError"])
    await edge.staff.retry(CLERK, id)
    await sides.settle(PATIENCE_MS)
    const after = await row(edge, id)
    assert.deepEqual([after?.action, told(after?.notices)], [null, []])
    assert.equal(after?.way.find(({ name }) => name === "arrived")?.state, "done")
    checkAttempts(sides)
    await assert.rejects(edge.staff.retry(CLERK, id), { code: "ERR_REPORT_STATE" })
    await assert.rejects(edge.staff.retry(READER, id), { code: "ERR_NOT_ALLOWED" })
  })

  it("an image comes after release: it is kept past the term, and listed", async () => {
    const { edge, center } = sides
    const images = study("P1", 3)
    const [first, ...rest] = images.instances
    const id = await enter(edge, requestFor("P1", "R1", { releaseWhenComplete: false }))
    await storeAll(edge, { ...images, instances: rest })
    await sides.settle(PATIENCE_MS)
    await edge.staff.release(CLERK, id)
    await sides.settle(PATIENCE_MS)
    await storeAll(edge, { ...images, instances: [first!] })
    await report(center, id)
    await sides.settle(LONG_MS)
    assert.deepEqual(told((await row(edge, id))?.notices), ["late-images", "past-term"])
    assert.equal((await onlyStudy(edge, images.StudyInstanceUID)).state, "closed")
    assert.equal((await onlyStudy(center, images.StudyInstanceUID)).state, "expired")
  })

  it("a UID in use for another patient: the second study is listed with its code, and asks for no request", async () => {
    const { edge } = sides
    const mine = study("P1", 1)
    await storeAll(edge, mine)
    await storeAll(edge, study("P2", 1, { StudyInstanceUID: mine.StudyInstanceUID }))
    await sides.settle(PATIENCE_MS)
    const listed = (await edge.staff.requests(CLERK)).find((each) => each.patient.PatientID === "P2")
    assert.deepEqual(
      [listed?.action, told(listed?.notices), listed?.way.find(({ state }) => state === "fail")?.reason],
      ["decide", ["quarantined ERR_INSTANCE_QUARANTINED"], "ERR_INSTANCE_QUARANTINED"],
    )
  })

  it("the process ends between the key and its row: the account of the deletion is whole all the same", async () => {
    const { edge, center } = sides
    const images = study("P1", 2)
    const id = await enter(edge, requestFor("P1", "R1"))
    await storeAll(edge, images)
    await sides.settle(PATIENCE_MS)
    await report(center, id)
    await sides.settle(PATIENCE_MS)
    await center.spool.destroySlot(
      (await center.ledger.request(id).then((each) => center.ledger.study(each!.studies[0]!.studyId)))!
        .slotId,
    )
    await sides.settle(LONG_MS)
    const deleted = (await center.audited()).find(({ key }) => key.startsWith("deleted/"))?.event
    assert.deepEqual(
      [deleted?.PatientID, deleted?.StudyInstanceUID, deleted?.instances, deleted?.outcome],
      ["P1", images.StudyInstanceUID, images.instances.length + 3, "success"],
    )
    const [certificate] = (await edge.staff.request(CLERK, id)).deletions
    assert.equal(certificate?.objects, images.instances.length + 3)
  })

  it("nobody reads a case: both sides are told before its images go, and after they went a person closes it", async () => {
    const { edge, center } = sides
    const images = study("P1", 2)
    const id = await enter(edge, requestFor("P1", "R1"))
    await storeAll(edge, images)
    await sides.settle(PATIENCE_MS)
    const listed = async () => (await center.reading.worklist(READER))[0]
    assert.deepEqual([told((await listed())?.notices), told((await row(edge, id))?.notices)], [[], []])
    await assert.rejects(center.reading.close(READER, id), { code: "ERR_REPORT_STATE" })
    await assert.rejects(edge.staff.close(CLERK, id), { code: "ERR_REPORT_STATE" })
    const { keepUntil } = await onlyStudy(center, images.StudyInstanceUID)
    sides.time.passTo(new Date(new Date(keepUntil!).getTime() - 60_000))
    assert.deepEqual((await listed())?.notices, [{ code: "term-near", reason: null, at: keepUntil }])
    assert.deepEqual(told((await row(edge, id))?.notices), ["term-near"])
    await sides.settle(PATIENCE_MS)
    assert.equal((await onlyStudy(center, images.StudyInstanceUID)).state, "expired")
    assert.deepEqual(told((await listed())?.notices), ["images-gone"])
    await assert.rejects(center.reading.start(READER, id), { code: "ERR_REPORT_STATE" })
    const home = await row(edge, id)
    assert.deepEqual([home?.action, told(home?.notices)], ["close", ["images-gone", "images-gone-there"]])
    await center.reading.close(READER, id)
    await edge.staff.close(CLERK, id)
    assert.equal((await listed())?.state, "failed")
    const closed = await row(edge, id)
    assert.deepEqual([closed?.action, closed?.closed, told(closed?.notices)], [null, true, ["images-gone"]])
    await assert.rejects(center.reading.close(READER, id), { code: "ERR_REPORT_STATE" })
  })

  it("the images go while a correction is written: it is given up, and the report that was signed stands", async () => {
    const { edge, center } = sides
    const id = await enter(edge, requestFor("P1", "R1"))
    await storeAll(edge, study("P1", 2))
    await sides.settle(PATIENCE_MS)
    await report(center, id)
    await sides.settle(PATIENCE_MS)
    await center.reading.amend(READER, id, await correctionOf(center, id, "左右の誤記"))
    await sides.settle(2 * DAY_MS)
    await center.reading.close(READER, id)
    const after = await center.reading.reading(READER, id)
    assert.deepEqual([after.state, after.reportStatus, after.versions.length], ["completed", "final", 1])
    assert.equal(after.draft?.impression, DRAFT.impression)
    assert.equal((await row(edge, id))?.action, "acknowledge")
  })

  it("a longer term is agreed for what is not read: its images stay until it is read, then go and are certified", async () => {
    const { edge, center } = sides
    const images = study("P1", 2)
    const { retention } = center.world.agreements[0]!
    setAgreements(center, { retention: { ...retention, unreadImagesMs: retention.imagesMs + LONG_MS } })
    const id = await enter(edge, requestFor("P1", "R1"))
    await storeAll(edge, images)
    await sides.settle(LONG_MS)
    sides.time.pass(LONG_MS - DAY_MS)
    const [listed] = await center.reading.worklist(READER)
    assert.deepEqual(told(listed?.notices), ["term-near"])
    assert.equal((await onlyStudy(center, images.StudyInstanceUID)).state, "complete")
    await report(center, id)
    await sides.settle(PATIENCE_MS)
    assert.equal((await onlyStudy(center, images.StudyInstanceUID)).state, "expired", "as soon as it is read")
    assert.equal((await edge.staff.request(CLERK, id)).deletions.length, 1)
    const [after] = await center.reading.worklist(READER)
    assert.deepEqual([after?.patient.PatientID, told(after?.notices)], ["P1", ["images-gone"]])
    assert.equal((await center.reading.reading(READER, id)).versions.length, 1)
    const correction = await correctionOf(center, id, "誤記")
    await assert.rejects(center.reading.amend(READER, id, correction), { code: "ERR_REPORT_STATE" })
  })

  it("the agreement has ended: nothing leaves, until there is one again", async () => {
    const { edge } = sides
    const { validUntil } = edge.world.agreements[0]!
    const id = await enter(edge, requestFor("P1", "R1"))
    setAgreements(edge, { validUntil: "2000-01-01" })
    await storeAll(edge, study("P1", 2))
    await sides.settle(PATIENCE_MS)
    assert.deepEqual(sides.line.attempts, [])
    const waiting = await row(edge, id)
    assert.deepEqual([waiting?.action, told(waiting?.notices)], ["release", ["agreement-over"]])
    await assert.rejects(edge.staff.release(CLERK, id), { code: "ERR_REPORT_STATE" })
    setAgreements(edge, { validUntil })
    await edge.staff.release(CLERK, id)
    setAgreements(edge, { validUntil: "2000-01-01" })
    await sides.settle(PATIENCE_MS)
    assert.deepEqual(sides.line.attempts, [])
    assert.deepEqual(told((await row(edge, id))?.notices), ["agreement-over"])
    setAgreements(edge, { validUntil })
    await sides.settle(PATIENCE_MS)
    assert.equal((await row(edge, id))?.way.find(({ name }) => name === "arrived")?.state, "done")
  })

  it("a submission is held or does not hold at the centre: it is listed from what its metadata tell", async () => {
    const { edge, center } = sides
    const { trust } = center.world
    const blind = {
      seal: (agreement: Agreement) => ({ ...trust.seal(agreement), crls: [] }),
      report: () => trust.report(),
      want: () => undefined,
    }
    Object.assign(center.world, { trust: blind })
    const id = await enter(edge, requestFor("P1", "R1"))
    await storeAll(edge, study("P1", 2))
    await sides.settle(5 * 60_000)
    const [held] = await center.reading.worklist(READER)
    assert.deepEqual(
      [held?.requestId, held?.patient.PatientID, held?.study.instances, held?.verification],
      [id, "P1", 0, "indeterminate"],
    )
    assert.ok(told(held?.notices).includes("seal-held"))
    Object.assign(center.world, { trust })
    await sides.settle(PATIENCE_MS)
    const listed = await center.reading.worklist(READER)
    assert.deepEqual(
      listed.map((each) => [each.requestId, each.verification, told(each.notices)]),
      [[id, "valid", []]],
    )
  })

  it("a time-stamp authority does not answer: what waits says why", async () => {
    const { edge } = sides
    const stamp = edge.world.timeStamps.stamp.bind(edge.world.timeStamps)
    const { TimeStampError } = await import("../../gateway/journey/errors.ts")
    const down = () => Promise.reject(new TimeStampError("ERR_TIMESTAMP_UNAVAILABLE", "no answer"))
    Object.assign(edge.world.timeStamps, { stamp: down })
    const id = await enter(edge, requestFor("P1", "R1", { urgency: "ROUTINE" }))
    await storeAll(edge, study("P1", 2))
    await sides.settle(10 * 60_000)
    const waiting = await row(edge, id)
    assert.deepEqual(told(waiting?.notices), ["delayed ERR_TIMESTAMP_UNAVAILABLE"])
    const sent = waiting?.way.find(({ name }) => name === "sent")
    assert.deepEqual([sent?.state, sent?.reason], ["hold", "ERR_TIMESTAMP_UNAVAILABLE"])
    assert.equal(waiting?.action, "see-failure", "it is counted among what asks for a person")
    Object.assign(edge.world.timeStamps, { stamp })
    await sides.settle(PATIENCE_MS)
    const after = await row(edge, id)
    assert.deepEqual([after?.action, told(after?.notices)], [null, []])
  })

  it("a time stamp never checks: the row stands still at once, and a clerk need not wait an hour for the next try", async () => {
    const { edge } = sides
    const stamp = edge.world.timeStamps.stamp.bind(edge.world.timeStamps)
    const { TimeStampError } = await import("../../gateway/journey/errors.ts")
    const wrong = () => Promise.reject(new TimeStampError("ERR_TIMESTAMP_INVALID", "another authority"))
    Object.assign(edge.world.timeStamps, { stamp: wrong })
    const id = await enter(edge, requestFor("P1", "R1"))
    await storeAll(edge, study("P1", 2))
    await sides.settle(5 * 60_000)
    const waiting = await row(edge, id)
    const sent = waiting?.way.find(({ name }) => name === "sent")
    assert.deepEqual(
      [waiting?.action, sent?.state, sent?.reason],
      ["see-failure", "fail", "ERR_TIMESTAMP_INVALID"],
    )
    Object.assign(edge.world.timeStamps, { stamp })
    await edge.staff.retry(CLERK, id)
    await sides.settle(5 * 60_000)
    const after = await row(edge, id)
    assert.deepEqual([after?.action, told(after?.notices)], [null, []])
    assert.equal(after?.way.find(({ name }) => name === "arrived")?.state, "done")
  })

  it("a request was received it is settled, and a correction makes it ask again", async () => {
    const { edge, center } = sides
    const id = await enter(edge, requestFor("P1", "R1"))
    await storeAll(edge, study("P1", 2))
    await sides.settle(PATIENCE_MS)
    const openAtEdge = async () => (await edge.ledger.openRequests()).map((each) => each.id)
    assert.deepEqual(await openAtEdge(), [id])
    await report(center, id)
    await sides.settle(PATIENCE_MS)
    await acknowledge(edge, id)
    assert.deepEqual(await openAtEdge(), [])
    await center.reading.amend(READER, id, await correctionOf(center, id, "左右の誤り"))
    await report(center, id, 2)
    await sides.settle(PATIENCE_MS)
    assert.deepEqual(await openAtEdge(), [id])
    const again = await row(edge, id)
    assert.equal(again?.action, "acknowledge")
    assert.deepEqual(again.revision, { version: 2, reason: "左右の誤り", receivedBefore: true })
    assert.equal(again.way.find(({ name }) => name === "reported")?.state, "hold")
    const { earlier, report: newest } = await edge.staff.request(CLERK, id)
    assert.deepEqual(
      [newest?.version, ...earlier.map((each) => [each.report.version, each.acknowledgement?.by])],
      [2, [1, CLERK.name]],
    )
    assert.equal(
      again.testCertificate,
      true,
      "the certificates of the tests are test certificates, and shown as such",
    )
  })
})
