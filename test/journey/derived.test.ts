import assert from "node:assert/strict"
import type { SubmissionHandler } from "../../gateway/journey/ports/inbound.ts"
import type { Association, Submission } from "../../gateway/standards/xds/submission.ts"
import { unresolved } from "../../gateway/journey/accept/relationships.ts"
import { uuidOid } from "../../gateway/journey/ids.ts"
import { CLERK, DRAFT, enter, requestFor, storeAll, study, writeAndSign } from "./people.ts"
import { TwoSides } from "./world.ts"

const RENDITION = "<Bundle xmlns='http://hl7.org/fhir'/>"

describe("a rendition made of a report (XFRM)", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let requestId: string

  beforeEach(async () => {
    sides = await TwoSides.open()
    requestId = await enter(sides.edge, requestFor("P1", "R-1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
  })
  afterEach(() => sides.close())

  /** The report leaves with one more document, and says so of it. */
  async function sendWith(relation: (submission: Submission) => readonly Association[]): Promise<void> {
    const { center, edge } = sides
    const contentsOf = center.contents.report
    center.contents = {
      ...center.contents,
      report: async (...asked) => {
        const made = await contentsOf(...asked)
        if (!("contents" in made)) return made
        const [cda] = made.contents
        const rendition = {
          ...cda!,
          role: "attachment" as const,
          uniqueId: uuidOid(center.world.chance),
          title: "報告書（FHIR）",
          body: { bytes: new TextEncoder().encode(RENDITION) },
        }
        return { ...made, contents: [...made.contents, rendition] }
      },
    }
    const inner = edge.door
    const door: SubmissionHandler = {
      begin: (peer, submission, messageId) => {
        const associations = [...submission.associations, ...relation(submission)]
        return inner.begin(peer, { ...submission, associations }, messageId)
      },
    }
    Object.defineProperty(edge, "door", { get: () => door, configurable: true })
    await writeAndSign(center, requestId, DRAFT)
    await sides.settle()
  }
  const madeOf = (type: "XFRM" | "APND") => (submission: Submission) => {
    const named = (title: string) => submission.documentEntries.find((each) => each.title === title)
    const [source, target] = [named("報告書（FHIR）"), named("画像診断報告書")]
    return source && target ? [{ type, source: source.entryUUID, target: target.entryUUID }] : []
  }

  it("is kept and shown as made of it, signed by nobody, byte for byte", async () => {
    await sendWith(madeOf("XFRM"))
    const detail = await sides.edge.staff.request(CLERK, requestId)
    assert.deepEqual([detail.report?.impression, detail.signature?.outcome], [DRAFT.impression, "valid"])
    assert.deepEqual(detail.attachments, [{ title: "報告書（FHIR）", mediaType: "", derived: true }])
    const bytes = await sides.edge.staff.attachment(CLERK, detail.report!.reportId, 0)
    assert.equal(new TextDecoder().decode(bytes), RENDITION)
    await assert.rejects(sides.edge.staff.attachment(CLERK, detail.report!.reportId, 1), {
      code: "ERR_NOT_FOUND",
    })
    const audited = (await sides.edge.audited()).filter(({ event }) => event.event === "report-accessed")
    assert.ok(audited.some(({ event }) => event.description === "the attachments"))
  })

  it("has nothing added to it: Success with a warning, of one that came before or comes along", async () => {
    await sendWith(madeOf("XFRM"))
    const { edge } = sides
    const [came] = (await edge.ledger.submissionsOf({ requestId })).filter(({ kind }) => kind === "report")
    const sent = came!.private.submission!
    const rendition = sent.documentEntries.find(({ title }) => title === "報告書（FHIR）")!
    const [cda] = sent.documentEntries
    const added = { type: "APND", source: cda!.entryUUID, target: rendition.entryUUID } as const
    const told = async (submission: Submission): Promise<string[]> => {
      const [agreement] = edge.agreements
      const StudyInstanceUID = (await edge.ledger.studies(1))[0]!.private.StudyInstanceUID
      const inbound = {
        agreement: agreement!,
        kind: "report" as const,
        requestId,
        StudyInstanceUID,
        submission,
        onMedium: undefined,
      }
      return (await unresolved(edge.world, inbound)).map(({ errorCode }) => errorCode)
    }
    const another = { ...sent, submissionSet: { ...sent.submissionSet, uniqueId: "2.25.1" } }
    const warned = ["PartialAppendContentNotProcessed"]
    assert.deepEqual(await told({ ...another, documentEntries: [cda!], associations: [added] }), warned)
    assert.deepEqual(await told({ ...another, associations: [...sent.associations, added] }), warned)
    assert.deepEqual(await told(another), [])
  })

  it("that does not say of what it was made is no document of a report", async () => {
    await sendWith(madeOf("APND"))
    const detail = await sides.edge.staff.request(CLERK, requestId)
    assert.equal(detail.report, null)
    const [sent] = (await sides.center.ledger.submissionsOf({ requestId })).filter(
      ({ kind }) => kind === "report",
    )
    assert.equal(sent?.state, "failed")
  })
})
