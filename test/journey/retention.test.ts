import assert from "node:assert/strict"
import type { AuditEvent } from "../../gateway/journey/ports/audit.ts"
import type { Gateway } from "./gateway.ts"
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
  writeAndSign,
} from "./people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "./world.ts"

const IMAGES = study("P1", 2)
const HOUR_MS = 60 * MINUTE_MS
const TERMS = { retention: { imagesMs: 5 * DAY_MS, reportsMs: 60 * DAY_MS } }

describe("the agreed term", function () {
  this.timeout(30_000)
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: TERMS })
  })
  afterEach(() => sides.close())

  async function read(): Promise<string> {
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, IMAGES)
    await sides.settle()
    await report(sides.center, requestId)
    await sides.settle()
    await acknowledge(sides.edge, requestId)
    await sides.settle()
    return requestId
  }
  const deletions = async (gateway: Gateway, event: AuditEvent["event"]): Promise<string[]> =>
    (await gateway.audited()).filter((each) => each.event.event === event).map((each) => each.event.outcome)

  it("of images ends first: the report, its verdict and the patient it is about stay", async () => {
    const requestId = await read()
    await sides.settle(20 * DAY_MS)
    for (const gateway of [sides.edge, sides.center]) {
      assert.deepEqual(await gateway.ledger.studies(10), [])
      assert.deepEqual(await deletions(gateway, "study-deleted"), ["minor", "success"])
    }
    const detail = await sides.edge.staff.request(CLERK, requestId)
    assert.equal(detail.report?.impression, DRAFT.impression)
    assert.equal(detail.signature?.outcome, "valid")
    assert.deepEqual([detail.patient.PatientID, detail.patient.ideographic], ["P1", "山田 太郎"])
    const [deletion] = detail.deletions
    assert.equal(deletion?.certificate, "valid")
    assert.equal(deletion.objects, 5, "two images, manifest, request, signature")
    assert.match(deletion.statement, /鍵の消去は読み戻して確かめました/)
    assert.ok((await row(sides.edge, requestId))?.notices.some(({ code }) => code === "images-gone"))
    const reading = await sides.center.reading.reading(READER, requestId)
    assert.equal(reading.versions.length, 1, "readers find their earlier reports")
    const correction = await correctionOf(sides.center, requestId, "誤記")
    await assert.rejects(sides.center.reading.amend(READER, requestId, correction), {
      code: "ERR_REPORT_STATE",
    })
    assert.equal(
      (await sides.center.reading.reading(READER, requestId)).state,
      "completed",
      "and nothing was begun",
    )
  })

  it("of the request ends later, at both sides: text, reports and slot are gone, and only ids are left", async () => {
    const requestId = await read()
    await sides.settle(100 * DAY_MS)
    for (const gateway of [sides.edge, sides.center]) {
      const certificates = await gateway.ledger.certificates(10)
      assert.deepEqual(certificates.map(({ what }) => what).sort(), ["images", "texts"])
      assert.deepEqual(
        gateway.spool.slots.map(({ slotId }) => slotId).sort(),
        certificates.map(({ slotId }) => slotId).sort(),
        `no slot at the ${gateway.side} but those of the certificates`,
      )
      const request = await gateway.ledger.request(requestId)
      assert.equal(request?.state, "exited")
      assert.equal(request.private.patient.PatientID, "")
      assert.deepEqual(await deletions(gateway, "report-deleted"), ["minor", "success"])
      const [kept] = await gateway.ledger.reportsOfRequest(requestId)
      assert.equal(kept?.private.draft.impression, "")
      const jobs = await gateway.ledger.dueJobs("9999", 10)
      assert.deepEqual(jobs.map(({ subject }) => subject).sort(), certificates.map(({ id }) => id).sort())
    }
    assert.deepEqual(await sides.edge.staff.requests(CLERK), [])
    assert.deepEqual(await sides.center.reading.worklist(READER), [])
    await assert.rejects(sides.edge.staff.request(CLERK, requestId), { code: "ERR_NOT_FOUND" })
    await assert.rejects(sides.center.reading.reading(READER, requestId), { code: "ERR_NOT_FOUND" })
    const segments = [...sides.edge.disk.contents().keys()].filter((path) => path.endsWith(".seg"))
    assert.equal(segments.length, 2, "the two certificates")
  })

  it("of the request begins anew with every version of the report", async () => {
    const requestId = await read()
    const before = (await sides.edge.ledger.request(requestId))!.keepUntil
    sides.time.pass(3 * DAY_MS)
    const correction = await correctionOf(sides.center, requestId, "左右の誤記")
    await sides.center.reading.amend(READER, requestId, correction)
    await report(sides.center, requestId, 2, { ...DRAFT, impression: "第2版" })
    await sides.settle()
    for (const gateway of [sides.edge, sides.center]) {
      const after = (await gateway.ledger.request(requestId))!.keepUntil
      assert.ok(new Date(after).getTime() - new Date(before).getTime() > 2 * DAY_MS, `at the ${gateway.side}`)
    }
  })
})

