import assert from "node:assert/strict"
import type { ReportRecord } from "../../../gateway/journey/records/report.ts"
import type { StudyHeader } from "../../../gateway/journey/records/study.ts"
import type { SubmissionRecord } from "../../../gateway/journey/records/submission.ts"
import { placeOf } from "../../../gateway/journey/verify/report-place.ts"
import type { ImagingReport } from "../../../gateway/standards/cda/report-content.ts"
import type { StaffDetail } from "../../../gateway/journey/views/staff.ts"
import {
  correctionOf,
  acknowledge,
  CLERK,
  DRAFT,
  enter,
  READER,
  requestFor,
  storeAll,
  study,
  writeAndSign,
} from "../people.ts"
import { DAY_MS, TwoSides } from "../world.ts"

const AGREEMENT = { retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * 86_400_000 } }

/** A study read at the centre, up to the point where the reader takes it. */
async function toRead(sides: TwoSides, options: { readonly PatientID?: string } = {}): Promise<string> {
  const id = await enter(sides.edge, requestFor(options.PatientID ?? "P1", `R-${options.PatientID ?? "P1"}`))
  await storeAll(sides.edge, study(options.PatientID ?? "P1", 2))
  await sides.settle()
  return id
}

const inbound = async (sides: TwoSides, requestId: string): Promise<SubmissionRecord[]> =>
  (await sides.edge.ledger.submissionsOf({ requestId })).filter(({ kind }) => kind === "report")

async function outOfCenter(sides: TwoSides, requestId: string): Promise<string[]> {
  const sent = await sides.center.ledger.submissionsOf({ requestId })
  return sent.filter(({ kind }) => kind === "report").map(({ state }) => state)
}

describe("a report where it arrives", function () {
  this.timeout(30_000)
  let sides: TwoSides

  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
  })
  afterEach(() => sides.close())

  /** Writes a report while the centre takes this for the header of the study. */
  async function reportAbout(requestId: string, header: Partial<StudyHeader>): Promise<StaffDetail> {
    const { center } = sides
    const request = await center.ledger.request(requestId)
    const read = (await center.ledger.study(request!.studies[0]!.studyId))!
    await center.ledger.commit([
      { put: "study", record: { ...read, private: { ...read.private, ...header } } },
    ])
    await writeAndSign(center, requestId, DRAFT)
    const written = (await center.ledger.study(read.id))!
    await center.ledger.commit([{ put: "study", record: { ...written, private: read.private } }])
    await sides.settle(2 * DAY_MS)
    return sides.edge.staff.request(CLERK, requestId)
  }

  async function isRefused(requestId: string, detail: StaffDetail, failureCode: string): Promise<void> {
    assert.equal(detail.report, null, "nothing of it is shown")
    assert.equal(detail.action, "see-failure", "a person is told")
    assert.deepEqual(
      (await inbound(sides, requestId)).map((each) => [each.state, each.failureCode]),
      [["failed", failureCode]],
    )
    assert.deepEqual(await outOfCenter(sides, requestId), ["failed"], "and the centre is told")
    await assert.rejects(sides.edge.staff.acknowledge(CLERK, requestId, ["none"]), {
      code: "ERR_REPORT_STATE",
    })
    const told = (await sides.edge.audited()).filter(({ event }) => event.event === "verified")
    assert.ok(told.some(({ event }) => event.outcome === "serious"))
  }

  it("about another patient is shown to nobody, and a person is told", async () => {
    const requestId = await toRead(sides)
    const patient = (await sides.center.reading.reading(READER, requestId)).patient
    const detail = await reportAbout(requestId, {
      patient: { ...patient, PatientID: "P2", ideographic: "別人 花子" },
    })
    await isRefused(requestId, detail, "ERR_OTHER_SUBJECT")
  })

  it("about another study of the same patient is shown to nobody", async () => {
    const requestId = await toRead(sides)
    const detail = await reportAbout(requestId, { StudyInstanceUID: "1.2.392.100495.1" })
    await isRefused(requestId, detail, "ERR_OTHER_SUBJECT")
  })

  it("about another order is shown to nobody", async () => {
    const requestId = await toRead(sides)
    const request = (await sides.center.ledger.request(requestId))!
    const other = { ...request, private: { ...request.private, requestNumber: "R-OTHER" } }
    await sides.center.ledger.commit([{ put: "request", record: other }])
    const detail = await reportAbout(requestId, {})
    await isRefused(requestId, detail, "ERR_OTHER_SUBJECT")
  })

  it("about what was asked is shown, and a correction that replaces it", async () => {
    const requestId = await toRead(sides)
    await reportAbout(requestId, {})
    await acknowledge(sides.edge, requestId)
    const correction = await correctionOf(sides.center, requestId, "左右の誤記")
    await sides.center.reading.amend(READER, requestId, correction)
    const detail = await reportAbout(requestId, {})
    assert.deepEqual(
      detail.versions.map(({ version, status, verdict }) => [version, status, verdict]),
      [
        [1, "final", "valid"],
        [2, "corrected", "valid"],
      ],
    )
    assert.equal(detail.action, "acknowledge")
  })

  it("after our own copy of the images has gone is still compared with its request", async () => {
    const requestId = await toRead(sides)
    const [read] = await sides.edge.ledger.studies(1)
    await sides.edge.spool.destroySlot(read!.slotId)
    const detail = await reportAbout(requestId, {})
    assert.equal(detail.report?.impression, DRAFT.impression)
  })

  it("is taken in one lineage, each version once, and replaces only what was sent for it", async () => {
    const requestId = await toRead(sides)
    await reportAbout(requestId, {})
    const { ledger, world } = sides.edge
    const request = (await ledger.request(requestId))!
    const [first] = await ledger.reportsOfRequest(requestId)
    const [came] = await inbound(sides, requestId)
    const cda = (await ledger.documents(came!.id)).find(({ role }) => role === "cda")!
    const check = (
      content: Partial<ImagingReport>,
      replaced: readonly string[],
      reports: readonly ReportRecord[] = [first!],
    ) => {
      const associations = replaced.map(
        (target) => ({ type: "RPLC", source: cda.entryUUID, target }) as const,
      )
      const submission = { ...came!.private.submission!, associations }
      const record = { ...came!, id: "a newcomer", private: { ...came!.private, submission } }
      const said = { setId: first!.setId, correction: null, addendum: null, ...content } as ImagingReport
      return placeOf(world, { record, request, paper: cda, written: said, reports })
    }
    const correction = { replacesDocumentId: cda.uniqueId, reason: "左右の誤記" }
    const refused = { code: "ERR_REPORT_VERSION" }
    await check({ versionNumber: 2, correction }, [cda.entryUUID])
    await check({ versionNumber: 1 }, [], [])
    await assert.rejects(check({ versionNumber: 1 }, []), refused, "the same version again")
    await assert.rejects(check({ versionNumber: 2, correction, setId: "2.25.9" }, [cda.entryUUID]), refused)
    await assert.rejects(check({ versionNumber: 2, correction }, []), refused, "without RPLC")
    await assert.rejects(check({ versionNumber: 2, correction }, ["urn:uuid:0"]), refused, "RPLC of another")
    const stranger = { ...correction, replacesDocumentId: "2.25.8" }
    await assert.rejects(check({ versionNumber: 2, correction: stranger }, [cda.entryUUID]), refused)
    await assert.rejects(
      check({ versionNumber: 1 }, [cda.entryUUID], []),
      refused,
      "RPLC without a word of it",
    )
  })
})
