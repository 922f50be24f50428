/**
 * What a ledger from a backup still names and was destroyed since: its end is written down again. Left as they are, such
 * rows would be tried in vain for ever: nothing of them opens, and nothing can be sealed under a slot that is gone.
 */
import { audit } from "../audit.ts"
import type { SlotId, Spool } from "../ports/spool.ts"
import type { Change } from "../records/ledger.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { next } from "../route.ts"
import type { Stores } from "../world.ts"

export interface Gone {
  readonly studies: number
  readonly requests: number
  readonly submissions: number
}

const EVERY = Number.MAX_SAFE_INTEGER

/** What the ledger names and whose key is not in the spool; the submissions are all those for or with it. */
export async function goneIn({ ledger }: Stores, spool: Pick<Spool, "slots">) {
  const live: ReadonlySet<SlotId> = new Set(spool.slots.map(({ slotId }) => slotId))
  const isGone = ({ slotId }: { readonly slotId: SlotId }): boolean => !live.has(slotId)
  // What was joined to another study has no slot of its own any more.
  const studies = (await ledger.studies(EVERY)).filter((each) => each.joinedTo === undefined && isGone(each))
  const requests = [...(await ledger.openRequests()), ...(await ledger.finishedRequests(EVERY))].filter(
    isGone,
  )
  const submissions = new Map<string, SubmissionRecord>()
  for (const { id } of studies)
    for (const each of await ledger.submissionsOf({ studyId: id })) submissions.set(each.id, each)
  for (const { id } of requests)
    for (const each of await ledger.submissionsOf({ requestId: id })) submissions.set(each.id, each)
  return { studies, requests, submissions: [...submissions.values()].filter(isGone) }
}

/** @param isSpoolLost nothing of it was destroyed: it went with the spool, and what answers it may still come */
export async function settleGone(world: Stores, spool: Spool, isSpoolLost = false): Promise<Gone> {
  const { studies, requests, submissions } = await goneIn(world, spool)
  const at = world.clock.now().toISOString()
  const changes = {
    studies: studies.map((each) => goneStudy(each, at, isSpoolLost ? LOST : SINCE)),
    requests: requests.flatMap((each) => goneRequest(each, at, isSpoolLost)),
    submissions: submissions.flatMap(goneSubmission),
  }
  const all = [...changes.studies.flat(), ...changes.requests.flat(), ...changes.submissions]
  if (all.length > 0) await world.ledger.commit(all)
  return {
    studies: studies.length,
    requests: changes.requests.length,
    submissions: changes.submissions.length,
  }
}

const SINCE = "found destroyed: its key was gone when an older ledger was put back"

const LOST = "lost with its spool: nothing of it was destroyed here, and no backup has its key"

/** Went with the spool, and had not ended before. */
export const isLost = ({ lostAt, state }: RequestRecord): boolean =>
  lostAt !== undefined && state === "exited"

function goneStudy(study: StudyRecord, at: string, description: string): Change[] {
  const to = next("study", study.state, "gone")?.to ?? study.state
  return [
    { put: "study", record: { ...study, state: to }, slotGone: true },
    { remove: "instances", studyId: study.id },
    // The row of the destruction itself has this key too: where it is in the trail already, it stays the only one.
    audit(`deleted/${study.id}`, {
      event: "study-deleted",
      outcome: "success",
      at,
      objectId: study.slotId,
      instances: study.instances,
      description,
    }),
  ]
}

/** One list of changes for each request that is not over already. */
function goneRequest(request: RequestRecord, at: string, isSpoolLost: boolean): Change[][] {
  const step = next("case", request.state, "term")
  if (step === null) return []
  const gone: RequestRecord = { ...request, state: step.to, ...(isSpoolLost ? { lostAt: at } : {}) }
  return [
    [
      { put: "request", record: gone, slotGone: true },
      audit(`deleted/${request.id}`, {
        event: "report-deleted",
        outcome: "success",
        at,
        objectId: request.id,
        description: isSpoolLost ? LOST : SINCE,
      }),
    ],
  ]
}

/** What is not at its end can neither be sent nor judged. */
function goneSubmission(record: SubmissionRecord): Change[] {
  const step =
    record.direction === "out"
      ? next("submission-out", record.state, "unusable")
      : next("submission-in", record.state, "unusable")
  if (step === null) return []
  return [
    {
      put: "submission",
      record: { ...record, state: step.to, failureCode: "ERR_SLOT_GONE" },
      slotGone: true,
    },
  ]
}
