import assert from "node:assert/strict"
import { readWhole } from "../../gateway/journey/read-whole.ts"
import type { SubmissionRecord } from "../../gateway/journey/records/submission.ts"
import { documentOf } from "../../gateway/journey/submit/report-documents.ts"
import { readImagingReport } from "../../gateway/standards/cda/read-imaging-report.ts"
import { HOSPITAL } from "./agreements.ts"
import type { Gateway } from "./gateway.ts"
import { CLERK, enter, READER, report, requestFor, storeAll, study } from "./people.ts"
import { TwoSides } from "./world.ts"

const XCN = `e1001^想定^一夫^^^^^^&${HOSPITAL.oid}&ISO`
const ASKED = { ...requestFor("P1", "R-P1").request, physician: "想定 一夫" }

describe("the ordering physician", function () {
  this.timeout(60_000)
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open()
  })
  afterEach(() => sides.close())

  const inbound = async (gateway: Gateway, id: string | null): Promise<SubmissionRecord> =>
    (await gateway.ledger.submission(id ?? "")) ?? assert.fail("no submission")

  it("goes out as the request's author under the hospital's id, and the report comes home for them", async () => {
    const request = { ...ASKED, physicianId: "e1001", namedReader: READER.name, reportTo: "救急科　医局" }
    const requestId = await enter(sides.edge, requestFor("P1", "R-P1", { request }))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()

    const [item] = await sides.center.reading.worklist(READER)
    assert.deepEqual(item?.request, request)
    const came = await sides.center.ledger.submissionsOf({ requestId, kind: "study" })
    const authors = came.flatMap(({ private: { submission } }) =>
      (submission?.documentEntries ?? []).map(({ author }) => author?.authorPerson ?? ""),
    )
    assert.deepEqual(
      authors.filter((each) => each !== ""),
      [XCN],
    )

    await report(sides.center, requestId)
    await sides.settle()
    const [home] = await sides.edge.ledger.reportsOfRequest(requestId)
    assert.ok(home)
    const { submission, verdict } = (await inbound(sides.edge, home.submissionId)).private
    assert.equal(submission?.submissionSet.intendedRecipient[0]?.split("|")[1], XCN)
    assert.equal(verdict?.outcome, "valid")
    const cda = readImagingReport(await readWhole(sides.edge.world.spool, documentOf(home, "cda").place))
    assert.deepEqual([cda.physician, cda.physicianId], ["想定 一夫", "e1001"])
    const detail = await sides.edge.staff.request(CLERK, requestId)
    assert.equal(detail.request?.reportTo, "救急科　医局")
    assert.deepEqual([...sides.edge.failures, ...sides.center.failures], [])
  })

  it("whose name alone is known stands in no metadata, and the report is for the institution", async () => {
    const requestId = await enter(sides.edge, requestFor("P1", "R-P1", { request: ASKED }))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    await report(sides.center, requestId)
    await sides.settle()
    const [home] = await sides.edge.ledger.reportsOfRequest(requestId)
    const { submission } = (await inbound(sides.edge, home?.submissionId ?? null)).private
    assert.deepEqual(
      submission?.submissionSet.intendedRecipient.map((each) => each.includes("|")),
      [false],
    )
  })
})
