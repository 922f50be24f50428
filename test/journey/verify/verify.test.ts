import assert from "node:assert/strict"
import { days } from "../../../gateway/commands/pki-authority.ts"
import type { Content } from "../../../gateway/journey/submit/pack.ts"
import type { ContentsOf } from "../../../gateway/journey/submit/package.ts"
import { due } from "../../../gateway/journey/run.ts"
import { plan } from "../../../gateway/journey/assemble/release.ts"
import type {
  DocumentRole,
  SubmissionKind,
  SubmissionRecord,
} from "../../../gateway/journey/records/submission.ts"
import { certificates, list } from "../certificates.ts"
import type { Gateway } from "../gateway.ts"
import {
  acknowledge,
  CLERK,
  correct,
  DRAFT,
  enter,
  NURSE,
  READER,
  report,
  requestFor,
  row,
  storeAll,
  study,
  writeAndSign,
} from "../people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

const AGREEMENT = { retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * DAY_MS } }
const IMAGES = study("P1", 2)

describe("what arrives", function () {
  this.timeout(30_000)
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
  })
  afterEach(() => sides.close())

  async function sent(): Promise<string> {
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, IMAGES)
    await sides.settle()
    return requestId
  }
  const inbound = async (at: Gateway, requestId: string, kind: SubmissionKind): Promise<SubmissionRecord> => {
    const all = await at.ledger.submissionsOf({ requestId })
    return all.findLast((each) => each.direction === "in" && each.kind === kind)!
  }
  /** No job of it is left, unless it waits for evidence. */
  const isDone = async (at: Gateway, { id }: SubmissionRecord): Promise<boolean> =>
    (await at.ledger.jobsOf(id)).length === 0

  it("is held while a revocation list is missing, and counts when the list is there", async () => {
    const { lists } = sides.trust.center
    const seal = lists.get("seal")!
    lists.delete("seal")
    const requestId = await sent()
    const held = await inbound(sides.center, requestId, "study")
    assert.deepEqual([held.state, held.private.verdict?.outcome], ["accepted", "indeterminate"])
    const [shown] = await sides.center.reading.worklist(READER)
    assert.deepEqual([shown?.state, shown?.notices], ["created", [{ code: "seal-held", reason: null }]])
    assert.deepEqual(shown?.way.map(({ state }) => state).slice(0, 3), ["done", "done", "hold"])
    await assert.rejects(sides.center.reading.start(READER, requestId), { code: "ERR_NOT_FOUND" })
    assert.equal((await row(sides.edge, requestId))?.way[2]?.state, "now", "no receipt yet")
    lists.set("seal", seal)
    await sides.settle(20 * MINUTE_MS)
    assert.equal((await inbound(sides.center, requestId, "study")).state, "verified")
    assert.equal((await row(sides.edge, requestId))?.way[2]?.state, "done")
  })

  it("under a revoked seal is kept for a person, and nobody reads it", async () => {
    const { authorities, holders } = await certificates()
    const revoked = list(authorities.seal, days(sides.time.peek(), -1), [holders["edge/seal"]])
    sides.trust.center.lists.set("seal", revoked)
    const requestId = await sent()
    const failed = await inbound(sides.center, requestId, "study")
    assert.deepEqual([failed.state, failed.failureCode], ["failed", "ERR_CONTENT"])
    const [shown] = await sides.center.reading.worklist(READER)
    assert.deepEqual(
      [shown?.state, shown?.notices],
      ["failed", [{ code: "seal-failed", reason: "ERR_CONTENT" }]],
    )
    assert.ok(await isDone(sides.center, failed))
    const audited = (await sides.center.audited()).filter(({ event }) => event.event === "verified")
    assert.deepEqual(
      audited.map(({ event }) => event.outcome),
      ["serious"],
    )
  })

  /** Exchanges the bytes of one document before they are sealed and signed. */
  const bent =
    (contents: ContentsOf, role: DocumentRole, bytes: string): ContentsOf =>
    async (...asked) => {
      const made = await contents(...asked)
      if (!("contents" in made)) return made
      const bend = (each: Content): Content =>
        each.role === role ? { ...each, body: { bytes: new TextEncoder().encode(bytes) } } : each
      return { ...made, contents: made.contents.map(bend), sealed: () => [] }
    }

  for (const role of ["request", "manifest", "instance"] as const)
    it(`with an unreadable ${role} is put aside as failed with a code, and not tried for ever`, async () => {
      sides.edge.contents = {
        ...sides.edge.contents,
        study: bent(sides.edge.contents.study, role, "<nothing/>"),
      }
      const requestId = await sent()
      const failed = await inbound(sides.center, requestId, "study")
      assert.deepEqual([failed.state, failed.failureCode], ["failed", "ERR_DOCUMENTS"])
      assert.deepEqual(failed.private.verdict?.tests.at(-1), {
        name: "content",
        outcome: "fail",
        detail: "ERR_DOCUMENTS",
      })
      assert.ok(await isDone(sides.center, failed))
      const [shown] = await sides.center.reading.worklist(READER)
      assert.deepEqual(shown?.notices, [{ code: "seal-failed", reason: "ERR_DOCUMENTS" }])
    })

  it("as a report with a malformed CDA is put aside, and no text is shown", async () => {
    sides.center.contents = {
      ...sides.center.contents,
      report: bent(sides.center.contents.report, "cda", "<x/>"),
    }
    const requestId = await sent()
    await report(sides.center, requestId)
    await sides.settle()
    const failed = await inbound(sides.edge, requestId, "report")
    assert.deepEqual([failed.state, failed.failureCode], ["failed", "ERR_DOCUMENTS"])
    assert.equal((await sides.edge.staff.request(CLERK, requestId)).report, null)
    assert.equal((await row(sides.edge, requestId))?.action, "see-failure")
  })

  it("as a report signed by who may not is not even signed: the centre asks for the role before the PIN is used", async () => {
    const requestId = await sent()
    await assert.rejects(writeAndSign(sides.center, requestId, DRAFT, NURSE), {
      code: "ERR_SIGN_CERTIFICATE",
    })
    assert.deepEqual(
      (await sides.center.ledger.submissionsOf({ requestId })).filter(({ kind }) => kind === "report"),
      [],
    )
  })

  async function answered(
    at: Gateway,
    requestId: string,
    kind: SubmissionKind,
    contents: ContentsOf,
  ): Promise<void> {
    const request = (await at.ledger.request(requestId))!
    const planned: SubmissionRecord = {
      ...plan(at.world, { kind, agreement: request.agreement, slotId: request.slotId }),
      studyId: request.studies[0]!.studyId,
      requestId,
    }
    at.contents = { ...at.contents, [kind]: contents }
    await at.ledger.commit([
      { put: "submission", record: planned },
      due("package", planned.id, sides.time.peek()),
    ])
    await sides.settle()
  }

  it("as a receipt for a submission we never sent is put aside, and verifies nothing", async () => {
    const requestId = await sent()
    const { receipt } = sides.center.contents
    // Over the closing signature of its own receipt, which is none of the hospital's submissions.
    const [own] = (await sides.center.ledger.submissionsOf({ requestId })).filter(
      ({ kind }) => kind === "receipt",
    )
    await answered(sides.center, requestId, "receipt", (world, record, agreement) =>
      receipt(world, { ...record, answers: own!.id }, agreement),
    )
    const failed = await inbound(sides.edge, requestId, "receipt")
    assert.deepEqual([failed.state, failed.failureCode], ["failed", "ERR_OTHER_SUBJECT"])
  })

  it("as a receipt by the hospital's own seal is none, even where every seal of the authority is agreed", async () => {
    sides.close()
    sides = await TwoSides.open({ agreement: { ...AGREEMENT, sealPins: [] } })
    const requestId = await sent()
    const { receipt } = sides.center.contents
    const taken = await inbound(sides.center, requestId, "study")
    await answered(sides.center, requestId, "receipt", (world, record, agreement) =>
      receipt({ ...world, keys: sides.edge.world.keys }, { ...record, answers: taken.id }, agreement),
    )
    const failed = await inbound(sides.edge, requestId, "receipt")
    assert.deepEqual([failed.state, failed.failureCode], ["failed", "ERR_DOCUMENTS"])
  })

  it("as an acknowledgement of a version there never was is put aside", async () => {
    const requestId = await sent()
    await report(sides.center, requestId)
    await sides.settle()
    const [received] = await sides.edge.ledger.reportsOfRequest(requestId)
    const { acknowledgement } = sides.edge.contents
    const ledger = sides.edge.ledger
    await answered(sides.edge, requestId, "acknowledgement", (world, record, agreement) => {
      const lying = { ...ledger, report: () => Promise.resolve({ ...received!, version: 7 }) }
      return acknowledgement({ ...world, ledger: lying }, { ...record, reportId: received!.id }, agreement)
    })
    const failed = await inbound(sides.center, requestId, "acknowledgement")
    assert.deepEqual([failed.state, failed.failureCode], ["failed", "ERR_OTHER_SUBJECT"])
  })

  it("as versions 1, 2 and 3 of a report is one lineage; an old version may still be acknowledged", async () => {
    const requestId = await sent()
    await report(sides.center, requestId)
    await sides.settle()
    for (const version of [2, 3]) {
      await correct(sides.center, requestId, `第${version}版の理由`)
      await report(sides.center, requestId, version, { ...DRAFT, impression: `第${version}版` })
      // The acknowledgement of version 1 leaves while version 3 is on its way.
      if (version === 3)
        sides.line.fault = (kind, again) => (kind === "report" && again < 2 ? "unreachable" : null)
      if (version === 2) await acknowledge(sides.edge, requestId)
      await sides.settle(30 * MINUTE_MS)
    }
    const home = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      home.versions.map(({ version, status, verdict }) => [version, status, verdict]),
      [
        [1, "final", "valid"],
        [2, "corrected", "valid"],
        [3, "corrected", "valid"],
      ],
    )
    assert.equal(home.report?.impression, "第3版")
    assert.equal(home.action, "acknowledge", "each version is received for itself")
    const at = [...(await sides.center.ledger.reportsOfRequest(requestId))].sort(
      (a, b) => a.version - b.version,
    )
    assert.deepEqual(
      at.map(({ acknowledgedAt }) => acknowledgedAt !== null),
      [true, false, false],
    )
    const [item] = await sides.center.reading.worklist(READER)
    assert.notEqual(item?.way.find(({ name }) => name === "acknowledged")?.state, "done")
    await acknowledge(sides.edge, requestId)
    await sides.settle()
    const [seen] = await sides.center.reading.worklist(READER)
    assert.equal(seen?.way.find(({ name }) => name === "acknowledged")?.state, "done")
  })

  it("as a correction of what the hospital refused is the first it sees", async () => {
    const requestId = await sent()
    sides.line.fault = (kind) => (kind === "report" ? "refused" : null)
    await report(sides.center, requestId)
    await sides.settle()
    assert.ok(
      (await sides.center.reading.worklist(READER))[0]?.notices.some(({ code }) => code === "not-sent"),
    )
    sides.line.fault = () => null
    await correct(sides.center, requestId, "再送")
    await report(sides.center, requestId, 2, { ...DRAFT, impression: "第2版" })
    await sides.settle()
    const home = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      [home.report?.version, home.report?.impression, home.signature?.outcome],
      [2, "第2版", "valid"],
    )
    assert.deepEqual((await sides.center.reading.worklist(READER))[0]?.notices, [])
  })

  it("as a correction waits until the version it replaces has gone before it", async () => {
    const requestId = await sent()
    sides.line.fault = (kind, again) =>
      kind === "report" &&
      sides.line.attempts.filter((each) => each.kind === "report").length < 4 &&
      again >= 0
        ? "unreachable"
        : null
    await report(sides.center, requestId)
    await correct(sides.center, requestId, "左右の誤記")
    await report(sides.center, requestId, 2, { ...DRAFT, impression: "第2版" })
    await sides.settle(60 * MINUTE_MS)
    const home = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      home.versions.map(({ version, verdict }) => [version, verdict]),
      [
        [1, "valid"],
        [2, "valid"],
      ],
    )
  })
})