describe("the agreed term of hours", function () {
  this.timeout(30_000)
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open({
      agreement: { retention: { imagesMs: 2 * HOUR_MS, reportsMs: 60 * DAY_MS } },
    })
  })
  afterEach(() => sides.close())

  it("does not end at the hospital while images have not left, and at the centre whether anybody has read them or not", async () => {
    sides.line.fault = (kind) => (kind === "receipt" ? "unreachable" : null)
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, IMAGES)
    await sides.settle(6 * HOUR_MS)
    assert.equal((await sides.edge.ledger.studies(10)).length, 1, "no receipt: our copy stays")
    assert.deepEqual(await sides.center.ledger.studies(10), [], "never longer than agreed")
    sides.line.fault = () => null
    await sides.settle(3 * DAY_MS)
    assert.deepEqual(await sides.edge.ledger.studies(10), [])
    assert.equal((await row(sides.edge, requestId))?.action, "close")
  })

  it("does not end while one of two deliveries is on its way", async () => {
    const asked = { StudyInstanceUID: IMAGES.StudyInstanceUID }
    await enter(sides.edge, requestFor("P1", "R1", asked))
    await storeAll(sides.edge, IMAGES)
    await sides.settle()
    const [closed] = await sides.edge.ledger.studies(1)
    assert.equal(closed?.state, "closed")
    sides.line.fault = (kind) => (kind === "study" ? "unreachable" : null)
    const second = await enter(sides.edge, requestFor("P1", "R2", asked))
    await sides.settle(6 * HOUR_MS)
    assert.equal((await sides.edge.ledger.studies(10)).length, 1)
    sides.line.fault = () => null
    await sides.settle(HOUR_MS)
    assert.equal((await row(sides.edge, second))?.way[2]?.state, "done")
    await sides.settle(30 * HOUR_MS)
    assert.deepEqual(await sides.edge.ledger.studies(10), [])
  })
})

describe("what was frozen for a signature", () => {
  let sides: TwoSides
  let requestId: string
  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: TERMS })
    requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, IMAGES)
    await sides.settle()
  })
  afterEach(() => sides.close())

  const segments = (): number =>
    [...sides.center.disk.contents().keys()].filter((path) => path.endsWith(".seg")).length

  it("goes when the text is changed or frozen again: never more than one pair lies there", async () => {
    const { reading } = sides.center
    const before = segments()
    const view = await reading.start(READER, requestId)
    let { draftVersion } = await reading.saveDraft(READER, requestId, DRAFT, view.draft?.draftVersion ?? 0)
    for (let times = 0; times < 3; times++) await reading.prepare(READER, requestId, draftVersion)
    assert.equal(segments(), before + 1)
    draftVersion = (await reading.saveDraft(READER, requestId, DRAFT, draftVersion)).draftVersion
    assert.equal(segments(), before)
    const { prepareId } = await reading.prepare(READER, requestId, draftVersion)
    assert.match(Buffer.from(await reading.preparedPdf(READER, prepareId)).toString(), /%PDF/)
    await sides.center.open()
    assert.deepEqual(sides.center.rolledForward, { instancesFiled: 0, segmentsDropped: 0, slotsDestroyed: 0 })
  })

  it("is signed exactly as it was frozen, within five minutes, once", async () => {
    await writeAndSign(sides.center, requestId, DRAFT)
    const [signed] = await sides.center.ledger.reportsOfRequest(requestId)
    assert.equal(signed?.prepareId, null)
    const [other] = [await sides.center.reading.reading(READER, requestId)]
    assert.equal(other.state, "completed")
    await assert.rejects(writeAndSign(sides.center, requestId, DRAFT), { code: "ERR_REPORT_STATE" })
  })
})
