import assert from "node:assert/strict"
import { evidenceDesk } from "../../../gateway/journey/evidence/evidence-desk.ts"
import { DeskError } from "../../../gateway/journey/errors.ts"
import { judgedEvidence } from "../../../gateway/standards/evidence/judge.ts"
import { readZip } from "../../../gateway/standards/zip/stored-zip.ts"
import { VERIFIER_PAGE } from "../gateway.ts"
import { CLERK, enter, READER, requestFor } from "../people.ts"
import { TwoSides } from "../world.ts"
import { packageAt, reported } from "./packages.ts"

const isNotFound = (error: unknown): boolean => error instanceof DeskError && error.code === "ERR_NOT_FOUND"

describe("the evidence desk", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let requestId: string
  before(async () => {
    sides = await TwoSides.open()
    requestId = await reported(sides)
  })
  after(() => sides.close())

  it("hands a clerk the package, after it is in the audit trail with every report in it", async () => {
    const { fileName, bytes } = await sides.edge.staff.evidence(CLERK, requestId)
    assert.match(fileName, /^dokuei-evidence-\d{8}-[0-9a-f]{8}\.zip$/)
    assert.ok(readZip(bytes).length > 20)
    await sides.settle()
    const rows = (await sides.edge.audited()).filter(({ event }) => event.event === "evidence-exported")
    assert.deepEqual(
      rows.map(({ event }) => [event.user, event.PatientID, event.description]),
      [fileName, fileName].map((name) => [CLERK.login, "P1", name]),
    )
  })

  it("knows a reading by its request, its report or the hospital's number", async () => {
    const desk = evidenceDesk(sides.edge.world, () => Promise.resolve(VERIFIER_PAGE))
    const { versions } = await sides.edge.staff.request(CLERK, requestId)
    for (const what of [requestId, versions[0]!.reportId, "R-P1"]) {
      const { reportIds } = await desk.take({ user: "root", userName: null }, what)
      assert.equal(reportIds.length, 2, what)
    }
    await assert.rejects(desk.take({ user: "root", userName: null }, "nothing"), isNotFound)
  })

  it("has no package of what nobody has signed, and none for who is no clerk", async () => {
    const unread = await enter(sides.edge, requestFor("P9", "R-P9"))
    await assert.rejects(sides.edge.staff.evidence(CLERK, unread), isNotFound)
    await assert.rejects(sides.edge.staff.evidence(READER, requestId), DeskError)
  })

  it("makes one at the reading centre as well, and it is valid there too", async () => {
    const made = await packageAt(sides, "center", requestId)
    const verdict = judgedEvidence(made.files, made.trust, made.at)
    assert.equal(verdict.reports.length, 2)
    assert.deepEqual(
      verdict.parts.flatMap(({ name, tests }) =>
        tests
          .filter(({ outcome }) => outcome === "fail")
          .map((test) => `${name}/${test.name} ${test.detail}`),
      ),
      [],
    )
  })
})
