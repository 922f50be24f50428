/**
 * The account of a destruction at whoever destroys what a partner entrusted: begun before, while what is to go can still
 * be read, and finished when it has gone. A crash between the two leaves an account that is whole: there is one for each
 * slot, under a slot and a term of its own.
 */
import { REFERENCE_TYPE } from "../../standards/xds/vocabulary.ts"
import type { DestroyedSubmission } from "../../standards/notice/deletion-certificate.ts"
import { CERTIFICATES_MS, type Agreement } from "../agreement.ts"
import { takesNotices } from "../keep.ts"
import { isLive } from "../live-slot.ts"
import { mediaOf } from "../media/marks.ts"
import { referenced } from "../metadata.ts"
import type { Destruction, SlotId } from "../ports/spool.ts"
import type { CertificateRecord } from "../records/certificate.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { plan } from "../assemble/release.ts"
import { due } from "../run.ts"
import type { World } from "../world.ts"

/** What we say of a destruction; before copies outside our control are gone it is not "erased". */
export const ERASED_ONLINE =
  "erased online: key destroyed and read back, files removed; copies in backups end with the key epoch"

/** What is about to go. */
export interface Doomed extends Pick<CertificateRecord, "what" | "studyId" | "requestId" | "reason"> {
  readonly agreement: Agreement
  /** The first one names the account. */
  readonly slots: readonly [SlotId, ...SlotId[]]
  readonly whose: Omit<CertificateRecord["private"], "submissions" | "bytes" | "media">
  /** All that may have brought or taken something in these slots. */
  readonly submissions: readonly SubmissionRecord[]
}

/** To be committed before anything is destroyed; after a crash that came when it had begun, what was written then. */
export async function begunAccount(world: World, doomed: Doomed): Promise<CertificateRecord> {
  const { what, studyId, requestId, agreement, slots, whose } = doomed
  const begun = await world.ledger.certificate(slots[0])
  // While the slot lives nothing has gone, and there may be more in it than when the account was begun.
  if (begun !== null && !isLive(world, slots[0])) return begun
  const { submissions, bytes } = await objectsIn(world, doomed)
  const media = await mediaOf(
    world,
    doomed.submissions.filter(({ slotId }) => slots.includes(slotId)),
  )
  const now = world.clock.now()
  return {
    id: slots[0],
    agreement: agreement.id,
    what,
    ...(doomed.reason === undefined ? {} : { reason: doomed.reason }),
    studyId,
    requestId,
    at: now.toISOString(),
    objects: submissions.reduce((sum, { objects }) => sum + objects.length, 0),
    statement: ERASED_ONLINE,
    verdict: null,
    destruction: null,
    slotId: begun?.slotId ?? (await world.spool.createSlot("documents")),
    keepUntil: endOfCertificate(agreement, now).toISOString(),
    compared: [],
    private: { ...whose, submissions, bytes, ...(media.length === 0 ? {} : { media }) },
  }
}

/** The account with what was done, and the submission that takes it to whose data it was, if they read such. */
export function finishedAccount(world: World, begun: CertificateRecord, done: Destruction): Change[] {
  // Destroying is finished by doing it again, and then finds nothing to count: the account says what there was.
  const destruction: Destruction = {
    ...done,
    objects: Math.max(done.objects, begun.objects),
    bytes: Math.max(done.bytes, begun.private.bytes),
  }
  const certificate: CertificateRecord = { ...begun, at: done.at, objects: destruction.objects, destruction }
  const { agreement, slotId, studyId, requestId } = begun
  const planned: SubmissionRecord = {
    ...plan(world, { kind: "certificate", agreement, slotId }),
    studyId,
    requestId,
    answers: begun.id,
  }
  const leaves: Change[] = [
    { put: "submission", record: planned },
    due("package", planned.id, world.clock.now()),
  ]
  return [
    { put: "certificate", record: certificate },
    ...(takesNotices(world, agreement) ? leaves : []),
    due("expire", begun.id, new Date(begun.keepUntil)),
  ]
}

export const endOfCertificate = ({ retention }: Agreement, from: Date): Date =>
  new Date(from.getTime() + (retention.certificatesMs ?? CERTIFICATES_MS))

/** Every object once, under the submission that its other side knows it by. */
async function objectsIn(
  world: World,
  { slots, submissions }: Doomed,
): Promise<{ submissions: DestroyedSubmission[]; bytes: number }> {
  const seen = new Set<string>()
  const named: DestroyedSubmission[] = []
  let bytes = 0
  for (const each of submissions) {
    const documents = (await world.ledger.documents(each.id)).filter(
      ({ place }) => slots.includes(place.slotId) && !seen.has(place.objectId),
    )
    if (documents.length === 0 || each.submissionSetUid === "") continue
    for (const { place, sizeBytes } of documents) {
      seen.add(place.objectId)
      bytes += sizeBytes
    }
    const ids = instanceIds(each)
    const objects = documents.map(({ entryUUID, uniqueId, sha256 }) => ({
      id: ids.get(entryUUID) ?? uniqueId,
      sha256,
    }))
    named.push({ uniqueId: each.submissionSetUid, objects })
  }
  return { submissions: named, bytes }
}

/** entryUUID → SOP Instance UID: on the wire an instance has an id of its own (domain.md 3). */
function instanceIds({ private: { submission } }: SubmissionRecord): Map<string, string> {
  const entries = submission?.documentEntries ?? []
  return new Map(
    entries.flatMap((entry) =>
      referenced(entry, REFERENCE_TYPE.uniqueId).map((uid) => [entry.entryUUID, uid] as const),
    ),
  )
}
