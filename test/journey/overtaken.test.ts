import assert from "node:assert/strict"
import type { SubmissionKind } from "../../gateway/journey/records/submission.ts"
import type { Gateway } from "./gateway.ts"
import { acknowledge, CLERK, enter, report, requestFor, row, storeAll, study } from "./people.ts"
import { DAY_MS, TwoSides } from "./world.ts"

const PATIENCE_MS = 3 * 60 * 60 * 1000

async function stateOf(
  gateway: Gateway,
  requestId: string,
  kind: SubmissionKind,
): Promise<string | undefined> {
  const all = await gateway.ledger.submissionsOf({ requestId })
  return all.find((each) => each.direction === "out" && each.kind === kind)?.state
}

/** The other side verifies and sends its receipt, and we take it, before we hear that it accepted. */
function receiptFirst(sides: TwoSides): void {
  const overtaken = new Set<string>()
  sides.line.beforeAnswer = async () => {
    const first = sides.line.attempts.at(-1)
    if (first === undefined || overtaken.size > 0) return
    overtaken.add(first.submissionSetUid)
    for (let turns = 0; turns < 6; turns++) {
      await sides.center.runDue()
      const due = await sides.edge.ledger.dueJobs("9999", 50)
      for (const job of due.filter(({ verb }) => verb === "verify")) await sides.edge.run(job)
    }
  }
}

describe("a receipt that overtakes the answer", () => {
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open()
  })
  afterEach(() => sides.close())

  it("makes the submission verified, and the answer does not take it back", async () => {
    receiptFirst(sides)
    const id = await enter(sides.edge, requestFor("P1", "R1"))
    const images = study("P1", 2)
    await storeAll(sides.edge, images)
    await sides.settle(PATIENCE_MS)
    assert.equal(await stateOf(sides.edge, id, "study"), "verified")
    assert.equal((await sides.edge.ledger.studiesByUid(images.StudyInstanceUID))[0]?.state, "closed")
    const stations = (await row(sides.edge, id))?.way.slice(0, 3).map(({ name, state }) => `${name} ${state}`)
    assert.deepEqual(stations, ["received done", "sent done", "arrived done"])
    await sides.settle(40 * DAY_MS)
    assert.equal((await sides.edge.ledger.studiesByUid(images.StudyInstanceUID))[0]?.state, "expired")
  })

  it("is enough when the answer never comes: nothing is sent again", async () => {
    receiptFirst(sides)
    sides.line.fault = (_kind, again) => (again === 0 && sides.line.attempts.length === 0 ? "lost" : null)
    const id = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle(PATIENCE_MS)
    assert.equal(await stateOf(sides.edge, id, "study"), "verified")
    const [first] = sides.line.attempts
    assert.equal(
      sides.line.attempts.filter((each) => each.submissionSetUid === first?.submissionSetUid).length,
      1,
    )
  })
})

describe("two steps that change one thing", () => {
  it("do not undo each other: who read before the other wrote decides again", async () => {
    const sides = await TwoSides.open()
    const { edge, center } = sides
    const id = await enter(edge, requestFor("P1", "R1"))
    await storeAll(edge, study("P1", 2))
    await sides.settle(PATIENCE_MS)
    await report(center, id)
    await sides.settle(PATIENCE_MS)
    const [before] = await edge.ledger.reportsOfRequest(id)
    await acknowledge(edge, id)
    await assert.rejects(edge.ledger.commit([{ put: "report", record: before! }]), {
      code: "ERR_LEDGER_STALE",
    })
    assert.notEqual((await edge.staff.request(CLERK, id)).acknowledgement, null)
    sides.close()
  })

  it("run again by themselves, and nothing of the first attempt stays", async () => {
    const sides = await TwoSides.open()
    const { edge } = sides
    const id = await enter(edge, requestFor("P1", "R1", { releaseWhenComplete: false }))
    const images = study("P1", 2)
    await storeAll(edge, images)
    await edge.runDue()
    const [waiting] = await edge.ledger.studiesByUid(images.StudyInstanceUID)
    // While the study is bound to its request, somebody raises the request's urgency.
    const read = edge.ledger.requestsOfStudy.bind(edge.ledger)
    let raised = false
    Object.assign(edge.ledger, {
      requestsOfStudy: async (studyId: string) => {
        const found = await read(studyId)
        const request = await edge.ledger.request(id)
        if (!raised) await edge.ledger.commit([{ put: "request", record: { ...request!, urgency: "HIGH" } }])
        raised = true
        return found
      },
    })
    await sides.settle(PATIENCE_MS)
    assert.ok(raised)
    const request = await edge.ledger.request(id)
    assert.equal(request?.urgency, "HIGH")
    assert.deepEqual(request.studies, [{ studyId: waiting?.id, role: "target" }])
    sides.close()
  })
})
