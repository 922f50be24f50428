/**
 * A study was taken back by its hospital: the copy here is destroyed by the procedure of expiry, with a certificate home,
 * verified or not.
 */
import { readRecall } from "../../standards/notice/recall.ts"
import { found } from "../desk-guards.ts"
import { carriesImages, isErased } from "../keep.ts"
import { readWhole } from "../read-whole.ts"
import { askedFor, closed } from "./recall.ts"
import type { Change } from "../records/ledger.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { next } from "../route.ts"
import { due } from "../run.ts"
import { sameSubject } from "../same-subject.ts"
import type { EffectOf } from "../verify/verify.ts"
import type { World } from "../world.ts"

/** The copy here is destroyed at once, and its cases leave the work list; a signed report stays what it is. */
export const recallEffect: EffectOf = async (world, record, documents) => {
  const document = found(
    documents.find((each) => each.role === "recall"),
    "recall in this submission",
  )
  const said = readRecall(await readWhole(world.spool, document.place))
  const asked = (await world.ledger.request(record.requestId ?? ""))?.private
  sameSubject("recall", {
    StudyInstanceUID: said.StudyInstanceUID === (asked?.StudyInstanceUID ?? (await uidOf(world, record))),
    "request number": asked === undefined || said.requestNumber === asked.requestNumber,
  })
  return { signature: null, follow: () => takenBack(world, record, said.at) }
}

/** Where it was never verified there is no case: its images say which study it is, or the account of their destruction. */
async function uidOf(world: World, { studyId }: SubmissionRecord): Promise<string> {
  const study = found(await world.ledger.study(studyId ?? ""), "study")
  const [account] = await world.ledger.certificatesOfStudy(study.id)
  return (isErased(study) ? account : study)?.private.StudyInstanceUID ?? ""
}

async function takenBack(
  world: World,
  { studyId }: SubmissionRecord,
  at: string,
): Promise<readonly Change[]> {
  const study = found(await world.ledger.study(studyId ?? ""), "study")
  const cases = (await askedFor(world, study)).map((each) => closed(each, at))
  const step = next("study", study.state, "recall")
  if (step === null) return cases
  const now = world.clock.now()
  const record: StudyRecord = {
    ...study,
    state: step.to,
    recalledAt: at,
    keepUntil: now.toISOString(),
    arriving: null,
  }
  const submissions = await world.ledger.submissionsOf({ studyId: study.id })
  return [
    { put: "study", record },
    due("expire", study.id, now),
    ...cases,
    ...submissions.flatMap(withoutEffect),
  ]
}

/** What of it was not verified yet is not waited for. */
function withoutEffect(record: SubmissionRecord): Change[] {
  if (record.direction !== "in" || !carriesImages(record.kind)) return []
  const step = next("submission-in", record.state, "recalled")
  if (step === null) return []
  const failed: SubmissionRecord = { ...record, state: step.to, failureCode: "ERR_INSTANCE_RECALLED" }
  return [{ put: "submission", record: failed }]
}
