/**
 * Assemble: decide when the instances of a study are all here; then which requests they are for, and whether they may
 * leave.
 *
 * DICOM gives a Storage SCP no end-of-study signal: C-STORE is per instance (PS3.4 B.2) and an association may
 * carry part of a study or several (PS3.7 9.1.1). We therefore wait for quiet.
 */
import { receivedAudit, type Came } from "../audit.ts"
import { bindStudy } from "./bind.ts"
import { completeness, signalsOf } from "./completeness.ts"
import { BINDING } from "../locks.ts"
import type { JobRecord } from "../records/job.ts"
import type { StudyRecord } from "../records/study.ts"
import { next } from "../route.ts"
import type { Decision, Outcome } from "../run.ts"
import { beginning } from "./early.ts"
import { openConflicts, selected } from "./selection.ts"
import { supplement } from "./supplement.ts"
import { rejectedOf } from "./withdrawn.ts"
import type { World } from "../world.ts"

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

/**
 * What the edge adds to the world: how long nothing comes, in milliseconds, before a study counts as complete: of a device,
 * by the modalities (0008,0060) of the study's first image.
 */
export type QuietPeriod = (callingAE: string, modalities: readonly string[]) => number

/** The two settings of a device, in milliseconds. */
export interface QuietSettings {
  readonly aeTitle: string
  readonly quietPeriod: number
  /** By Modality, where it is another. */
  readonly quietPeriods: Readonly<Partial<Record<string, number>>>
}

/** @param unknownMs of a device that is in no setting any more */
export function quietPeriods(devices: readonly QuietSettings[], unknownMs: number): QuietPeriod {
  const known = new Map(devices.map((each) => [each.aeTitle, each]))
  return (callingAE, modalities) => {
    const device = known.get(callingAE)
    if (device === undefined) return unknownMs
    const named = modalities.flatMap((each) => device.quietPeriods[each] ?? [])
    return named.length > 0 ? Math.max(...named) : device.quietPeriod
  }
}

/** What is known of whoever sends. */
export interface Senders {
  readonly quietMsOf: QuietPeriod
  /** Do its files come from outside the hospital, on media? */
  readonly isMedia: (callingAE: string) => boolean
  /** Do its images leave while the study still comes in? */
  readonly leavesEarly: (callingAE: string) => boolean
}

/**
 * The job: quiet? then bind to the requests that are there, and release for those that say so. What came after a study was
 * sent becomes a supplement.
 */
export async function assemble(world: World, senders: Senders, job: JobRecord): Promise<Outcome | Decision> {
  const study = await world.ledger.study(job.subject)
  const step = study === null ? null : next("study", study.state, "quiet")
  if (study === null || step === null) return { changes: [] }
  const now = world.clock.now()
  const arrivals = { instances: study.instances, lastArrival: new Date(study.lastArrivalAt) }
  const result = assembly(arrivals, senders.quietMsOf(study.callingAE, study.private.modalities), now)
  if (result.kind === "waiting")
    return whileComing(world, study, senders.leavesEarly(study.callingAE), result.until)
  const complete: StudyRecord = { ...(await lookedAt(world, study)), state: step.to }
  const came = howItCame(study, senders)
  return study.state === "arriving"
    ? bound(world, complete, came)
    : supplemented(world, { before: study, study: complete, came })
}

/** Until it is quiet; what may leave before begins to. */
function whileComing(world: World, study: StudyRecord, leavesEarly: boolean, until: Date): Decision {
  return {
    locks: [BINDING],
    decide: async () => ({
      changes: await beginning(world, study, leavesEarly),
      again: { at: until, failureCode: null },
    }),
  }
}

function howItCame({ callingAE, state }: StudyRecord, { isMedia }: Senders): Came {
  if (isMedia(callingAE)) return "media-imported"
  return state === "arriving" ? "instances-received" : "instances-added"
}

/** What the images themselves say once nothing more comes: what is missing, what was withdrawn, what contradicts itself. */
export async function lookedAt(world: World, study: StudyRecord): Promise<StudyRecord> {
  const instances = await world.ledger.instances(study.id)
  const rejected = await rejectedOf(world, study, instances)
  const looked: StudyRecord = { ...study, private: { ...study.private, rejected } }
  return {
    ...looked,
    conflicts: openConflicts(looked, instances).length,
    counting: selected(looked, instances).length,
    completeness: completeness(await signalsOf(world, looked, instances), instances),
  }
}

function bound(world: World, complete: StudyRecord, came: Came): Decision {
  const at = world.clock.now().toISOString()
  return {
    locks: [BINDING],
    decide: async () => ({
      changes: [...(await bindStudy(world, complete)), receivedAudit(complete, at, came)],
    }),
  }
}

/** How often it is looked again while what went before is on its way. */
const ARRIVAL_LOOK_MS = 60_000

/** Of a study that was sent: what came late, or was withdrawn since. */
async function supplemented(
  world: World,
  { before, study, came }: { readonly before: StudyRecord; readonly study: StudyRecord; readonly came: Came },
): Promise<Outcome> {
  const now = world.clock.now()
  const { changes, waits, leaves } = await supplement(world, study, false)
  if (!waits) return { changes: [...changes, receivedAudit(study, now.toISOString(), came)] }
  const isNews = leaves || JSON.stringify(study) !== JSON.stringify(before)
  return {
    changes: isNews ? changes : [],
    again: { at: new Date(now.getTime() + ARRIVAL_LOOK_MS), failureCode: null },
  }
}
