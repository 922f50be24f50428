/** The queue to a partner, and deliveries in units, as whoever sends asks for them. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { outboxSeal } from "../../../gateway/foundation/own-keys.ts"
import type { Change, Ledger } from "../../../gateway/journey/records/ledger.ts"
import type { SubmissionRecord } from "../../../gateway/journey/records/submission.ts"
import type { Urgency } from "../../../gateway/journey/views/study.ts"
import { openLedger } from "../../../gateway/storage/ledger/ledger.ts"
import { document, place, request, submission } from "./records.ts"
import { Slots } from "./slots.ts"

const at = (minute: number): string => new Date(Date.UTC(2026, 3, 1, 9, minute)).toISOString()
const NOW = at(30)
const SOON = at(45)
const DOWN = ["ERR_SUBMISSION_UNREACHABLE"]

describe("the line to a partner, as the ledger tells it", () => {
  let folder: string
  let ledger: Ledger & { close(): void }
  const open = (): void => {
    const path = join(folder, "ledger.sqlite")
    ledger = openLedger({ path, sealer: new Slots(), indexKey, audit: outboxSeal(indexKey) })
  }
  const indexKey = randomBytes(32)

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-line-"))
    open()
  })
  afterEach(async () => {
    ledger.close()
    await rm(folder, { recursive: true })
  })

  const out = (id: string, minute: number, over: Partial<SubmissionRecord> = {}): Change => ({
    put: "submission",
    record: submission({
      id,
      direction: "out",
      agreement: "center",
      state: "sealed",
      requestId: null,
      createdAt: at(minute),
      ...over,
    }),
  })
  const sends = (subject: string, runAt: string, failureCode: string | null = null): Change => ({
    put: "job",
    record: { id: `submit/${subject}`, verb: "submit", subject, runAt, attempts: 0, failureCode },
  })
  const asked = (urgency: Urgency): Change => ({
    put: "request",
    record: request({ id: urgency, urgency }),
  })
  const next = async (onTheLine: readonly string[] = [], limit = 9): Promise<string[]> =>
    (await ledger.nextInLine("center", NOW, onTheLine, limit)).map(({ subject }) => subject)
  const heldUp = async (limit = 9): Promise<string[]> =>
    (await ledger.heldUp("center", NOW, DOWN, limit)).map(({ subject }) => subject)

  it("is in the order of urgency, then of age; of who is due or waits for a place, with images", async () => {
    await ledger.commit([
      asked("STAT"),
      asked("HIGH"),
      out("old", 1),
      out("young", 2),
      out("high", 3, { requestId: "HIGH" }),
      out("stat", 4, { requestId: "STAT" }),
      out("later", 5),
      out("report", 0, { kind: "report" }),
      out("elsewhere", 0, { agreement: "other" }),
      ...["young", "high", "stat", "report", "elsewhere"].map((id) => sends(id, at(10))),
      sends("later", at(50)),
    ])
    const waits = sends("old", at(50)) as Extract<Change, { put: "job" }>
    await ledger.commit([{ ...waits, record: { ...waits.record, forPlace: true } }])
    // What has no request comes before all.
    assert.deepEqual(await next(), ["old", "young", "stat", "high"])
    assert.deepEqual(await next(["young"], 2), ["old", "stat"])
    await ledger.commit([waits])
    assert.deepEqual(await next([], 1), ["young"])
  })

  it("is in the new order when a request has become more urgent", async () => {
    await ledger.commit([asked("HIGH"), asked("ROUTINE")])
    await ledger.commit([
      out("a", 1, { requestId: "HIGH" }),
      out("b", 2, { requestId: "ROUTINE" }),
      ...["a", "b"].map((id) => sends(id, at(10))),
    ])
    assert.deepEqual(await next(), ["a", "b"])
    const kept = (await ledger.request("ROUTINE"))!
    await ledger.commit([{ put: "request", record: { ...kept, urgency: "STAT" } }])
    assert.deepEqual(await next(), ["b", "a"])
  })

  it("is a queue for each urgency, beside what works here and what other partners are sent", async () => {
    const works = sends("study", at(3)) as Extract<Change, { put: "job" }>
    await ledger.commit([
      asked("STAT"),
      out("old", 1),
      out("young", 2),
      out("stat", 3, { requestId: "STAT" }),
      out("there", 4, { agreement: "other" }),
      sends("young", at(10)),
      sends("old", at(20)),
      sends("stat", at(50)),
      sends("there", at(10)),
      sends("unknown", at(10)),
      { ...works, record: { ...works.record, id: "verify/study", verb: "verify" } },
    ])
    const center = { line: "center", rank: "0" }
    assert.deepEqual(await ledger.jobQueues(), [
      { line: "", rank: "0" },
      { line: "?", rank: "0" },
      center,
      { line: "center", rank: "1" },
      { line: "other", rank: "0" },
    ])
    const due = async (until: string, limit: number, without: readonly string[] = []) =>
      (await ledger.dueJobs(until, limit, { ...center, without })).map(({ subject }) => subject)
    assert.deepEqual(await due(NOW, 9), ["young", "old"])
    assert.deepEqual(await due(at(15), 9), ["young"])
    assert.deepEqual(await due(NOW, 1, ["submit/young"]), ["old"])
    assert.deepEqual(await due(NOW, 9, ["submit/young", "submit/old"]), [])
  })

  it("tells who waits for a partner that is down, and who calls it next", async () => {
    const scout = (id: string): Promise<string | null> => ledger.scoutOf(`submit/${id}`, NOW, SOON, DOWN)
    await ledger.commit([out("a", 1), out("b", 2), out("c", 3), out("night", 0)])
    await ledger.commit([...["a", "b", "c"].map((id) => sends(id, at(10))), sends("night", at(59))])
    assert.equal(await scout("b"), null)
    await ledger.commit([sends("b", at(40), DOWN[0]), sends("c", at(45), DOWN[0])])
    assert.deepEqual(await heldUp(), ["b", "c"])
    assert.deepEqual(await heldUp(1), ["b"])
    // Not who waits for the night, though it is the oldest.
    assert.equal(await scout("c"), "submit/a")
    await ledger.commit([sends("a", at(50), "ERR_SUBMISSION_UNANSWERED")])
    assert.equal(await scout("c"), "submit/b")
    assert.equal(await scout("b"), "submit/b")
    assert.equal(await scout("a"), "submit/a", "it is the oldest, whatever it failed with")
    await ledger.commit([sends("a", at(59), DOWN[0])])
    assert.equal(await scout("b"), "submit/b", "the oldest looks only much later")
    await ledger.commit([sends("a", at(50), "ERR_SUBMISSION_UNANSWERED")])
    await ledger.commit([sends("c", at(10))])
    assert.equal(await scout("b"), null, "it alone has found the partner down")
  })

  it("tells how the units of a delivery stand, what they hold, and who sealed them", async () => {
    const unit = (id: string, state: SubmissionRecord["state"], acceptedAt: string | null): Change =>
      out(id, 1, { kind: "unit", partOf: "whole", state, acceptedAt, failureCode: null })
    const holding = (submissionId: string): Change[] =>
      (["instance", "set-signature"] as const).map((role, ordinal) => ({
        put: "document",
        record: document(ordinal, { submissionId, role, place: place(`${submissionId}${role}`) }),
      }))
    await ledger.commit([
      out("whole", 1, { state: "planned" }),
      unit("u1", "verified", at(5)),
      unit("u2", "accepted", at(7)),
      unit("u3", "sending", null),
      ...["u1", "u2", "u3"].flatMap(holding),
    ])
    assert.deepEqual(await ledger.unitsOf("whole", ""), { made: 3, underWay: 1, failureCode: null })
    assert.equal((await ledger.objectsInUnits("whole", "")).size, 3)
    assert.deepEqual(
      (await ledger.signaturesOfUnits("whole", "")).map(({ submissionId }) => submissionId),
      ["u1", "u2", "u3"],
    )
    // The other side has erased what it had by then.
    assert.deepEqual(await ledger.unitsOf("whole", at(6)), { made: 2, underWay: 1, failureCode: null })
    assert.equal((await ledger.objectsInUnits("whole", at(6))).size, 2)
    const given = (await ledger.submission("u3"))!
    await ledger.commit([
      { put: "submission", record: { ...given, state: "failed", failureCode: "ERR_SUBMISSION_REFUSED" } },
    ])
    assert.deepEqual(await ledger.unitsOf("whole", ""), {
      made: 3,
      underWay: 0,
      failureCode: "ERR_SUBMISSION_REFUSED",
    })
  })

  it("remembers how fast each line was, across a start", async () => {
    const pace = {
      agreement: "center",
      bytesPerSecond: 1_250_000,
      restMs: 300,
      heldMs: 7_000,
      heldBeforeMs: null,
    }
    await ledger.commit([{ put: "pace", record: { ...pace, heldMs: 1 } }])
    await ledger.commit([{ put: "pace", record: pace }])
    ledger.close()
    open()
    assert.deepEqual(await ledger.paces(), [pace])
  })
})
