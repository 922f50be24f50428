/**
 * Stamp: a report that was signed and left while no time-stamp authority answered gets its stamp as soon as one does: over the
 * very signature, of which nothing is made anew, and never of an earlier time than the stamp's own. Then the signature document
 * alone is sent once more, in the place of the first one (RPLC, `stamp-contents.ts`); text and sheet stay as they were signed.
 */
import { plan } from "../assemble/release.ts"
import { audit } from "../audit.ts"
import { MIME } from "../codes.ts"
import { uuidOid } from "../ids.ts"
import { agreementOf, takesNotices } from "../keep.ts"
import type { SealedObject } from "../ports/spool.ts"
import { readWhole } from "../read-whole.ts"
import type { JobRecord } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { due, type Decision, type Outcome } from "../run.ts"
import type { World } from "../world.ts"
import { sealBytes } from "./pack.ts"
import { documentOf, ownedDocument, signatureOwner, type ReportDocument } from "./report-documents.ts"
import { lacksStamp } from "./pending-stamps.ts"
import { formOf, withStamp } from "./sign.ts"
import { sha256Hex } from "../../standards/sha256.ts"

/** Whoever makes the submission of a report asks for its stamp: until that is done there is nothing to add to. */
const UNMADE_LOOK_MS = 60_000

/** @throws TimeStampError: then it is tried again, sooner where nobody answers than where a wrong answer came */
export async function stamp(world: World, job: JobRecord): Promise<Outcome | Decision> {
  const report = await world.ledger.report(job.subject)
  if (report === null || !lacksStamp(report)) return { changes: [] }
  const sent = await world.ledger.submission(report.submissionId ?? "")
  const later = new Date(world.clock.now().getTime() + UNMADE_LOOK_MS)
  if (sent?.submissionSetUid === "") return { changes: [], again: { at: later, failureCode: null } }
  const signed = await readWhole(world.spool, documentOf(report, "signature").place)
  const agreement = agreementOf(world, report.agreement)
  const xml = await withStamp(world, signed, formOf(agreement), world.trust.report(agreement))
  const object = await keptBeside(world, report, xml)
  return {
    locks: [report.requestId],
    decide: async () => {
      // Staff at the hospital may have received it meanwhile, or its submission been made anew, with its stamp.
      const fresh = await world.ledger.report(report.id)
      if (fresh !== null && lacksStamp(fresh)) return { changes: stamped(world, fresh, object, xml) }
      await world.spool.discardSegment(object.place.slotId, object.place.segmentId)
      return { changes: [] }
    },
  }
}

/** Under an id of its own: other octets than those that left. */
function stamped(
  world: World,
  report: ReportRecord,
  { place }: SealedObject,
  xml: Uint8Array,
): readonly Change[] {
  const at = world.clock.now()
  const sha256 = sha256Hex(xml)
  const signature: ReportDocument = { role: "signature", uniqueId: uuidOid(world.chance), place, sha256 }
  const documents = report.private.documents.map((each) => (each.role === "signature" ? signature : each))
  const record: ReportRecord = {
    ...report,
    stampedAt: at.toISOString(),
    private: { ...report.private, documents },
  }
  return [
    { put: "report", record },
    ownedDocument(signatureOwner(report.id), 1, signature),
    ...sentAfter(world, record),
    audit(`stamped/${report.id}`, {
      event: "signed",
      outcome: "success",
      at: at.toISOString(),
      objectId: report.id,
      description: `time stamp added to the signature of ${report.signedAt ?? ""}, which left without one`,
    }),
  ]
}

/** Nothing to a partner that was sent no signature. */
function sentAfter(world: World, report: ReportRecord): readonly Change[] {
  const { agreement, slotId, studyId, requestId } = report
  if (!takesNotices(world, agreement)) return []
  const record: SubmissionRecord = {
    ...plan(world, { kind: "stamp", agreement, slotId }),
    studyId,
    requestId,
    reportId: report.id,
  }
  return [{ put: "submission", record }, due("package", record.id, world.clock.now())]
}

async function keptBeside(world: World, { slotId }: ReportRecord, xml: Uint8Array): Promise<SealedObject> {
  const segment = await world.spool.openSegment(slotId, "reserved")
  try {
    const what = { uniqueId: uuidOid(world.chance), SOPClassUID: "", mimeType: MIME.xml }
    const object = await sealBytes(world, { StudyInstanceUID: "" }, what, xml, segment)
    await segment.sync()
    return object
  } finally {
    await segment.close()
  }
}
