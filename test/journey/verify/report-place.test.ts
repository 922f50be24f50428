import assert from "node:assert/strict"
import { EFFECTS } from "../../../gateway/journey/submit/submissions.ts"
import { verify } from "../../../gateway/journey/verify/verify.ts"
import type { SubmissionRecord } from "../../../gateway/journey/records/submission.ts"
import type { Submission } from "../../../gateway/standards/xds/submission.ts"
import { AT_HOSPITAL, CENTER, HOSPITAL } from "../agreements.ts"
import { acknowledge, CLERK, enter, requestFor, row, storeAll, study } from "../people.ts"
import { ANY_FORMAT, answerOf, deliver, foreign, OverheardLine, PLAIN, type Overheard } from "../unmarked.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

const HOUR_MS = 60 * MINUTE_MS

const A_CENTER = { sourceId: CENTER.oid, patientIdDomain: AT_HOSPITAL.patientIdDomain, PatientID: "P1" }
const ORDER = `R-P1^^^&${HOSPITAL.oid}&ISO^urn:ihe:iti:xds:2013:order`

describe("the place of a report without a text", function () {
  this.timeout(30_000)
  let sides: TwoSides
  let requestId: string

  beforeEach(async () => {
    const retention = { imagesMs: 5 * DAY_MS, reportsMs: 365 * DAY_MS }
    sides = await TwoSides.open({ agreement: { ...PLAIN, retention }, between: new OverheardLine() })
    requestId = await enter(sides.edge, requestFor("P1", "R-P1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
  })
  afterEach(() => sides.close())

  const pdf = (n: number, related?: { type: "APND" | "RPLC"; to: Overheard }): Overheard => {
    const octets = Buffer.from(`%PDF-1.7\n% report ${n}\n%%EOF\n`)
    const paper = {
      uniqueId: `2.25.66${n}`,
      mimeType: "application/pdf",
      formatCode: ANY_FORMAT,
      octets,
      references: [ORDER],
    }
    const target = related?.to.submission.documentEntries[0]?.entryUUID ?? ""
    return foreign(A_CENTER, [paper], ([entry]): Submission["associations"] =>
      related === undefined ? [] : [{ type: related.type, source: entry!.entryUUID, target }],
    )
  }
  const arrives = async (each: Overheard): Promise<string> =>
    answerOf(await deliver(sides.edge.door, AT_HOSPITAL.id, each))

  async function cameHome(): Promise<SubmissionRecord[]> {
    const all = await sides.edge.ledger.submissionsOf({ requestId, kind: "report" })
    return all.filter(({ direction }) => direction === "in")
  }
  /** As the runner's jobs do it at once: all look, then each decides in its turn under the locks. */
  async function verifiedAtOnce(submissions: readonly SubmissionRecord[]): Promise<void> {
    const { ledger, world } = sides.edge
    const looked = []
    for (const { id } of submissions) {
      const [job] = await ledger.jobsOf(id)
      looked.push(await verify(world, EFFECTS, job!))
    }
    for (const each of looked) {
      assert.ok("decide" in each)
      await ledger.commit((await each.decide()).changes)
    }
  }
  /** At once: what looks every few minutes looks when it is over. */
  async function after(days: number): Promise<void> {
    await sides.settle()
    sides.time.pass(days * DAY_MS)
    await sides.settle(HOUR_MS)
  }
  const placed = async (): Promise<string[]> =>
    (await sides.edge.ledger.reportsOfRequest(requestId)).map(
      ({ status, version, appends }) =>
        `${status} ${version}${appends === undefined ? "" : ` to ${appends.version}`}`,
    )

  it("is told under the locks: of two that are verified at once the second meets the first", async () => {
    await arrives(pdf(1))
    await arrives(pdf(2))
    await verifiedAtOnce(await cameHome())
    assert.deepEqual(await placed(), ["final 1"])
    assert.deepEqual(
      (await cameHome()).map(({ state, failureCode }) => [state, failureCode]),
      [
        ["verified", null],
        ["failed", "ERR_REPORT_VERSION"],
      ],
    )
    await acknowledge(sides.edge, requestId)
    assert.notEqual(
      (await row(sides.edge, requestId))?.action,
      "acknowledge",
      "what the row names was received",
    )
  })

  it("is told under the locks: two that replace one at once are two versions", async () => {
    const first = pdf(1)
    await arrives(first)
    await sides.settle()
    await arrives(pdf(2, { type: "RPLC", to: first }))
    await arrives(pdf(3, { type: "RPLC", to: first }))
    await verifiedAtOnce((await cameHome()).slice(1))
    assert.deepEqual((await placed()).sort(), ["corrected 2", "corrected 3", "final 1"])
  })

  it("is told under the locks: an addendum finds the report that was verified while it was looked at", async () => {
    const first = pdf(1)
    await arrives(first)
    await arrives(pdf(2, { type: "APND", to: first }))
    await verifiedAtOnce(await cameHome())
    assert.deepEqual((await placed()).sort(), ["appended 1 to 1", "final 1"])
    const detail = await sides.edge.staff.request(CLERK, requestId)
    assert.equal(detail.addenda.length, 1)
  })

  it("is awaited for a week, and no request is kept for a report that never comes", async () => {
    assert.match(await arrives(pdf(2, { type: "APND", to: pdf(1) })), /PartialAppend/)
    await after(6)
    assert.deepEqual(
      (await cameHome()).map(({ state }) => state),
      ["accepted"],
    )
    assert.notEqual((await row(sides.edge, requestId))?.action, null, "a person is told meanwhile")
    await after(2)
    assert.deepEqual(
      (await cameHome()).map(({ state, failureCode }) => [state, failureCode]),
      [["failed", "ERR_REPORT_VERSION"]],
    )
    await after(400)
    assert.equal((await sides.edge.ledger.request(requestId))?.state, "exited")
  })

  it("is not awaited beside what was refused", async () => {
    const second = pdf(2)
    await arrives(pdf(1))
    await arrives(second)
    await sides.settle()
    await arrives(pdf(3, { type: "APND", to: second }))
    await sides.settle()
    assert.deepEqual(
      (await cameHome()).map(({ state, failureCode }) => [state, failureCode]),
      [
        ["verified", null],
        ["failed", "ERR_REPORT_VERSION"],
        ["failed", "ERR_REPORT_VERSION"],
      ],
    )
  })
})
