/**
 * Split: images that the line cuts again and again. A retry is byte-identical, so a submission that is too large for a line
 * that breaks so often would never get through: it is given up, and its images leave in smaller ones.
 */
import { plan } from "../assemble/release.ts"
import { exportAudit } from "../audit.ts"
import type { SubmissionError } from "../errors.ts"
import { agreementOf, carriesImages } from "../keep.ts"
import { putSubmission } from "../live-slot.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { take } from "../route.ts"
import { due } from "../run.ts"
import type { World } from "../world.ts"

/** So often the line may break under a submission as it is; a partner that is not reached says nothing of its size. */
const CUTS_WHOLE = 3

/** It broke once more. Made for a line that carried more, or held longer, than this one: as it is it may never get through. */
export async function isTooLarge(
  world: World,
  { id, kind, partOf, unanswered = 0, agreement, bytesTotal }: SubmissionRecord,
): Promise<boolean> {
  if (!carriesImages(kind) || unanswered + 1 < CUTS_WHOLE) return false
  const terms = agreementOf(world, agreement)
  if (terms?.units !== "adaptive") return false
  if (bytesTotal < 2 * world.pace.unitBytes(agreement, terms.line.inFlight)) return false
  // What was closed for a medium names it as it is.
  if (partOf !== undefined && (await world.ledger.submission(partOf))?.state !== "planned") return false
  const images = (await world.ledger.documents(id)).filter(({ role }) => role === "instance")
  return images.length > 1
}

/** Should it have arrived after all: of a unit nothing will name it there, and of a whole study the same images are kept once. */
export function split(world: World, given: SubmissionRecord, { code }: SubmissionError): Change[] {
  const { partOf, ...record } = given
  const state = take("submission-out", record.state, "split")
  const apart: SubmissionRecord = { ...record, state, unanswered: CUTS_WHOLE, failureCode: code }
  const now = world.clock.now()
  return [
    putSubmission(world, apart),
    exportAudit(world, apart, "minor", now.toISOString()),
    ...(partOf === undefined ? anew(world, record) : [due("package", partOf, now)]),
  ]
}

/** The same release of the study for the same request, with its place in the line: it will not fit one unit now. */
function anew(world: World, given: Omit<SubmissionRecord, "partOf">): Change[] {
  const {
    kind,
    agreement,
    slotId,
    studyId,
    requestId,
    bytesTotal,
    createdAt,
    releasedAt,
    private: before,
  } = given
  const said = { ...before, submission: null, verdict: null }
  const planned = plan(world, { kind, agreement, slotId })
  // What came after that release still waits for its own.
  const release = releasedAt === undefined ? {} : { releasedAt }
  const record = { ...planned, studyId, requestId, bytesTotal, createdAt, ...release, private: said }
  return [{ put: "submission", record }, due("package", record.id, world.clock.now())]
}
