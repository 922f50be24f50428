import assert from "node:assert/strict"
import { readImagingReport } from "../../gateway/standards/cda/read-imaging-report.ts"
import type { ReportRecord } from "../../gateway/journey/records/report.ts"
import type { SubmissionRecord } from "../../gateway/journey/records/submission.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import {
  acknowledge,
  append,
  CLERK,
  correctionOf,
  DRAFT,
  enter,
  OTHER_READER,
  READER,
  requestFor,
  row,
  storeAll,
  study,
  writeAndSign,
} from "./people.ts"
import { readWhole } from "../../gateway/journey/read-whole.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "./world.ts"

const AGREEMENT = { retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * DAY_MS } }
const TEXT = "2026-07-01 の頭部CTが届きました。\n変化はありません。"

describe("an addendum to a report", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let requestId: string

  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
    requestId = await enter(sides.edge, requestFor("P1", "R-1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    await writeAndSign(sides.center, requestId, DRAFT)
  })
  afterEach(() => sides.close())

  const home = (): Promise<StaffDetail> => sides.edge.staff.request(CLERK, requestId)
  const documentsOf = (side: "edge" | "center"): Promise<readonly ReportRecord[]> =>
    sides[side].ledger.reportsOfRequest(requestId)
  async function reportsIn(): Promise<SubmissionRecord[]> {
    const all = await sides.edge.ledger.submissionsOf({ requestId })
    return all.filter(({ kind, direction }) => kind === "report" && direction === "in")
  }
  async function correct(documentAt: number, reason: string, text: object): Promise<void> {
    const { standing } = await sides.center.reading.reading(READER, requestId)
    const reportId = standing[documentAt]!.reportId
    await sides.center.reading.amend(READER, requestId, { what: "correction", reportId, reason })
    await writeAndSign(sides.center, requestId, {
      ...standing[documentAt]!.text,
      correctionReason: reason,
      ...text,
    })
  }
  /** What the staff page says of every document, in its order. */
  const told = ({ versions }: StaffDetail): string[] =>
    versions.map(({ addendum = 0, version, status, verdict, to = 0 }) =>
      [addendum === 0 ? "report" : `addendum ${addendum} to ${to}`, version, status, verdict].join(" "),
    )

  it("is marked when the signature of what it was added to turns out not to hold, and is read all the same", async () => {
    await append(sides.center, requestId, TEXT)
    await sides.settle()
    const added = async () => (await home()).addenda[0]?.report.addendum
    assert.equal((await added())?.fallen, undefined)
    const { ledger } = sides.edge
    const report = (await documentsOf("edge")).find(({ appends }) => appends === undefined)!
    const signature = { ...report.private.signature!, outcome: "invalid" as const }
    await ledger.commit([{ put: "report", record: { ...report, private: { ...report.private, signature } } }])
    assert.deepEqual(await added(), { number: 1, to: 1, replacedBy: null, text: TEXT, fallen: true })
    assert.equal((await home()).report?.findings, "")
  })

  it("goes the whole way: signed by another radiologist, shown with its report, received for itself", async () => {
    await sides.settle()
    await acknowledge(sides.edge, requestId)
    await sides.settle()
    await append(sides.center, requestId, TEXT, OTHER_READER)
    await sides.settle()

    const detail = await home()
    assert.deepEqual(told(detail), ["report 1 final valid", "addendum 1 to 1 1 appended valid"])
    assert.equal(detail.report?.impression, DRAFT.impression, "the report stands as it is")
    const [added] = detail.addenda
    assert.deepEqual(added?.report.addendum, { number: 1, to: 1, replacedBy: null, text: TEXT })
    assert.equal(added.report.readerName, OTHER_READER.name)
    assert.deepEqual([added.signature?.outcome, added.seal?.outcome], ["valid", "valid"])
    assert.deepEqual([detail.acknowledgement !== null, added.acknowledgement], [true, null])

    const listed = await row(sides.edge, requestId)
    assert.equal(listed?.action, "acknowledge")
    assert.deepEqual(listed.revision, { version: 1, reason: "", receivedBefore: true, addendum: 1 })
    assert.equal(listed.way.find(({ name }) => name === "acknowledged")?.state, "now")
    await assert.rejects(sides.edge.staff.acknowledge(CLERK, requestId, [detail.report.reportId]), {
      code: "ERR_REPORT_STATE",
    })
    await acknowledge(sides.edge, requestId)
    await sides.settle()
    assert.equal((await row(sides.edge, requestId))?.action, null)
    const seen = await documentsOf("center")
    assert.ok(
      seen.every(({ acknowledgedSeenAt }) => acknowledgedSeenAt !== null),
      "the centre is told of both",
    )
  })

  it("says in its document, its signature and its metadata to what it was added", async () => {
    await append(sides.center, requestId, TEXT)
    await sides.settle()
    const [first, second] = await reportsIn()
    const [parents, documents] = await Promise.all(
      [first!, second!].map(({ id }) => sides.edge.ledger.documents(id)),
    )
    const of = (role: string, list = documents!) => list.find((each) => each.role === role)!
    const content = readImagingReport(await readWhole(sides.edge.spool, of("cda").place))
    const [report] = await documentsOf("edge")
    assert.deepEqual(content.addendum?.appends, {
      documentId: of("cda", parents).uniqueId,
      setId: report!.setId,
      versionNumber: 1,
    })
    const { associations, documentEntries } = second!.private.submission!
    assert.deepEqual(
      associations.filter(({ type }) => type === "APND" || type === "RPLC"),
      (["cda", "pdf"] as const).map((role) => ({
        type: "APND",
        source: of(role).entryUUID,
        target: of(role, parents).entryUUID,
      })),
    )
    const signature = documentEntries.find(({ entryUUID }) => entryUUID === of("signature").entryUUID)
    assert.deepEqual(
      signature?.eventCodeList.map(({ code }) => code),
      ["1.2.840.10065.1.12.1.1", "1.2.840.10065.1.12.1.15"],
    )
    assert.match(
      new TextDecoder().decode(await readWhole(sides.edge.spool, of("signature").place)),
      /urn:oid:1\.2\.840\.10065\.1\.12\.1\.15/,
    )
    const audited = (await sides.center.audited()).filter(({ event }) => event.event === "signed")
    assert.ok(audited.at(-1)?.event.description?.startsWith("addendum; "))
  })

  it("that comes before its report waits for it, shown to nobody, and is told of", async () => {
    sides.line.fault = (kind, again) => (kind === "report" && again === 0 ? "late" : null)
    await sides.settle()
    sides.line.fault = () => null
    await append(sides.center, requestId, TEXT)
    await sides.settle(40 * MINUTE_MS)
    const early = await home()
    assert.deepEqual([early.report, early.addenda, early.action], [null, [], "see-failure"])
    const reported = early.way.find(({ name }) => name === "reported")
    assert.deepEqual([reported?.state, reported?.reason], ["hold", "ERR_REPORT_PARENT"])
    assert.deepEqual(
      (await reportsIn()).map(({ state }) => state),
      ["accepted"],
    )

    await sides.line.late[0]!()
    await sides.settle(MINUTE_MS)
    const detail = await home()
    assert.deepEqual(told(detail), ["report 1 final valid", "addendum 1 to 1 1 appended valid"])
    assert.equal(detail.action, "acknowledge")
    await acknowledge(sides.edge, requestId)
    await sides.settle()
    assert.equal((await row(sides.edge, requestId))?.action, null)
  })

  it("stays with the report when that is corrected, and says to which version it was written", async () => {
    await append(sides.center, requestId, TEXT)
    await correct(0, "左右の誤記", { impression: "左に変化はありません。" })
    await append(sides.center, requestId, "訂正版への追記")
    await sides.settle()
    const detail = await home()
    assert.deepEqual(told(detail), [
      "report 1 final valid",
      "addendum 1 to 1 1 appended valid",
      "report 2 corrected valid",
      "addendum 2 to 2 1 appended valid",
    ])
    assert.equal(detail.report?.version, 2)
    assert.deepEqual(
      detail.addenda.map(({ report: { addendum } }) => [addendum?.to, addendum?.replacedBy]),
      [
        [1, 2],
        [2, null],
      ],
    )
    assert.deepEqual(
      detail.earlier.map(({ report }) => report.version),
      [1],
    )
  })

  it("that was sent while its report was corrected, and comes last, is noticed all the same", async () => {
    await sides.settle()
    await acknowledge(sides.edge, requestId)
    sides.line.fault = (kind, again) => (kind === "report" && again === 0 ? "late" : null)
    await append(sides.center, requestId, TEXT)
    await sides.settle(MINUTE_MS)
    sides.line.fault = () => null
    await correct(0, "左右の誤記", { impression: "左に変化はありません。" })
    await sides.settle()
    await acknowledge(sides.edge, requestId)
    await sides.line.late[0]!()
    await sides.settle()
    const detail = await home()
    assert.deepEqual([detail.action, detail.addenda[0]?.acknowledgement], ["acknowledge", null])
    assert.equal(detail.addenda[0]?.report.addendum?.replacedBy, 2)
    assert.equal((await row(sides.edge, requestId))?.revision?.addendum, 1)
  })

  it("is corrected like a report, in either order of arrival", async () => {
    sides.line.fault = (kind, again) => (kind === "report" && again === 0 ? "late" : null)
    await sides.settle(MINUTE_MS)
    await append(sides.center, requestId, TEXT)
    await sides.settle(MINUTE_MS)
    sides.line.fault = () => null
    await correct(1, "日付の誤記", { addendum: "2026-07-02 の頭部CTが届きました。" })
    await sides.settle(MINUTE_MS)
    // The correction of the addendum, then the report, then the addendum.
    assert.equal((await home()).report, null)
    await sides.line.late[0]!()
    await sides.settle(MINUTE_MS)
    assert.deepEqual(told(await home()), ["report 1 final valid"])
    await sides.line.late[1]!()
    await sides.settle(MINUTE_MS)
    const detail = await home()
    assert.deepEqual(told(detail), [
      "report 1 final valid",
      "addendum 1 to 1 1 appended valid",
      "addendum 1 to 1 2 corrected valid",
    ])
    assert.deepEqual(
      detail.addenda.map(({ report: { version, addendum, correctionReason } }) => [
        version,
        addendum?.text,
        correctionReason,
      ]),
      [[2, "2026-07-02 の頭部CTが届きました。", "日付の誤記"]],
    )
    assert.deepEqual(
      detail.earlier.map(({ report }) => report.addendum?.text),
      [TEXT],
    )
  })

  it("is begun by one reader at a time, to a report as it stands, and says something", async () => {
    const { reading } = sides.center
    const { standing } = await reading.reading(READER, requestId)
    const addendum = { what: "addendum", reportId: standing[0]!.reportId, reason: "" } as const
    const view = await reading.amend(OTHER_READER, requestId, addendum)
    assert.deepEqual([view.draft?.addendum, view.draft?.impression], ["", ""])
    assert.equal(view.standing[0]?.text.impression, DRAFT.impression, "the report stands beside it")
    const state = { code: "ERR_REPORT_STATE" }
    await assert.rejects(reading.amend(READER, requestId, addendum), state)
    await assert.rejects(reading.start(READER, requestId), { code: "ERR_LOCKED" })
    await assert.rejects(
      reading.prepare(OTHER_READER, requestId, view.draft!.draftVersion),
      state,
      "it is empty",
    )
    await writeAndSign(
      sides.center,
      requestId,
      { ...DRAFT, findings: "", impression: "", addendum: TEXT },
      OTHER_READER,
    )
    await correct(0, "左右の誤記", {})
    await assert.rejects(reading.amend(READER, requestId, addendum), state, "that version stands no more")
    const [, added] = (await reading.reading(READER, requestId)).standing
    await assert.rejects(reading.amend(READER, requestId, { ...addendum, reportId: added!.reportId }), state)
    const again = await correctionOf(sides.center, requestId, "左右の誤記")
    await assert.rejects(reading.amend(READER, requestId, { ...again, reason: " " }), state)
  })

  it("goes its own way: a report that was given up is told of although its addendum arrived", async () => {
    sides.line.fault = (kind, again) => (kind === "report" && again === 0 ? "refused" : null)
    await sides.settle(MINUTE_MS)
    sides.line.fault = () => null
    await append(sides.center, requestId, TEXT)
    await sides.settle(40 * MINUTE_MS)
    const [item] = await sides.center.reading.worklist(READER)
    assert.ok(item?.notices.some(({ code }) => code === "not-sent"))
    await sides.center.reading.retry(READER, requestId)
    await sides.settle(40 * MINUTE_MS)
    assert.deepEqual(told(await home()), ["report 1 final valid", "addendum 1 to 1 1 appended valid"])
    const [after] = await sides.center.reading.worklist(READER)
    assert.deepEqual(
      after?.notices.filter(({ code }) => code === "not-sent"),
      [],
    )
  })

  it("whose metadata do not say so, or whose set is the report's, is shown to nobody", async () => {
    const contentsOf = sides.center.contents.report
    await sides.settle()
    sides.center.contents = {
      ...sides.center.contents,
      report: async (...asked) => ({ ...(await contentsOf(...asked)), appends: [] }),
    }
    await append(sides.center, requestId, TEXT)
    await sides.settle()
    assert.deepEqual(
      (await reportsIn()).map(({ state, failureCode }) => [state, failureCode]),
      [
        ["verified", null],
        ["failed", "ERR_REPORT_VERSION"],
      ],
    )
    assert.deepEqual((await home()).addenda, [])
  })

  it("ends with its request, and is named in the certificate", async () => {
    await append(sides.center, requestId, TEXT)
    await sides.settle()
    await acknowledge(sides.edge, requestId)
    await sides.settle(400 * DAY_MS)
    const certificates = await sides.edge.ledger.certificates(10)
    const texts = certificates.find(({ what }) => what === "texts")
    assert.deepEqual(
      texts?.compared.map(({ missing, foreign }) => [missing, foreign]),
      texts?.compared.map(() => [0, 0]),
      "what it names is what went",
    )
    const destroyed = await sides.center.ledger.certificates(10)
    const submissions = destroyed.find(({ what }) => what === "texts")?.private.submissions ?? []
    const reports = submissions.filter(({ objects }) => objects.length >= 4)
    assert.equal(reports.length, 2, "CDA, PDF and both signatures, of the report and of the addendum")
    for (const side of ["edge", "center"] as const)
      assert.ok((await documentsOf(side)).every(({ private: { draft } }) => (draft.addendum ?? "") === ""))
  })
})
