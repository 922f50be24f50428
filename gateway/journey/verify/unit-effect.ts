/**
 * A unit that arrived: it takes no effect by itself, its images wait for the manifest. What it announces is told to whoever
 * waits for the study; where the agreement wants the patient's consent, a unit whose own does not hold is refused.
 */
import { readAnnouncement, type Announcement } from "../../standards/notice/announcement.ts"
import { found } from "../desk-guards.ts"
import { plain } from "../metadata.ts"
import { readWhole } from "../read-whole.ts"
import type { Change } from "../records/ledger.ts"
import type { AnnouncedDelivery, StudyRecord } from "../records/study.ts"
import type { DocumentRecord, SubmissionRecord } from "../records/submission.ts"
import { isRecalled } from "../retain/recall.ts"
import { due } from "../run.ts"
import { patientIdOf, sameSubject } from "../same-subject.ts"
import { checkConsentDocument } from "./consent.ts"
import { holds, type EffectOf } from "./verify.ts"
import type { World } from "../world.ts"

export const unitEffect: EffectOf = async (world, record, documents, agreement) => {
  const [entry] = record.private.submission?.documentEntries ?? []
  // Whether all of them name the same patient is asked when the delivery closes.
  await checkConsentDocument(world, documents, agreement, {
    isNumber: (PatientID) => plain(PatientID) === patientIdOf(entry),
    idRoot: agreement.patientIdDomain,
  })
  const said = await announcement(world, documents)
  const images = documents.filter(({ role }) => role === "instance").length
  return {
    signature: null,
    follow: async (outcome) => {
      if (!holds(outcome)) return []
      return [...(await announced(world, record, said, images)), ...(await closingAfter(world, record))]
    },
  }
}

async function announcement(
  world: World,
  documents: readonly DocumentRecord[],
): Promise<Announcement | null> {
  const document = documents.find(({ role }) => role === "announcement")
  return document === undefined ? null : readAnnouncement(await readWhole(world.spool, document.place))
}

async function announced(
  world: World,
  { studyId, requestId }: SubmissionRecord,
  said: Announcement | null,
  images: number,
): Promise<readonly Change[]> {
  const study = found(await world.ledger.study(studyId ?? ""), "study")
  if (said === null || requestId === null || isRecalled(study)) return []
  sameSubject("announcement", { StudyInstanceUID: said.StudyInstanceUID === study.private.StudyInstanceUID })
  return [{ put: "study", record: { ...study, arriving: arriving(study, requestId, said, images) } }]
}

/** Of one delivery; a new one is counted from its first unit on. */
function arriving(
  { arriving: before }: StudyRecord,
  requestId: string,
  { delivery, images: expected, urgency, requestedAt, dueAt }: Announcement,
  images: number,
): AnnouncedDelivery {
  const here = before?.delivery === delivery ? before.here + images : images
  return {
    requestId,
    delivery,
    here,
    expected: Math.max(here, expected),
    urgency,
    requestedAt,
    dueAt,
  }
}

/** What closes the delivery may be here already, and wait for this one. */
async function closingAfter(world: World, { requestId }: SubmissionRecord): Promise<readonly Change[]> {
  const beside = requestId === null ? [] : await world.ledger.submissionsOf({ requestId, kind: "study" })
  const waiting = beside.filter(({ direction, state }) => direction === "in" && state === "accepted")
  return waiting.map(({ id }) => due("verify", id, world.clock.now()))
}
