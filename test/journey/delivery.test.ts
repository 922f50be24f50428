import assert from "node:assert/strict"
import { SpoolError } from "../../gateway/journey/errors.ts"
import type { SubmissionKind } from "../../gateway/journey/records/submission.ts"
import type { Gateway } from "./gateway.ts"
import type { LineFault } from "./line.ts"
import { checkAttempts, walkLoop } from "./loop.ts"
import { attempt, CLERK, enter, READER, requestFor, row, storeAll, study } from "./people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "./world.ts"

const AGREEMENT = { retention: { imagesMs: 5 * DAY_MS, reportsMs: 365 * DAY_MS } }
const IMAGES = study("P1", 2)
const KINDS: readonly SubmissionKind[] = ["study", "report", "receipt", "acknowledgement", "certificate"]
const PASSING: readonly LineFault[] = ["unreachable", "cut", "busy", "lost"]

async function sidesFor(work: (sides: TwoSides) => Promise<void>): Promise<void> {
  const sides = await TwoSides.open({ agreement: AGREEMENT })
  try {
    await work(sides)
  } finally {
    sides.close()
  }
}

describe("the line between the gateways", function () {
  this.timeout(60_000)

  for (const fault of PASSING)
    it(`may be ${fault} at the first three attempts of everything: the same octets come again, and have one effect`, () =>
      sidesFor(async (sides) => {
        sides.line.fault = (_kind, again) => (again < 3 ? fault : null)
        await walkLoop(sides, IMAGES)
        const uids = new Set(sides.line.attempts.map(({ submissionSetUid }) => submissionSetUid))
        assert.equal(uids.size, 6, "study, report, two receipts, acknowledgement, certificate")
        for (const uid of uids) {
          const tries = sides.line.attempts.filter(({ submissionSetUid }) => submissionSetUid === uid)
          // A receipt may come while the answer is awaited: then nothing is sent again.
          assert.ok(tries.length <= 4 && tries.length >= 1, `${tries.length} attempts`)
        }
      }))

  for (const kind of KINDS)
    it(`loses one ${kind} after the other side has it, and it is recognised when it comes again`, () =>
      sidesFor(async (sides) => {
        sides.line.fault = (of, again) => (of === kind && again === 0 ? "lost" : null)
        await walkLoop(sides, IMAGES)
        checkAttempts(sides)
      }))

  it("waits longer after every failure, up to five minutes, and says why", () =>
    sidesFor(async (sides) => {
      sides.line.fault = () => "unreachable"
      const requestId = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, IMAGES)
      await sides.settle(120 * MINUTE_MS)
      const tries = sides.line.attempts.length
      // About one a minute, by chance.
      assert.ok(tries > 20 && tries < 150, `${tries} attempts in two hours`)
      const [submission] = (await sides.edge.ledger.submissionsOf({ requestId })).filter(
        ({ kind }) => kind === "study",
      )
      assert.equal(submission?.failureCode, "ERR_SUBMISSION_UNREACHABLE")
      assert.equal(submission.state, "sealed")
      const item = await row(sides.edge, requestId)
      assert.deepEqual(item?.notices, [{ code: "delayed", reason: "ERR_SUBMISSION_UNREACHABLE" }])
      sides.line.fault = () => null
      await sides.settle(10 * MINUTE_MS)
      assert.equal((await row(sides.edge, requestId))?.way[2]?.state, "done")
      assert.deepEqual((await row(sides.edge, requestId))?.notices, [])
      checkAttempts(sides)
    }))

  it("brings a refusal: a person is told, nothing is tried again by itself, and sent again it is the same", () =>
    sidesFor(async (sides) => {
      sides.line.fault = (kind) => (kind === "study" ? "refused" : null)
      const requestId = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, IMAGES)
      await sides.settle(DAY_MS)
      assert.equal(sides.line.attempts.length, 1)
      const refused = await row(sides.edge, requestId)
      assert.deepEqual(
        refused?.way.filter(({ state }) => state === "fail").map(({ name, reason }) => [name, reason]),
        [["sent", "ERR_SUBMISSION_REFUSED XDSRepositoryError"]],
      )
      assert.equal(refused.action, "see-failure")
      sides.line.fault = () => null
      await sides.edge.staff.retry(CLERK, requestId)
      await sides.settle()
      assert.equal((await row(sides.edge, requestId))?.way[2]?.state, "done")
      checkAttempts(sides)
      await assert.rejects(sides.edge.staff.retry(CLERK, requestId), { code: "ERR_REPORT_STATE" })
    }))

  it("loses the answer and refuses what comes again: the receipt says that it had arrived", () =>
    sidesFor(async (sides) => {
      let isAway = true
      sides.line.fault = (kind, again) =>
        kind === "study" ? (again === 0 ? "lost" : "refused") : isAway ? "unreachable" : null
      const requestId = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, IMAGES)
      await sides.settle()
      assert.equal((await row(sides.edge, requestId))?.action, "see-failure")
      isAway = false
      await sides.settle(DAY_MS)
      const arrived = await row(sides.edge, requestId)
      assert.deepEqual([arrived?.action, arrived?.notices, arrived?.way[2]?.state], [null, [], "done"])
      const [kept] = await sides.edge.ledger.studiesByUid(IMAGES.StudyInstanceUID)
      assert.equal(kept?.state, "closed")
      await assert.rejects(sides.edge.staff.retry(CLERK, requestId), { code: "ERR_REPORT_STATE" })
    }))

  it("does not see what could not be made: when the reason is gone a person has it made and sent", () =>
    sidesFor(async (sides) => {
      const { contents } = sides.edge
      const study = () => Promise.reject(new SpoolError("ERR_SPOOL_ROT", "bent by the test"))
      sides.edge.contents = { ...contents, study }
      const requestId = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, IMAGES)
      await sides.settle(DAY_MS)
      assert.equal((await row(sides.edge, requestId))?.action, "see-failure")
      assert.equal(sides.line.attempts.length, 0)
      sides.edge.contents = contents
      await sides.edge.staff.retry(CLERK, requestId)
      await sides.settle()
      assert.deepEqual((await row(sides.edge, requestId))?.notices, [])
      assert.equal((await row(sides.edge, requestId))?.way[2]?.state, "done")
      checkAttempts(sides)
    }))
})

