import assert from "node:assert/strict"
import type { Agreement } from "../../../gateway/journey/agreement.ts"
import type { WorkItem } from "../../../gateway/journey/views/reading.ts"
import type { RequestInput } from "../../../gateway/journey/views/request.ts"
import type { JobRecord } from "../../../gateway/journey/records/job.ts"
import { due } from "../../../gateway/journey/run.ts"
import { packageSubmission } from "../../../gateway/journey/submit/package.ts"
import { CONTENTS } from "../../../gateway/journey/submit/submissions.ts"
import { MODALITY, QUIET_MS, SCANNER } from "../gateway.ts"
import { CLERK, enter, READER, requestFor, row, store, study } from "../people.ts"
import { checkAttempts } from "../loop.ts"
import { storeNote } from "../rejection-notes.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

const QUIET_AND_MORE_MS = 10 * MINUTE_MS
/** Not quiet yet, and long enough for what may leave. */
const SCANNING_MS = QUIET_MS / 2
const SOON_MS = 20_000
/** Of the copy in this house, where a test waits for its end. */
const TERM_MS = 90 * MINUTE_MS

describe("a study that leaves while it is scanned", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let requestId: string
  const images = study("P1", 5)
  const scanned = (from: number, to: number) => images.instances.slice(from, to)
  const named = { StudyInstanceUID: images.StudyInstanceUID } as const

  async function open(agreement: Partial<Agreement> = {}): Promise<void> {
    sides = await TwoSides.open({
      unitBytes: 1,
      agreement: { retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * DAY_MS }, ...agreement },
    })
  }
  afterEach(() => sides.close())

  async function ask(over: Partial<RequestInput> = {}): Promise<void> {
    requestId = await enter(sides.edge, requestFor("P1", "R1", { ...named, urgency: "ROUTINE", ...over }))
  }
  /** The device sends these, and is not done. */
  async function scan(from: number, to: number, device = SCANNER): Promise<void> {
    await store(sides.edge, scanned(from, to), device)
    await sides.settle(SCANNING_MS)
  }
  const sent = (): string[] =>
    sides.line.attempts.map(({ kind }) => kind).filter((kind) => kind === "unit" || kind === "study")
  const listed = async (): Promise<WorkItem | undefined> =>
    (await sides.center.reading.worklist(READER)).find((each) => each.requestId === requestId)
  const counts = async (): Promise<unknown[]> => {
    const item = await listed()
    return [item?.state, item?.study.instances, item?.study.instancesExpected]
  }

  it("is seen coming in before it is quiet, and is whole when it is", async () => {
    await open()
    await ask()
    await scan(0, 3)
    // What does not fill a unit waits for more.
    assert.deepEqual(sent(), ["unit", "unit"])
    assert.deepEqual(await counts(), ["created", 2, 3])
    assert.equal(
      (await row(sides.edge, requestId))?.way.find(({ name }) => name === "received")?.state,
      "part",
    )
    await scan(3, 5)
    assert.deepEqual(await counts(), ["created", 4, 5])
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(sent(), ["unit", "unit", "unit", "unit", "unit", "study"])
    assert.deepEqual(await counts(), ["ready", 5, null])
    assert.deepEqual(
      [(await row(sides.edge, requestId))?.action, (await row(sides.edge, requestId))?.notices],
      [null, []],
    )
    checkAttempts(sides)
  })

  it("waits until it is complete where neither its device nor its urgency says otherwise", async () => {
    await open()
    await ask({ urgency: "HIGH" })
    await scan(0, 3, MODALITY)
    assert.deepEqual(sent(), [])
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 3, null])
  })

  it("leaves from any device where it is STAT, unless the agreement lets STAT wait", async () => {
    await open()
    await ask({ urgency: "STAT" })
    await scan(0, 3, MODALITY)
    assert.deepEqual(sent(), ["unit", "unit"])
    sides.close()
    await open({ line: { inFlight: 2, maxMbitPerSecond: null, hours: [], statWaits: true } })
    await ask({ urgency: "STAT" })
    await scan(0, 3, MODALITY)
    assert.deepEqual(sent(), [])
  })

  it("begins when the request comes, and not before: nothing leaves without one that names it", async () => {
    await open()
    await scan(0, 2)
    assert.deepEqual(sent(), [])
    // Of its patient alone: what it is for is seen when all of it is here.
    const other = await enter(sides.edge, requestFor("P1", "R0", { AccessionNumber: "" }))
    await scan(2, 3)
    assert.deepEqual(sent(), [])
    await ask()
    await scan(3, 4)
    assert.deepEqual(sent(), ["unit", "unit", "unit"])
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 4, null])
    assert.equal((await row(sides.edge, other))?.studyId, null)
  })

  it("does not leave before a person's word where the request waits for one, nor in pieces its partner does not take", async () => {
    await open()
    await ask({ releaseWhenComplete: false })
    await scan(0, 3)
    assert.deepEqual(sent(), [])
    sides.close()
    await open({ units: "off" })
    await ask()
    await scan(0, 3)
    assert.deepEqual(sent(), [])
  })

  it("does not leave before the patient's consent is on record, where the agreement wants one", async () => {
    const policy = "1.2.392.100495.20.3.999.1.7.1"
    await open({ consentPolicies: [{ policy, name: "遠隔読影への同意" }] })
    await ask({ urgency: "STAT" })
    await scan(0, 3)
    assert.deepEqual(sent(), [])
    await sides.edge.staff.consent(CLERK, requestId, policy)
    await scan(3, 4)
    assert.deepEqual(sent(), ["unit", "unit", "unit"])
  })

  it("closes when a person releases what is known to be incomplete", async () => {
    await open()
    await ask()
    const short = study("P2", 3, { NumberOfStudyRelatedInstances: 4 })
    requestId = await enter(
      sides.edge,
      requestFor("P2", "R2", { urgency: "ROUTINE", StudyInstanceUID: short.StudyInstanceUID }),
    )
    await store(sides.edge, short.instances, SCANNER)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(sent(), ["unit", "unit"])
    assert.equal((await row(sides.edge, requestId))?.action, "release")
    await sides.edge.staff.release(CLERK, requestId)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(sent(), ["unit", "unit", "unit", "study"])
    assert.equal((await listed())?.state, "ready")
  })

  it("closes at once when it is released while it is looked at", async () => {
    await open()
    const short = study("P2", 3, { NumberOfStudyRelatedInstances: 4 })
    requestId = await enter(
      sides.edge,
      requestFor("P2", "R2", { urgency: "ROUTINE", StudyInstanceUID: short.StudyInstanceUID }),
    )
    await store(sides.edge, short.instances, SCANNER)
    await sides.settle(QUIET_AND_MORE_MS)
    const { ledger, world } = sides.edge
    const [closing] = await ledger.submissionsOf({ requestId, kind: "study" })
    const { record: job } = due("package", closing!.id, world.clock.now()) as { record: JobRecord }
    const look = await packageSubmission(world, CONTENTS, job)
    await sides.edge.staff.release(CLERK, requestId)
    assert.ok("decide" in look)
    await ledger.commit((await look.decide()).changes)
    await sides.settle(SOON_MS)
    assert.deepEqual(sent(), ["unit", "unit", "unit", "study"])
  })

  it("is the same release when a line that breaks has it leave in smaller pieces", async () => {
    await open()
    sides.edge.unitBytes = 1_000_000
    sides.line.fault = (kind) => (kind === "study" ? "cut" : null)
    await ask()
    await scan(0, 3)
    // So far nothing fills a unit. It leaves whole, when it is quiet.
    assert.deepEqual(sent(), [])
    await sides.settle(QUIET_MS)
    assert.deepEqual([...new Set(sent())], ["study"])
    sides.edge.unitBytes = 1
    await sides.settle(QUIET_AND_MORE_MS)
    const released = (await sides.edge.ledger.submissionsOf({ requestId, kind: "study" })).map(
      ({ releasedAt }) => releasedAt,
    )
    assert.equal(released.length, 2, "it was split")
    assert.equal(typeof released[0], "string")
    assert.equal(released[1], released[0])
    sides.line.fault = () => null
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 3, null])
  })

  it("is released for each request by itself, and kept until all of them have it", async () => {
    sides = await TwoSides.open({
      unitBytes: 1,
      agreement: {
        retention: { imagesMs: TERM_MS, unreadImagesMs: 30 * DAY_MS, reportsMs: 365 * DAY_MS },
      },
    })
    const short = study("P2", 4, { NumberOfStudyRelatedInstances: 5 })
    const asked = { urgency: "ROUTINE", StudyInstanceUID: short.StudyInstanceUID } as const
    const first = await enter(sides.edge, requestFor("P2", "RA", asked))
    const second = await enter(sides.edge, requestFor("P2", "RB", asked))
    const actions = async (): Promise<unknown[]> => [
      (await row(sides.edge, first))?.action,
      (await row(sides.edge, second))?.action,
    ]
    const [late, ...inTime] = short.instances
    await store(sides.edge, inTime, SCANNER)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await actions(), ["release", "release"])
    await sides.edge.staff.release(CLERK, second)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await actions(), ["release", null])

    await store(sides.edge, [late!], SCANNER)
    await sides.settle(QUIET_AND_MORE_MS)
    const [kept] = await sides.edge.ledger.studiesByUid(short.StudyInstanceUID)
    const looks = (await sides.edge.ledger.jobsOf(kept!.id)).map(({ verb }) => verb)
    assert.deepEqual(looks, ["expire"], "what came late waits for nobody else's release")

    await sides.settle(2 * TERM_MS)
    assert.equal((await sides.edge.ledger.study(kept!.id))?.state, "closed")
    await sides.edge.staff.release(CLERK, first)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await actions(), [null, null])
    await sides.settle(2 * TERM_MS)
    assert.equal((await sides.edge.ledger.study(kept!.id))?.state, "expired")
  })

  it("hides what was withdrawn after its unit had left", async () => {
    await open()
    await ask()
    await scan(0, 3)
    await storeNote(sides.edge, images, images.instances.slice(0, 2), "113001")
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual((await counts()).slice(0, 2), ["ready", 1])
  })

  it("is followed by what comes after it has closed", async () => {
    await open()
    await ask()
    await scan(0, 3)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 3, null])
    await scan(3, 5)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 5, null])
    assert.equal(sent().filter((kind) => kind === "study").length, 2)
  })

  it("may be taken back while it is scanned: nothing more of it leaves, and what has is destroyed", async () => {
    await open()
    await ask()
    await scan(0, 3)
    await sides.edge.staff.recall(CLERK, requestId, "別の患者の検査を送った")
    const before = sent().length
    await scan(3, 5)
    await sides.settle(60 * MINUTE_MS)
    assert.equal(sent().length, before)
    assert.equal(await listed(), undefined)
    const { deletions } = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      deletions.map(({ certificate, compared }) => [certificate, compared.length]),
      [["valid", 3]],
      "two units, and the notice beside them",
    )
  })

  it("waits while copies of an image contradict each other", async () => {
    await open()
    await ask()
    const [first] = images.instances
    const other = { ...first!, dataSet: otherPixels(first!.dataSet) }
    await store(sides.edge, [first!, other, ...scanned(1, 3)], SCANNER)
    await sides.settle(SCANNING_MS)
    assert.deepEqual(sent(), [])
  })

  it("leaves as it was agreed to travel: what is not decided yet waits for its recoding", async () => {
    await open({ recoding: "htj2k" })
    await ask()
    await scan(0, 3)
    const decided = async (): Promise<boolean[]> => {
      const [kept] = await sides.edge.ledger.studiesByUid(images.StudyInstanceUID)
      return (await sides.edge.ledger.instances(kept!.id)).map(({ recoding }) => recoding !== null)
    }
    assert.deepEqual([sent().length, await decided()], [2, [true, true, true]])
    await sides.settle(QUIET_AND_MORE_MS)
    await scan(3, 5)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 5, null])
    assert.deepEqual(await decided(), [true, true, true, true, true])
  })

  it("is made anew, whole, where the partner refuses a unit of it", async () => {
    await open()
    await ask()
    sides.line.fault = (kind) => (kind === "unit" ? "refused" : null)
    await scan(0, 3)
    assert.equal((await row(sides.edge, requestId))?.action, "see-failure")
    const before = sent().length
    await scan(3, 5)
    assert.equal(sent().length, before, "it is not begun again and again")
    sides.line.fault = () => null
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await counts(), ["ready", 5, null])
  })
})

/** The same image with other last bytes. */
function otherPixels(dataSet: Uint8Array): Buffer {
  const other = Buffer.from(dataSet)
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1
  return other
}
