import assert from "node:assert/strict"
import type { StudyRecord } from "../../../gateway/journey/records/study.ts"
import type { StaffItem } from "../../../gateway/journey/views/staff.ts"
import { AT_HOSPITAL } from "../agreements.ts"
import { CLERK, enter, READER, requestFor, row, store, storeAll, STORED, study, uid } from "../people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

const AGREEMENT = { retention: { imagesMs: 5 * DAY_MS, reportsMs: 365 * DAY_MS } }
const QUIET_AND_MORE_MS = 5 * MINUTE_MS

describe("images that arrive", function () {
  this.timeout(30_000)
  let sides: TwoSides

  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
  })
  afterEach(() => sides.close())

  const studyOf = async (StudyInstanceUID: string): Promise<StudyRecord> => {
    const [kept, ...others] = await sides.edge.ledger.studiesByUid(StudyInstanceUID)
    assert.deepEqual(others, [])
    return kept!
  }
  const unmatched = async (): Promise<StaffItem[]> =>
    (await sides.edge.staff.requests(CLERK)).filter(({ requestId }) => requestId === null)
  it("twice are answered with success and kept once", async () => {
    const images = study("P1", 2)
    const [first] = images.instances
    assert.deepEqual(
      (await store(sides.edge, [first!, first!])).map(({ status }) => status),
      [STORED, STORED],
    )
    await sides.settle(QUIET_AND_MORE_MS)
    assert.equal((await store(sides.edge, [first!]))[0]?.status, STORED)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.equal((await studyOf(images.StudyInstanceUID)).instances, 1)
  })

  it("under a Study Instance UID of another patient are quarantined and never shown as that patient's", async () => {
    const StudyInstanceUID = uid()
    await storeAll(sides.edge, study("P1", 1, { StudyInstanceUID }))
    await storeAll(sides.edge, study("P2", 1, { StudyInstanceUID }))
    await sides.settle(QUIET_AND_MORE_MS)
    const both = await sides.edge.ledger.studiesByUid(StudyInstanceUID)
    assert.deepEqual(
      both.map((each) => [each.private.patient.PatientID, each.state, each.instances]).sort(),
      [
        ["P1", "complete", 1],
        ["P2", "quarantined", 1],
      ],
    )
    const told = (await unmatched()).find(({ patient }) => patient.PatientID === "P2")
    assert.deepEqual(told?.notices, [{ code: "quarantined", reason: "ERR_INSTANCE_QUARANTINED" }])
    await enter(sides.edge, requestFor("P2", "R2", { StudyInstanceUID }))
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(sides.line.attempts, [], "a request does not let it out")
  })

  it("without a request wait for one", async () => {
    const images = study("P1", 2)
    await storeAll(sides.edge, images)
    await sides.settle(DAY_MS)
    assert.equal((await studyOf(images.StudyInstanceUID)).state, "complete")
    const [waiting] = await unmatched()
    assert.deepEqual([waiting?.action, waiting?.study?.instances], ["match", 2])
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await sides.settle()
    assert.equal((await row(sides.edge, requestId))?.way[2]?.state, "done")
    assert.deepEqual(await unmatched(), [])
  })

  it("before their request is entered are bound in the commit that enters it, whatever happens next", async () => {
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle(QUIET_AND_MORE_MS)
    const { requestId } = await sides.edge.staff.enter(CLERK, requestFor("P1", "R1"))
    const request = await sides.edge.ledger.request(requestId)
    assert.equal(request?.studies.length, 1)
    assert.equal((await sides.edge.ledger.submissionsOf({ requestId })).length, 1)
  })

  it("leave at a person's word when the request says so, and only once", async () => {
    const requestId = await enter(sides.edge, requestFor("P1", "R1", { releaseWhenComplete: false }))
    const images = study("P1", 2)
    await storeAll(sides.edge, images)
    await assert.rejects(
      sides.edge.staff.release(CLERK, requestId),
      { code: "ERR_NOT_FOUND" },
      "nothing is bound yet",
    )
    await sides.settle(QUIET_AND_MORE_MS)
    assert.equal((await row(sides.edge, requestId))?.action, "release")
    assert.deepEqual(sides.line.attempts, [])
    await sides.edge.staff.release(CLERK, requestId)
    await assert.rejects(sides.edge.staff.release(CLERK, requestId), { code: "ERR_REPORT_STATE" })
    await sides.settle()
    assert.equal(sides.line.attempts.filter(({ kind }) => kind === "study").length, 1)
    assert.equal((await studyOf(images.StudyInstanceUID)).state, "closed")
  })

  it("go to the request that names their UID or accession number, else to the oldest made before them", async () => {
    const images = study("P1", 1)
    const other = study("P1", 1, { StudyDate: "20260804", AccessionNumber: "" })
    const unnamed = await enter(sides.edge, requestFor("P1", "R1", { AccessionNumber: "" }))
    const byAccession = await enter(sides.edge, requestFor("P1", "R2", { AccessionNumber: "X-P1" }))
    const byUid = await enter(
      sides.edge,
      requestFor("P1", "R3", { StudyInstanceUID: images.StudyInstanceUID }),
    )
    const nobody = await enter(
      sides.edge,
      requestFor("P2", "R4", { StudyInstanceUID: images.StudyInstanceUID }),
    )
    await storeAll(sides.edge, images)
    await sides.settle(QUIET_AND_MORE_MS)
    const target = async (id: string): Promise<string | undefined> => {
      const [bound] = (await sides.edge.ledger.request(id))?.studies ?? []
      return bound?.studyId
    }
    const { id } = await studyOf(images.StudyInstanceUID)
    assert.deepEqual([await target(byUid), await target(byAccession)], [id, id], "both name it")
    assert.deepEqual([await target(unnamed), await target(nobody)], [undefined, undefined])
    await storeAll(sides.edge, other)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.equal(await target(unnamed), (await studyOf(other.StudyInstanceUID)).id)
  })

  it("are sent once for each of two requests, and are two cases of one study", async () => {
    const images = study("P1", 2)
    const asked = { StudyInstanceUID: images.StudyInstanceUID }
    const one = await enter(sides.edge, requestFor("P1", "R1", asked))
    await storeAll(sides.edge, images)
    await sides.settle()
    const other = await enter(sides.edge, requestFor("P1", "R2", asked))
    await sides.settle()
    const cases = await sides.center.reading.worklist(READER)
    assert.deepEqual(
      cases.map((each) => [each.requestId, each.state, each.study.instances]).sort(),
      [
        [one, "ready", 2],
        [other, "ready", 2],
      ].sort(),
    )
    const [record, ...others] = await sides.center.ledger.studiesByUid(images.StudyInstanceUID)
    assert.deepEqual(others, [])
    assert.equal((await sides.center.ledger.instances(record!.id)).length, 2)
    for (const id of [one, other]) assert.equal((await row(sides.edge, id))?.way[2]?.state, "done")
  })

  it("of a study that expired at both sides are a new study", async () => {
    const images = study("P1", 2)
    await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, images)
    await sides.settle()
    const [first] = await sides.center.reading.worklist(READER)
    await sides.center.ledger.commit([
      {
        put: "request",
        record: { ...(await sides.center.ledger.request(first!.requestId))!, state: "completed" },
      },
    ])
    await sides.settle(20 * DAY_MS)
    assert.deepEqual(await sides.edge.ledger.studies(10), [])
    const again = await enter(sides.edge, requestFor("P1", "R2"))
    await storeAll(sides.edge, images)
    await sides.settle()
    const open = (await sides.center.reading.worklist(READER)).filter(({ state }) => state === "ready")
    assert.deepEqual(
      open.map((each) => [each.requestId, each.study.instances]),
      [[again, 2]],
    )
  })

  it("of a device that is not agreed are not taken", () => {
    const reject = sides.edge.storage.associate("EVIL", "DOKUEI", "192.0.2.9", null)
    assert.deepEqual(reject, { source: 1, reason: 3 })
    assert.deepEqual(sides.edge.storage.associate("MR1", "OTHER", "192.0.2.9", null), {
      source: 1,
      reason: 7,
    })
  })
})

describe("a request", () => {
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
  })
  afterEach(() => sides.close())

  it("entered by the hospital's system, without a person, is one like any other", async () => {
    const machine = { id: "machine:his", login: "his", name: "his", role: "clerk" } as const
    const { requestId } = await sides.edge.staff.enter(machine, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    assert.equal((await row(sides.edge, requestId))?.way[2]?.state, "done")
    assert.equal((await sides.edge.ledger.request(requestId))?.private.enteredBy, "his")
  })

  it("is not entered by a radiologist, for an agreement nobody made, or under a number in use", async () => {
    await assert.rejects(sides.edge.staff.enter(READER, requestFor("P1", "R1")), { code: "ERR_NOT_ALLOWED" })
    await assert.rejects(sides.edge.staff.enter(CLERK, requestFor("P1", "R1", { agreement: "nobody" })), {
      code: "ERR_INPUT",
    })
    await sides.edge.staff.enter(CLERK, requestFor("P1", "R1", { agreement: AT_HOSPITAL.id }))
    await assert.rejects(sides.edge.staff.enter(CLERK, requestFor("P1", "R1")), { code: "ERR_INPUT" })
  })
})
