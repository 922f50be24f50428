import assert from "node:assert/strict"
import {
  correctionOf,
  acknowledge,
  CLERK,
  enter,
  OTHER_READER,
  READER,
  report,
  requestFor,
  row,
  storeAll,
  study,
} from "./people.ts"
import { MINUTE_MS, TwoSides } from "./world.ts"

const PATIENCE_MS = 3 * 60 * MINUTE_MS

describe("between the two desks", function () {
  this.timeout(30_000)
  let sides: TwoSides
  let id: string

  beforeEach(async () => {
    sides = await TwoSides.open()
    id = await enter(sides.edge, requestFor("P1", "R1", { telephoneOnResult: true }))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle(10 * MINUTE_MS)
  })
  afterEach(() => sides.close())

  it("a wish to be called with the result is shown at both", async () => {
    assert.equal((await row(sides.edge, id))?.telephoneOnResult, true)
    const [item] = await sides.center.reading.worklist(READER)
    assert.deepEqual([item?.telephoneOnResult, item?.request.telephone], [true, "内線 1234"])
  })

  it("a reader sends again what the hospital's side would not take", async () => {
    sides.line.fault = (kind) => (kind === "report" ? "refused" : null)
    await report(sides.center, id)
    await sides.settle(PATIENCE_MS)
    const [stuck] = await sides.center.reading.worklist(READER)
    assert.deepEqual(
      stuck?.notices.map(({ code }) => code),
      ["not-sent"],
    )
    await assert.rejects(sides.center.reading.retry(CLERK, id), { code: "ERR_NOT_ALLOWED" })
    sides.line.fault = () => null
    await sides.center.reading.retry(READER, id)
    await sides.settle(PATIENCE_MS)
    assert.equal((await sides.edge.staff.request(CLERK, id)).signature?.outcome, "valid")
    await assert.rejects(sides.center.reading.retry(READER, id), { code: "ERR_REPORT_STATE" })
  })

  it("a correction is of the version its reader has seen, and of no other", async () => {
    await report(sides.center, id)
    await sides.settle(PATIENCE_MS)
    await acknowledge(sides.edge, id)
    const correction = await correctionOf(sides.center, id, "左右の誤記")
    await assert.rejects(
      sides.center.reading.amend(OTHER_READER, id, { ...correction, reportId: "another" }),
      {
        code: "ERR_REPORT_STATE",
      },
    )
    const view = await sides.center.reading.amend(OTHER_READER, id, correction)
    assert.equal(view.reportStatus, "draft")
  })
})
