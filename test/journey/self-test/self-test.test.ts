import assert from "node:assert/strict"
import { selfTestDesk } from "../../../gateway/journey/self-test/self-test-desk.ts"
import { phantomOf, PHANTOM_TERM_MS } from "../../../gateway/journey/self-test/phantom.ts"
import { CONTENTS } from "../../../gateway/journey/submit/submissions.ts"
import type { SubmissionRecord } from "../../../gateway/journey/records/submission.ts"
import type { Contents } from "../../../gateway/journey/submit/package.ts"
import { AT_HOSPITAL } from "../agreements.ts"
import type { Gateway } from "../gateway.ts"
import { CLERK, READER } from "../people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

const OPERATOR = "operator"

describe("a self-test", function () {
  this.timeout(30_000)
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open()
  })
  afterEach(() => sides.close())

  const desk = () => selfTestDesk(sides.edge.world)
  const begin = async (): Promise<string> => (await desk().begin(OPERATOR, AT_HOSPITAL.id)).id
  const stages = async (id: string) =>
    (await desk().look(id)).stages.map(({ name, state, code }) => [
      name,
      state,
      ...(code === null ? [] : [code]),
    ])
  const slots = (gateway: Gateway): number => gateway.spool.slots.length
  const told = async (gateway: Gateway) =>
    (await gateway.audited()).map(({ event }) => `${event.event} ${event.outcome} ${event.PatientID ?? ""}`)

  it("brings a phantom there and a report home that the seal of the other side signs, and nobody's", async () => {
    const id = await begin()
    await sides.settle(MINUTE_MS)
    const view = await desk().look(id)
    assert.equal(view.outcome, "passed")
    assert.deepEqual(
      view.stages.map(({ name, state }) => [name, state]),
      ["sealed", "taken", "answered", "judged"].map((name) => [name, "done"]),
    )
    assert.ok(view.stages.every(({ at }) => at !== null && !Number.isNaN(Date.parse(at))))
    assert.equal(view.signature?.outcome, "valid")
    assert.equal(view.signature.kind, "seal")
    const images = (await sides.center.ledger.submissionsOf({ requestId: id })).map(({ kind, state }) => [
      kind,
      state,
    ])
    assert.deepEqual(images, [
      ["phantom", "verified"],
      ["phantom-report", "accepted"],
    ])
  })

  it("stands in no list of studies, cases or reports at either side", async () => {
    await begin()
    await sides.settle(MINUTE_MS)
    assert.deepEqual(await sides.center.reading.worklist(READER), [])
    assert.deepEqual(await sides.edge.staff.requests(CLERK), [])
    for (const gateway of [sides.edge, sides.center]) {
      assert.deepEqual(await gateway.ledger.studies(10), [])
      assert.deepEqual(await gateway.ledger.openRequests(), [])
    }
  })

  it("is destroyed by who answered once the report has left, and by who asked when they have looked", async () => {
    const id = await begin()
    await sides.settle(MINUTE_MS)
    assert.equal(slots(sides.center), 0)
    assert.equal(slots(sides.edge), 1)
    const ended = await desk().end(id, OPERATOR)
    assert.ok((ended?.objects ?? 0) >= 9, "request, three images, seal; CDA, PDF, signature, seal")
    assert.equal(slots(sides.edge), 0)
    assert.equal(await desk().end(id, OPERATOR), null, "a second time there is nothing")
    for (const gateway of [sides.edge, sides.center])
      assert.ok((await told(gateway)).includes("study-deleted success SELF-TEST"), gateway.side)
    assert.deepEqual(
      (await told(sides.edge)).filter((each) => each.startsWith("node-tested")),
      ["node-tested success ", "node-tested success "],
    )
  })

  it("ends at its term though nobody looks, and goes on nowhere after it", async () => {
    sides.line.fault = () => "unreachable"
    const id = await begin()
    await sides.settle(MINUTE_MS)
    assert.deepEqual((await stages(id))[1], ["taken", "now", "ERR_SUBMISSION_UNREACHABLE"])
    await sides.settle(PHANTOM_TERM_MS)
    assert.deepEqual((await stages(id))[1], ["taken", "failed", "ERR_SELF_TEST_OVER"])
    assert.equal(slots(sides.edge), 0)
    sides.line.fault = () => null
    await sides.settle(DAY_MS)
    assert.deepEqual(await sides.center.ledger.submissionsOf({ requestId: id }), [])
    const { outgoing } = await sides.edge.ledger.standing([AT_HOSPITAL.id])
    assert.deepEqual(outgoing, [], "no light of the partner stays on for it")
  })

  it("tells a partner that takes none by the code of its refusal", async () => {
    sides.center.agreements = sides.center.agreements.map((each) => ({ ...each, accepts: ["study"] }))
    await sides.center.open()
    const id = await begin()
    await sides.settle(MINUTE_MS)
    const view = await desk().look(id)
    assert.equal(view.outcome, "failed")
    assert.match(view.stages[1]?.code ?? "", /^ERR_SUBMISSION_REFUSED XDSRepositoryError/)
  })

  it("is not begun where it is not agreed", async () => {
    sides.edge.agreements = sides.edge.agreements.map((each) => ({ ...each, accepts: ["report"] }))
    await sides.edge.open()
    await assert.rejects(begin(), { code: "ERR_NOT_ALLOWED" })
    await assert.rejects(desk().begin(OPERATOR, "nobody"), { code: "ERR_NOT_FOUND" })
  })

  describe("under which somebody sends what is no phantom", () => {
    const bend = (change: (made: Contents, record: SubmissionRecord) => Contents): void => {
      sides.edge.contents = {
        ...CONTENTS,
        phantom: async (world, record, agreement) =>
          change((await CONTENTS.phantom(world, record, agreement)) as Contents, record),
      }
    }

    it("takes no effect when an image is not the drawn one", async () => {
      bend((made, record) => ({
        ...made,
        contents: made.contents.map((each) => {
          if (!each.SOPInstanceUID.endsWith(".2")) return each
          const [, other] = phantomOf(record.requestId ?? "", new Date(0))
          return { ...each, body: { bytes: other!.file } }
        }),
      }))
      const id = await begin()
      await sides.settle(MINUTE_MS)
      const [came, ...answers] = await sides.center.ledger.submissionsOf({ requestId: id })
      assert.deepEqual([came?.state, came?.failureCode, answers], ["failed", "ERR_OTHER_SUBJECT", []])
      await sides.settle(PHANTOM_TERM_MS)
      assert.equal(slots(sides.center), 0)
    })

    const refused = async (): Promise<void> => {
      const id = await begin()
      await sides.settle(MINUTE_MS)
      assert.equal((await desk().look(id)).outcome, "failed")
      assert.deepEqual(await sides.center.ledger.submissionsOf({ requestId: id }), [])
      assert.equal(slots(sides.center), 0)
    }

    it("is refused before a document is read when it is about somebody", async () => {
      bend((made) => ({
        ...made,
        subject: { ...made.subject, patient: { ...made.subject.patient, PatientID: "00-0012345" } },
      }))
      await refused()
    })

    it("is refused under a study of its own: two of one self-test could come side by side", async () => {
      bend((made) => ({ ...made, subject: { ...made.subject, StudyInstanceUID: "2.25.4711" } }))
      await refused()
    })

    it("leaves nothing behind, whatever came under one id", async () => {
      bend((made) => ({ ...made, contents: made.contents.slice(0, 2) }))
      const id = await begin()
      await sides.settle(MINUTE_MS)
      const { ledger, spool } = sides.center
      const [came] = await ledger.submissionsOf({ requestId: id })
      const slotId = await spool.createSlot("documents")
      const other = { ...came!, id: "another", submissionSetUid: "2.25.4711", slotId }
      await ledger.commit([{ put: "submission", record: other }])
      await sides.settle(PHANTOM_TERM_MS)
      assert.equal(slots(sides.center), 0)
    })
  })
})
