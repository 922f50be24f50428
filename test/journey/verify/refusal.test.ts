import assert from "node:assert/strict"
import { days } from "../../../gateway/commands/pki-authority.ts"
import type { ContentsOf } from "../../../gateway/journey/submit/package.ts"
import type {
  DocumentRole,
  SubmissionKind,
  SubmissionRecord,
} from "../../../gateway/journey/records/submission.ts"
import { plan } from "../../../gateway/journey/assemble/release.ts"
import { due } from "../../../gateway/journey/run.ts"
import { readRefusal } from "../../../gateway/standards/notice/refusal.ts"
import { readWhole } from "../../../gateway/journey/read-whole.ts"
import { certificates, list } from "../certificates.ts"
import type { Gateway } from "../gateway.ts"
import { acknowledge, CLERK, enter, READER, report, requestFor, row, storeAll, study } from "../people.ts"
import { DAY_MS, TwoSides, type WorldOptions } from "../world.ts"

const AGREEMENT = { retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * DAY_MS } }
const IMAGES = study("P1", 2)

describe("what the recipient refuses after it has verified it", function () {
  this.timeout(30_000)
  let sides: TwoSides
  afterEach(() => sides.close())

  async function open(options: WorldOptions = { agreement: AGREEMENT }): Promise<void> {
    sides = await TwoSides.open(options)
  }
  async function sent(): Promise<string> {
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, IMAGES)
    await sides.settle()
    return requestId
  }
  const last = async (
    at: Gateway,
    requestId: string,
    what: `${SubmissionRecord["direction"]} ${SubmissionKind}`,
  ): Promise<SubmissionRecord | undefined> =>
    (await at.ledger.submissionsOf({ requestId })).findLast(
      (each) => `${each.direction} ${each.kind}` === what,
    )
  async function revokeHospitalsSeal(): Promise<void> {
    const { authorities, holders } = await certificates()
    const revoked = list(authorities.seal, days(sides.time.peek(), -1), [holders["edge/seal"]])
    sides.trust.center.lists.set("seal", revoked)
  }
  const unreadable =
    (contents: ContentsOf, role: DocumentRole): ContentsOf =>
    async (...asked) => {
      const made = await contents(...asked)
      if (!("contents" in made)) return made
      const bytes = new TextEncoder().encode("<nothing/>")
      return {
        ...made,
        contents: made.contents.map((each) => (each.role === role ? { ...each, body: { bytes } } : each)),
        sealed: () => [],
      }
    }

  it("comes back as a sealed notice with code and tests and no name; the hospital's staff is told what to do", async () => {
    await open()
    const { lists } = sides.trust.center
    const good = lists.get("seal")!
    await revokeHospitalsSeal()
    const requestId = await sent()
    const refused = await last(sides.edge, requestId, "out study")
    assert.deepEqual(
      [refused?.state, refused?.failureCode],
      ["failed", "ERR_SUBMISSION_UNVERIFIED ERR_CONTENT"],
    )
    const notice = (await last(sides.edge, requestId, "in refusal"))!
    assert.equal(notice.state, "verified", "the notice itself is under the centre's seal, and holds")
    const [document] = await sides.edge.ledger.documents(notice.id)
    const bytes = await readWhole(sides.edge.spool, document!.place)
    const said = readRefusal(bytes)
    assert.deepEqual([said.submissionSetUid, said.code], [refused?.submissionSetUid, "ERR_CONTENT"])
    assert.ok(
      said.tests.some((name) => name.includes("revo") || name.includes("crl")),
      said.tests.join(),
    )
    const inMetadata = JSON.stringify(notice.private.submission)
    for (const name of ["山田", "Yamada", "やまだ"])
      assert.ok(!inMetadata.includes(name) && !new TextDecoder().decode(bytes).includes(name))
    const item = await row(sides.edge, requestId)
    assert.equal(item?.action, "see-failure")
    assert.deepEqual(
      item.notices.map(({ code, reason }) => `${code} ${reason}`),
      ["refused ERR_SUBMISSION_UNVERIFIED ERR_CONTENT"],
    )
    assert.deepEqual(
      item.way.slice(0, 3).map(({ state }) => state),
      ["done", "done", "fail"],
    )
    const [kept] = await sides.edge.ledger.studiesByUid(IMAGES.StudyInstanceUID)
    assert.deepEqual([kept?.state, kept?.keepUntil], ["released", null], "the hospital's copy stays")

    lists.set("seal", good)
    await sides.edge.staff.retry(CLERK, requestId)
    await sides.settle()
    assert.notEqual((await last(sides.edge, requestId, "out study"))?.submissionSetUid, said.submissionSetUid)
    const after = await row(sides.edge, requestId)
    assert.deepEqual([after?.action, after?.notices, after?.way[2]?.state], [null, [], "done"])
    await assert.rejects(sides.edge.staff.retry(CLERK, requestId), { code: "ERR_REPORT_STATE" })
    await report(sides.center, requestId)
    await sides.settle()
    assert.equal((await row(sides.edge, requestId))?.action, "acknowledge")
  })

  it("goes at the end of its term like everything else, and is accounted for, though it never became a case", async () => {
    await open()
    await revokeHospitalsSeal()
    const requestId = await sent()
    await sides.settle(40 * DAY_MS)
    assert.deepEqual(await sides.center.ledger.studies(10), [])
    const { deletions, action } = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual(
      deletions.map(({ certificate, objects }) => [certificate, objects]),
      [["valid", 7]],
      "two images, manifest, request, signature; the notice and its signature",
    )
    assert.deepEqual(
      deletions[0]?.compared.map(({ named, missing, foreign }) => [named, missing, foreign]),
      [
        [5, 0, 0],
        [2, 0, 0],
      ],
    )
    assert.equal(action, "see-failure")
  })

  it("is not refused while evidence is only missing", async () => {
    await open()
    sides.trust.center.lists.delete("seal")
    const requestId = await sent()
    assert.equal(await last(sides.center, requestId, "out refusal"), undefined)
    assert.equal((await last(sides.edge, requestId, "out study"))?.state, "accepted")
  })

  it("is a report as well: the reader sees that the hospital could not use it", async () => {
    await open()
    sides.center.contents = {
      ...sides.center.contents,
      report: unreadable(sides.center.contents.report, "cda"),
    }
    const requestId = await sent()
    await report(sides.center, requestId)
    await sides.settle()
    assert.equal((await last(sides.center, requestId, "out report"))?.state, "failed")
    const [item] = await sides.center.reading.worklist(READER)
    assert.deepEqual(
      item?.notices.map(({ code, reason }) => `${code} ${reason}`),
      ["refused ERR_SUBMISSION_UNVERIFIED ERR_DOCUMENTS"],
    )
    assert.equal(item.way.find(({ name }) => name === "reported")?.state, "fail")
  })

  it("takes back what the answer alone had closed, where no receipts are agreed", async () => {
    await open({ agreement: { ...AGREEMENT, receipts: "registry-response" } })
    await revokeHospitalsSeal()
    await sent()
    const [kept] = await sides.edge.ledger.studiesByUid(IMAGES.StudyInstanceUID)
    assert.deepEqual([kept?.state, kept?.keepUntil], ["released", null])
  })

  /** By a centre that is not ours: it refuses what came to it, whatever it said of it before. */
  async function refuse(requestId: string, what: SubmissionKind): Promise<SubmissionRecord | undefined> {
    const at = sides.center
    const { agreement, slotId } = (await at.ledger.request(requestId))!
    const refused = (await last(at, requestId, `in ${what}`))!
    const planned = {
      ...plan(at.world, { kind: "refusal", agreement, slotId }),
      studyId: refused.studyId,
      requestId,
      answers: refused.id,
    }
    await at.ledger.commit([
      { put: "submission", record: planned },
      due("package", planned.id, sides.time.peek()),
    ])
    await sides.settle()
    return last(sides.edge, requestId, "in refusal")
  }

  it("is not what its signed receipt has confirmed: our copy goes at its term", async () => {
    await open()
    const requestId = await sent()
    const notice = await refuse(requestId, "study")
    assert.deepEqual([notice?.state, notice?.failureCode], ["failed", "ERR_DOCUMENTS"])
    assert.equal((await last(sides.edge, requestId, "out study"))?.state, "verified")
    const [kept] = await sides.edge.ledger.studiesByUid(IMAGES.StudyInstanceUID)
    assert.equal(kept?.state, "closed")
    assert.notEqual(kept.keepUntil, null)
  })

  it("is no acknowledgement", async () => {
    await open()
    const requestId = await sent()
    await report(sides.center, requestId)
    await sides.settle()
    await acknowledge(sides.edge, requestId)
    await sides.settle()
    const notice = await refuse(requestId, "acknowledgement")
    assert.deepEqual([notice?.state, notice?.failureCode], ["failed", "ERR_DOCUMENTS"])
    assert.equal((await last(sides.edge, requestId, "out acknowledgement"))?.state, "accepted")
  })

  it("is not answered when it is an answer itself", async () => {
    await open()
    sides.center.contents = {
      ...sides.center.contents,
      refusal: unreadable(sides.center.contents.refusal, "refusal"),
    }
    await revokeHospitalsSeal()
    const requestId = await sent()
    assert.equal((await last(sides.edge, requestId, "in refusal"))?.state, "failed")
    assert.equal(await last(sides.edge, requestId, "out refusal"), undefined)
    assert.deepEqual(
      (await row(sides.edge, requestId))?.notices.map(({ code }) => code),
      ["seal-failed"],
    )
  })
})

describe("where the answer alone is agreed", function () {
  this.timeout(30_000)

  it("a study has arrived when the recipient answered with success: its station is reached, and its term runs", async () => {
    const sides = await TwoSides.open({ agreement: { ...AGREEMENT, receipts: "registry-response" } })
    try {
      const requestId = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, IMAGES)
      await sides.settle()
      const item = await row(sides.edge, requestId)
      assert.deepEqual(
        item?.way.slice(0, 4).map(({ state }) => state),
        ["done", "done", "done", "now"],
      )
      assert.equal(item.way[2]?.at, item.way[1]?.at)
      assert.equal(item.way[2]?.by, "answer", "and it says by what")
      assert.equal((await sides.edge.ledger.studies(1))[0]?.state, "closed")
      const kinds = (await sides.edge.ledger.submissionsOf({ requestId })).map(({ kind }) => kind)
      assert.ok(!kinds.includes("receipt"))
    } finally {
      sides.close()
    }
  })
})
