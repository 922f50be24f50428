/** A reading case at the reading centre: opened by the study and request that were verified. */
import type { ReadingRequest } from "../../standards/request/request-content.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { requestTextOf } from "../submit/request-document.ts"
import { next, take } from "../route.ts"
import { sameSubject } from "../same-subject.ts"
import { withStudy } from "../subject.ts"
import type { World } from "../world.ts"

/** The case with this study; one that is read already stays where it is. Called under the request's lock. */
export async function openedCase(
  world: World,
  { agreement, requestId }: SubmissionRecord,
  asked: ReadingRequest,
  study: StudyRecord,
): Promise<RequestRecord> {
  const known = requestId === null ? null : await world.ledger.request(requestId)
  const { PatientID } = study.private.patient
  sameSubject("request", { PatientID: known === null || known.private.patient.PatientID === PatientID })
  const request = known ?? (await newCase(world, agreement, asked, study))
  const named = asked.studies.find((each) => each.StudyInstanceUID === study.private.StudyInstanceUID)
  const bound = withStudy(request, study, named?.role ?? "target")
  return { ...bound, state: next("case", request.state, "verified")?.to ?? request.state }
}

/** Hospitals use their request numbers again: a case is known by the request's own id. */
async function newCase(
  world: World,
  agreement: string,
  asked: ReadingRequest,
  { private: header }: StudyRecord,
): Promise<RequestRecord> {
  return {
    id: asked.requestId,
    version: asked.version,
    agreement,
    state: take("case", "-", "request"),
    urgency: asked.urgency.code,
    dueAt: asked.urgency.dueAt,
    requestedAt: asked.requestedAt,
    slotId: await world.spool.createSlot("documents"),
    studies: [],
    telephoneOnResult: asked.urgency.telephoneOnResult,
    urgencyHistory: asked.urgency.history,
    releaseWhenComplete: false,
    keepUntil: world.clock.now().toISOString(),
    readerId: null,
    readerName: "",
    private: {
      requestNumber: asked.requestNumber,
      patient: header.patient,
      text: requestTextOf(asked),
      StudyInstanceUID: header.StudyInstanceUID,
      AccessionNumber: header.AccessionNumber,
      enteredBy: "",
    },
  }
}
