/** Custody: what was received and checked is ours from this commit on (RegistryResponse Success). */
import { envelopeSuffix } from "../../standards/cms/auth-enveloped-data.ts"
import type { DocumentEntry } from "../../standards/xds/submission.ts"
import { importAudit } from "../audit.ts"
import { uuid } from "../ids.ts"
import { assertedOf, cameOnOf, marked, type Inbound } from "./inbound.ts"
import type { Landing } from "./landed.ts"
import { sendScout } from "../submit/line-up.ts"
import { holding } from "../locks.ts"
import type { SealedObject, SegmentId } from "../ports/spool.ts"
import type { Change } from "../records/ledger.ts"
import type { DocumentRecord, DocumentRole, SubmissionRecord } from "../records/submission.ts"
import { take } from "../route.ts"
import { due } from "../run.ts"
import type { Transmitted } from "./transmitted.ts"
import type { World } from "../world.ts"

export interface Received {
  readonly entry: Pick<DocumentEntry, "uniqueId" | "entryUUID">
  /** uniqueId of the ZIP it came in; absent = it came by itself. */
  readonly within?: string
  readonly sent: Transmitted
  readonly role: DocumentRole
  readonly object: SealedObject
}

/** One commit: study, submission, documents, audit, and the job that verifies. Durable when it resolves: then Success is said. */
export async function takeCustody(
  world: World,
  inbound: Inbound,
  place: Landing,
  segmentId: SegmentId,
  received: readonly Received[],
): Promise<void> {
  const at = world.clock.now()
  const accepted: SubmissionRecord = {
    id: uuid(world.chance),
    direction: "in",
    kind: inbound.kind,
    agreement: inbound.agreement.id,
    state: take("submission-in", "-", "accept"),
    studyId: place.studyId,
    requestId: place.requestId,
    reportId: null,
    answers: place.states,
    submissionSetUid: inbound.submission.submissionSet.uniqueId,
    slotId: place.slotId,
    segmentId,
    attempts: 0,
    failureCode: null,
    createdAt: at.toISOString(),
    acceptedAt: at.toISOString(),
    verifiedAt: null,
    bytesTotal: received.reduce((sum, each) => sum + each.sent.sizeBytes, 0),
    private: { submission: inbound.submission, verdict: null, ...assertedOf(inbound), ...cameOnOf(inbound) },
  }
  const documents = received.map((each, ordinal): Change => ({
    put: "document",
    record: documentRecord(accepted.id, ordinal, each),
  }))
  const kept = async (): Promise<void> =>
    world.ledger.commit([
      ...(await place.changes()),
      { put: "submission", record: accepted },
      ...documents,
      importAudit(world, accepted, "success", at.toISOString(), inbound.onMedium),
      ...marked(accepted, inbound, at.toISOString()),
      due("verify", accepted.id, at),
      ...(await sendScout(world, inbound.agreement.id)),
    ])
  // What ends a study or a request reads it under this lock: it comes before and is seen, or after and sees this.
  await holding(world.locks, [place.owner], kept)
}

/** A receiver keeps no RecipientInfo: prefix stays empty, the tag is in the trailer. */
function documentRecord(
  submissionId: string,
  ordinal: number,
  { entry, within, sent, role, object }: Received,
): DocumentRecord {
  return {
    submissionId,
    ordinal,
    role,
    ...(within === undefined ? {} : { within }),
    uniqueId: entry.uniqueId,
    entryUUID: entry.entryUUID,
    place: object.place,
    hash: sent.hash,
    sizeBytes: sent.sizeBytes,
    sha256: Buffer.from(object.facts.sha256).toString("hex"),
    clearMimeType: object.facts.meta.mimeType,
    private: {
      envelopePrefix: "",
      envelopeSuffix: Buffer.from(envelopeSuffix(object.facts.tag)).toString("base64"),
    },
  }
}
