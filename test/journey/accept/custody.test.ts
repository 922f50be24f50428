import assert from "node:assert/strict"
import { days } from "../../../gateway/commands/pki-authority.ts"
import type { StudyRecord } from "../../../gateway/journey/records/study.ts"
import type { SubmissionRecord } from "../../../gateway/journey/records/submission.ts"
import { certificates, list } from "../certificates.ts"
import type { Gateway } from "../gateway.ts"
import { acknowledge, CLERK, enter, READER, report, requestFor, row, storeAll, study } from "../people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

const HOUR_MS = 60 * MINUTE_MS
const IMAGES = study("P1", 4)

describe("what was answered with success", function () {
  this.timeout(30_000)
  let sides: TwoSides
  const open = async (imagesMs = 30 * DAY_MS): Promise<void> => {
    sides = await TwoSides.open({ agreement: { retention: { imagesMs, reportsMs: 365 * DAY_MS } } })
  }
  afterEach(() => sides.close())

  const studiesAt = async (at: Gateway): Promise<readonly StudyRecord[]> =>
    at.ledger.studiesByUid(IMAGES.StudyInstanceUID)
  const studySubmissions = async (at: Gateway, requestId: string): Promise<SubmissionRecord[]> =>
    (await at.ledger.submissionsOf({ requestId })).filter(({ kind }) => kind === "study")
  const states = async (at: Gateway, requestId: string): Promise<string[]> =>
    (await studySubmissions(at, requestId)).map(({ state }) => state)
  const shown = async (requestId: string): Promise<number> =>
    (await sides.center.reading.reading(READER, requestId)).series.flatMap(({ images }) => images).length

  /** Half of the images were sent, read and acknowledged; their term at the reading centre ends so soon. */
  async function readAlready(leftMs: number): Promise<string> {
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, { ...IMAGES, instances: IMAGES.instances.slice(0, 2) })
    await sides.settle()
    await report(sides.center, requestId)
    await sides.settle()
    await acknowledge(sides.edge, requestId)
    await sides.settle()
    const [kept] = await studiesAt(sides.center)
    sides.time.passTo(new Date(new Date(kept!.keepUntil!).getTime() - leftMs))
    return requestId
  }

  it("is kept for a term of its own, also while it is not verified and the term of what it joins ends", async () => {
    await open()
    const requestId = await readAlready(20 * MINUTE_MS)
    const { lists } = sides.trust.center
    const seal = lists.get("seal")!
    lists.delete("seal")
    await storeAll(sides.edge, IMAGES)
    await sides.settle(HOUR_MS)
    assert.deepEqual(await states(sides.center, requestId), ["verified", "accepted"])
    const [held] = await studiesAt(sides.center)
    assert.equal(held?.state, "complete", "nothing went with the end of the first term")
    lists.set("seal", seal)
    await sides.settle(HOUR_MS)
    assert.deepEqual(await states(sides.edge, requestId), ["verified", "verified"])
    assert.equal(await shown(requestId), 4)
  })

  it("was not said of what comes in while the slot it would lie in is destroyed: it comes again", async () => {
    await open()
    const requestId = await readAlready(2 * MINUTE_MS)
    const { slotId } = (await studiesAt(sides.center))[0]!
    const { spool } = sides.center.world
    let isDown = true
    const destroySlot = spool.destroySlot.bind(spool)
    spool.destroySlot = async (gone) => {
      if (gone === slotId && isDown) {
        isDown = false
        void sides.edge.runDue()
        await new Promise((resolve) => setTimeout(resolve, 200))
        assert.notEqual(
          sides.line.attempts.findLast(({ kind }) => kind === "study")?.sha256,
          "",
          "it comes in",
        )
      }
      return destroySlot(gone)
    }
    sides.line.fault = (kind) => (kind === "study" && isDown ? "unreachable" : null)
    await storeAll(sides.edge, IMAGES)
    await sides.settle(MINUTE_MS + 10_000)
    sides.time.pass(5 * MINUTE_MS)
    await sides.center.runDue()
    assert.equal(isDown, false)
    await sides.settle(HOUR_MS)
    assert.deepEqual((await studiesAt(sides.center)).map(({ state }) => state).sort(), [
      "complete",
      "expired",
    ])
    // It brought only what was new, to a study of which the rest has gone: a person sends it whole.
    assert.deepEqual(await states(sides.edge, requestId), ["verified", "failed"])
    assert.deepEqual((await studiesAt(sides.edge))[0]?.keepUntil, null, "our own copy stays for it")
    await sides.edge.staff.retry(CLERK, requestId)
    await sides.settle(HOUR_MS)
    assert.equal(await shown(requestId), 4)
  })

  it("and could not be verified for its whole term is refused when it has gone: the hospital learns it", async () => {
    await open(2 * HOUR_MS)
    sides.trust.center.lists.delete("seal")
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, IMAGES)
    await sides.settle(4 * HOUR_MS)
    assert.deepEqual(
      (await studiesAt(sides.center)).map(({ state }) => state),
      ["expired"],
    )
    const [failed] = await studySubmissions(sides.center, requestId)
    assert.deepEqual([failed?.state, failed?.failureCode], ["failed", "ERR_SLOT_GONE"])
    assert.deepEqual(await sides.center.ledger.jobsOf(failed!.id), [], "and is not tried for ever")
    const [refused] = await studySubmissions(sides.edge, requestId)
    assert.deepEqual(
      [refused?.state, refused?.failureCode],
      ["failed", "ERR_SUBMISSION_UNVERIFIED ERR_SLOT_GONE"],
    )
    assert.equal((await row(sides.edge, requestId))?.action, "see-failure")
    assert.equal((await studiesAt(sides.edge))[0]?.state, "released", "its own copy stays")
  })

  it("and was refused is refused to the hospital also when the notice could not leave before the images went", async () => {
    await open(2 * HOUR_MS)
    const { authorities, holders } = await certificates()
    const revoked = list(authorities.seal, days(sides.time.peek(), -1), [holders["edge/seal"]])
    sides.trust.center.lists.set("seal", revoked)
    sides.line.fault = (kind) => (kind === "refusal" ? "unreachable" : null)
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, IMAGES)
    await sides.settle(3 * HOUR_MS)
    assert.equal((await studiesAt(sides.center))[0]?.state, "expired")
    assert.deepEqual(await states(sides.edge, requestId), ["accepted"])
    sides.line.fault = () => null
    await sides.settle(2 * HOUR_MS)
    const [refused] = await studySubmissions(sides.edge, requestId)
    assert.deepEqual(
      [refused?.state, refused?.failureCode],
      ["failed", "ERR_SUBMISSION_UNVERIFIED ERR_CONTENT"],
    )
  })
})
