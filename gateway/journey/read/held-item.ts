/**
 * Submissions of a study that are not verified and have no case yet: listed from their metadata, so that nobody waits for
 * images that are here. They cannot be opened. For what the hospital has taken back nobody waits.
 */
import { REFERENCE_TYPE } from "../../standards/xds/vocabulary.ts"
import { isTold } from "../cases/case-file.ts"
import { referenced } from "../metadata.ts"
import { agreementOf, carriesImages } from "../keep.ts"
import { way } from "../cases/milestones.ts"
import { submissionNotices } from "../cases/notices.ts"
import { questioned } from "./patient-ruling.ts"
import { patientOf } from "../submit/patient.ts"
import { isRecalled } from "../retain/recall.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { Notice } from "../views/notice.ts"
import type { WorkItem } from "../views/reading.ts"
import type { RequestText } from "../views/request.ts"
import type { World } from "../world.ts"

export const NOT_READ_YET: RequestText = {
  purpose: "",
  diagnosis: "",
  history: "",
  department: "",
  physician: "",
  setting: "outpatient",
  contrast: "",
  telephone: "",
}
const MINUTE_MS = 60_000

/** Newest first; what was accepted a moment ago and is being looked at is not among them. */
export async function heldItems(world: World): Promise<WorkItem[]> {
  const items = new Map<string, WorkItem>()
  for (const record of await world.ledger.unverifiedArrivals()) {
    if (!carriesImages(record.kind) || record.requestId === null || items.has(record.requestId)) continue
    if ((await world.ledger.request(record.requestId)) !== null) continue
    const study = await world.ledger.study(record.studyId ?? "")
    if (study !== null && isRecalled(study)) continue
    const jobs = (await world.ledger.jobsOf(record.id)).filter(isTold)
    const other = await questioned(world, record, study)
    const notices: Notice[] = [
      ...(other === null ? [] : [{ code: "other-patient", reason: null } as const]),
      ...submissionNotices(record),
      ...jobs.map((job): Notice => ({ code: "delayed", reason: job.failureCode })),
    ]
    if (notices.length === 0) continue
    const item = heldItem(world, record, record.requestId, notices)
    items.set(record.requestId, other === null ? item : { ...item, knownPatient: other.known })
  }
  return [...items.values()]
}

function heldItem(
  world: World,
  record: SubmissionRecord,
  requestId: string,
  notices: readonly Notice[],
): WorkItem {
  const agreement = agreementOf(world, record.agreement)
  const [entry] = record.private.submission?.documentEntries ?? []
  const at = record.acceptedAt ?? record.createdAt
  // The request is sealed among what is not verified: until it can be read it counts as the most urgent.
  const dueMinutes = agreement?.urgency.STAT.dueMinutes ?? 0
  const failed = record.state === "failed"
  return {
    requestId,
    // Nothing of the request can be read yet.
    telephoneOnResult: false,
    requestNumber: "",
    urgency: "STAT",
    dueAt: new Date(new Date(at).getTime() + dueMinutes * MINUTE_MS).toISOString(),
    requestedAt: at,
    state: failed ? "failed" : "created",
    patient: patientOf(entry?.sourcePatientInfo ?? []),
    study: {
      StudyInstanceUID: entry === undefined ? "" : (referenced(entry, REFERENCE_TYPE.study)[0] ?? ""),
      StudyDescription: "",
      modalities: [],
      bodyPart: "",
      studyDateTime: null,
      AccessionNumber: "",
      instances: 0,
      instancesExpected: null,
      bytes: record.bytesTotal,
    },
    hospital: agreement?.partner.name ?? "",
    request: NOT_READ_YET,
    way: way({
      received: at,
      receiving: false,
      sent: at,
      sending: null,
      arrived: null,
      arrivedHeld: !failed,
      reading: null,
      readingNow: false,
      reported: null,
      acknowledged: null,
      failure: failed ? { station: "arrived", code: record.failureCode ?? "", state: "fail" } : null,
    }),
    verification: record.private.verdict?.outcome ?? null,
    reader: null,
    reportStatus: null,
    notices,
  }
}
