/**
 * Assemble: decide when the instances of a study are all here; then which requests they are for, and whether they may
 * leave.
 *
 * DICOM gives a Storage SCP no end-of-study signal: C-STORE is per instance (PS3.4 B.2) and an association may
 * carry part of a study or several (PS3.7 9.1.1). We therefore wait for quiet.
 */
import { receivedAudit } from "./audit.ts"
import { bindStudy } from "./bind.ts"
import { BINDING } from "./locks.ts"
import type { JobRecord, StudyRecord } from "./records.ts"
import { next } from "./route.ts"
import type { Decision, Outcome } from "./run.ts"
import { openConflicts } from "./selection.ts"
import type { World } from "./world.ts"

/** What is known of one study's arrival. Times are instants (UTC). */
export interface Arrivals {
  readonly instances: number
  readonly lastArrival: Date
}

export type Assembly =
  | { readonly kind: "complete"; readonly instances: number }
  | { readonly kind: "waiting"; readonly until: Date }

/**
 * A study is complete when nothing arrived for `quietMs`.
 *
 * @param quietMs quiet period in milliseconds; 0 means "at once"
 * @param now     the present, from Clock
 */
export function assembly(arrivals: Arrivals, quietMs: number, now: Date): Assembly {
  const until = new Date(arrivals.lastArrival.getTime() + quietMs)
  return now < until ? { kind: "waiting", until } : { kind: "complete", instances: arrivals.instances }
}

/** What the edge adds to the world: how long a device is quiet before its study counts as complete. */
export type QuietPeriod = (callingAE: string) => number

/** The job: quiet? then bind to the requests that are there, and release for those that say so. */
export async function assemble(
  world: World,
  quietMsOf: QuietPeriod,
  job: JobRecord,
): Promise<Outcome | Decision> {
  const study = await world.ledger.study(job.subject)
  const step = study === null ? null : next("study", study.state, "quiet")
  if (study === null || step === null) return { changes: [] }
  const now = world.clock.now()
  const arrivals = { instances: study.instances, lastArrival: new Date(study.lastArrivalAt) }
  const result = assembly(arrivals, quietMsOf(study.callingAE), now)
  if (result.kind === "waiting") return { changes: [], again: { at: result.until, failureCode: null } }
  const conflicts = openConflicts(study, await world.ledger.instances(study.id)).length
  const complete: StudyRecord = { ...study, state: step.to, conflicts }
  const decide = async (): Promise<Outcome> => ({
    changes: [...(await bindStudy(world, complete)), receivedAudit(complete, now.toISOString())],
  })
  return { locks: [BINDING], decide }
}