describe("the time-stamp authority", function () {
  this.timeout(60_000)

  it("may be out of order at any one use: it is asked again, and everything holds in the end", async () => {
    let uses = 0
    await sidesFor(async (sides) => {
      await walkLoop(sides, IMAGES)
      uses = sides.tsa.uses
    })
    assert.ok(uses >= 9, `${uses} stamps`)
    for (let use = 1; use <= uses; use++)
      await sidesFor(async (sides) => {
        sides.tsa.down = (each) => each === use
        await walkLoop(sides, IMAGES)
      })
  })

  it("may be out of order for hours: nothing of the attempts stays, and people see why", () =>
    sidesFor(async (sides) => {
      sides.tsa.down = () => true
      const requestId = await enter(sides.edge, requestFor("P1", "R1", { urgency: "ROUTINE" }))
      await storeAll(sides.edge, IMAGES)
      await sides.settle(6 * 60 * MINUTE_MS)
      const kept = [...sides.edge.disk.contents().keys()].filter((path) => path.endsWith(".seg"))
      assert.ok(kept.length <= 2, `segments: ${kept.length}`)
      const item = await row(sides.edge, requestId)
      assert.deepEqual(item?.notices, [{ code: "delayed", reason: "ERR_TIMESTAMP_UNAVAILABLE" }])
      sides.tsa.down = () => false
      await sides.settle(20 * MINUTE_MS)
      assert.equal((await row(sides.edge, requestId))?.way[2]?.state, "done")
    }))

  it("does not keep a STAT study waiting: its seal says when it was made, and no authority since when", () =>
    sidesFor(async (sides) => {
      sides.tsa.down = () => true
      const requestId = await toRead(sides)
      const [item] = await sides.center.reading.worklist(READER)
      assert.deepEqual([item?.requestId, item?.verification], [requestId, "valid-pending"])
    }))
})

/** A study that lies verified in the work list. */
async function toRead(sides: TwoSides): Promise<string> {
  const requestId = await enter(sides.edge, requestFor("P1", "R1"))
  await storeAll(sides.edge, IMAGES)
  await sides.settle()
  return requestId
}

describe("an agreement that has ended", function () {
  it("keeps images in the house, refuses what comes in, and says so", () =>
    sidesFor(async (sides) => {
      const requestId = await enter(sides.edge, requestFor("P1", "R1"))
      end(sides.edge)
      await sides.edge.open()
      await storeAll(sides.edge, IMAGES)
      await sides.settle(DAY_MS)
      assert.deepEqual(sides.line.attempts, [])
      const held = await row(sides.edge, requestId)
      assert.deepEqual(held?.notices, [{ code: "agreement-over", reason: null }])
      await assert.rejects(sides.edge.staff.enter(CLERK, requestFor("P2", "R2")), { code: "ERR_INPUT" })
      await assert.rejects(sides.edge.staff.release(CLERK, requestId), { code: "ERR_REPORT_STATE" })
    }))

  it("at the other side alone is a refusal there", () =>
    sidesFor(async (sides) => {
      const requestId = await enter(sides.edge, requestFor("P1", "R1"))
      end(sides.center)
      await sides.center.open()
      await storeAll(sides.edge, IMAGES)
      await sides.settle(DAY_MS)
      const [submission] = await sides.edge.ledger.submissionsOf({ requestId })
      assert.deepEqual(
        [submission?.state, submission?.failureCode],
        ["failed", "ERR_SUBMISSION_REFUSED XDSRepositoryError"],
      )
      assert.deepEqual(await sides.center.reading.worklist(READER), [])
      assert.deepEqual(sides.center.spool.slots, [], "nothing is kept")
      assert.equal(
        await attempt(sides.center, () => sides.center.ledger.unverifiedArrivals()).then(
          (all) => all?.length,
        ),
        0,
      )
    }))

  function end(gateway: Gateway): void {
    gateway.agreements = gateway.agreements.map((each) => ({ ...each, validUntil: "2026-08-03" }))
  }
})
