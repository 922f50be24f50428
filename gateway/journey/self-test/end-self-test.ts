/**
 * The end of a self-test at either side: its slot is destroyed like any other, and the audit trail says so. Who answered ends
 * it when the report has left; who asked when the answer was looked at; both at the end of its term.
 */
import { audit } from "../audit.ts"
import { isLive, putSubmission } from "../live-slot.ts"
import type { Destruction } from "../ports/spool.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { destroyed } from "../retain/expire-study.ts"
import { next } from "../route.ts"
import type { Outcome } from "../run.ts"
import type { World } from "../world.ts"
import { PHANTOM_PATIENT, PHANTOM_TERM_MS, phantomStudyUid, submissionsOfTest } from "./phantom.ts"

/** How soon who answered looks whether the report has left. */
const LOOK_MS = 20_000

/** The `expire` job of a self-test; its subject is the test's id. */
export async function expireSelfTest(world: World, id: string): Promise<Outcome> {
  const all = await submissionsOfTest(world, id)
  const [first] = all
  if (first === undefined) return { changes: [] }
  const now = world.clock.now()
  const end = new Date(new Date(first.createdAt).getTime() + PHANTOM_TERM_MS)
  if (now < end && !hasAnswered(all)) {
    const soon = new Date(Math.min(end.getTime(), now.getTime() + LOOK_MS))
    const isAnswering = all.some(({ kind, direction }) => kind === "phantom" && direction === "in")
    return { changes: [], again: { at: isAnswering ? soon : end, failureCode: null } }
  }
  return { changes: (await endOfTest(world, id, all)).changes }
}

const hasAnswered = (all: readonly SubmissionRecord[]): boolean =>
  all.some(
    ({ kind, direction, state }) =>
      kind === "phantom-report" && direction === "out" && (state === "accepted" || state === "failed"),
  )

type Destroyed = Pick<Destruction, "objects" | "at">

/** Null = all were gone before. */
async function destroyedAll(world: World, slotIds: ReadonlySet<string>): Promise<Destroyed | null> {
  const all: Destroyed[] = []
  for (const slotId of slotIds) if (isLive(world, slotId)) all.push(await destroyed(world, slotId))
  const last = all.at(-1)
  return last === undefined
    ? null
    : { at: last.at, objects: all.reduce((sum, { objects }) => sum + objects, 0) }
}

/** Run again after a crash it finishes what was begun. */
export async function endOfTest(
  world: World,
  id: string,
  all: readonly SubmissionRecord[],
): Promise<{ readonly changes: readonly Change[]; readonly destruction: Destroyed | null }> {
  const destruction = await destroyedAll(world, new Set(all.map(({ slotId }) => slotId)))
  const at = destruction?.at ?? world.clock.now().toISOString()
  return {
    destruction,
    changes: [
      ...all.map((each) => putSubmission(world, given(each))),
      audit(`deleted/${id}/self-test`, {
        event: "study-deleted",
        outcome: "success",
        at,
        PatientID: PHANTOM_PATIENT.PatientID,
        StudyInstanceUID: phantomStudyUid(id),
        objectId: id,
        instances: destruction?.objects ?? null,
        description: "self-test: the phantom and its report",
      }),
    ],
  }
}

/** What has not come to its end does not go on. */
function given(record: SubmissionRecord): SubmissionRecord {
  const thing = record.direction === "out" ? "submission-out" : "submission-in"
  const step = record.state === "verified" ? null : next(thing, record.state, "unusable")
  return step === null ? record : { ...record, state: step.to, failureCode: "ERR_SELF_TEST_OVER" }
}
