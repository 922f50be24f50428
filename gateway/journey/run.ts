/**
 * The one runner: takes due jobs, lets the verb's step decide, and commits state, next job and audit row in one
 * transaction. A crash anywhere leaves the job where it was, so every step must stand being run again.
 */
import { DokueiError, type ErrorCode } from "./errors.ts"
import type { JobQueue } from "./records/line.ts"
import type { JobRecord, Verb } from "./records/job.ts"
import type { Change, Ledger } from "./records/ledger.ts"
import type { AuditTrail } from "./ports/audit.ts"
import type { Chance, Clock } from "./ports/time.ts"
import { holding, type Locks } from "./locks.ts"

/** What a step decided. `again` keeps the job for a later time instead of removing it. */
export interface Outcome {
  readonly changes: readonly Change[]
  readonly again?: {
    readonly at: Date
    readonly failureCode: ErrorCode | null
    /** It would go if there were a place on the line: who leaves one calls it before its time. */
    readonly forPlace?: true
  }
  /** Why it did not do what it should; for the log. */
  readonly fault?: unknown
}

/**
 * A step that writes more than its own subject first looks, as long as it takes, and then decides while nobody else
 * writes those things: `decide` reads them anew. Locks in the order of locks.ts.
 */
export interface Decision {
  readonly locks: readonly (string | null)[]
  decide(): Promise<Outcome>
}
export type Step = (job: JobRecord) => Promise<Outcome | Decision>

/** Waiting is I/O: the composition root gives it. Resolves early when the signal aborts. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>

export interface RunnerParts {
  readonly ledger: Ledger
  readonly trail: AuditTrail
  readonly clock: Clock
  readonly chance: Chance
  readonly locks: Locks
  readonly steps: Readonly<Record<Verb, Step>>
  readonly wait: Wait
  /** Agreements under which everything goes over the one connection that the partner holds. Absent = none. */
  readonly oneConnection?: ReadonlySet<string>
  /** No step is run; what is to be told goes on to the audit trail. Absent = it works. */
  readonly isFrozen?: boolean
  /** A step failed; `null` = the runner's own business did (ledger or trail): it looks again a little later. */
  readonly onFailure: (job: JobRecord | null, error: unknown) => void
}

export interface Runner {
  /** Something was committed that may be due. */
  wake(): void
  /** Lets running steps end, takes no new ones. */
  stop(): Promise<void>
}

/** Of what works here. */
const CONCURRENT_JOBS = 4
/** Of what waits for a line: a partner that takes minutes to answer holds up neither what works here nor other partners. */
const CONCURRENT_SENDINGS = 16
const SENDINGS_TO_A_PARTNER = 8
/** One goes, the next is ready for its turn: more would only wait in a place that others need. */
const SENDINGS_OVER_ONE_CONNECTION = 2
/** Name of the line of what works here (JobQueue). */
const WORKS_HERE = ""
/** Whenever it is due. */
const LAST_OF_ALL = "9999"
const LONGEST_SLEEP_MS = 5_000
const AUDIT_BATCH = 256
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 300_000
const PERMANENT_RETRY_MS = 3_600_000

export const jobId = (verb: Verb, subject: string): string => `${verb}/${subject}`

/** A job due at once (or at `at`). */
export function due(verb: Verb, subject: string, at: Date): Change {
  const record = {
    id: jobId(verb, subject),
    verb,
    subject,
    runAt: at.toISOString(),
    attempts: 0,
    failureCode: null,
  }
  return { put: "job", record }
}

/** Exponential back-off with full jitter: peers of one outage do not come back in step. */
export function retryAt(now: Date, attempts: number, chance: Chance): Date {
  const ceiling = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts, 16))
  const [a = 0, b = 0] = chance.bytes(2)
  const share = (a * 256 + b) / 65_535
  return new Date(now.getTime() + Math.max(FIRST_RETRY_MS / 4, ceiling * share))
}

export function startRunner(parts: RunnerParts): Runner {
  const stopping = new AbortController()
  const running = new Map<string, Running>()
  let sleep = new AbortController()
  const wake = (): void => sleep.abort()

  const rest = (job: JobRecord | null, error: unknown): Promise<void> => {
    parts.onFailure(job, error)
    return parts.wait(FIRST_RETRY_MS, stopping.signal)
  }
  const takeDueJobs = async (): Promise<void> => {
    for (const { job, queue } of await dueByQueue(parts, running)) {
      if (freePlaces(parts, queue.line, running) < 1) continue
      const work = runJob(parts, job)
        // Not even the failure could be written: the job is due still, and held back here meanwhile.
        .catch((error: unknown) => rest(job, error))
        .finally(() => {
          running.delete(job.id)
          wake()
        })
      running.set(job.id, { line: queue.line, work })
    }
  }
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      sleep = new AbortController()
      try {
        await takeDueJobs()
        await deliverAudit(parts)
        await parts.wait(await sleepMs(parts, running), AbortSignal.any([sleep.signal, stopping.signal]))
      } catch (error) {
        await rest(null, error)
      }
    }
  }
  const ended = loop()
  return {
    wake,
    stop: async () => {
      stopping.abort()
      await ended
      await Promise.all([...running.values()].map(({ work }) => work))
      // What cannot be delivered now waits in the outbox for the next start.
      await deliverAudit(parts).catch((error: unknown) => parts.onFailure(null, error))
    },
  }
}

interface Running {
  readonly line: string
  readonly work: Promise<void>
}
type RunningJobs = ReadonlyMap<string, Running>
/** A queue of a line that has places, and how many. */
interface OpenQueue {
  readonly queue: JobQueue
  readonly places: number
}
type PlaceParts = Pick<RunnerParts, "ledger" | "oneConnection" | "isFrozen">

/**
 * How many more may begin. A line whose jobs all wait for a silent partner takes no place from the others: each has one that
 * is its own, however many sendings there are in all.
 */
function freePlaces({ oneConnection }: PlaceParts, line: string, running: RunningJobs): number {
  const lines = [...running.values()].map((each) => each.line)
  const here = lines.filter((each) => each === WORKS_HERE).length
  if (line === WORKS_HERE) return CONCURRENT_JOBS - here
  const toPartner = lines.filter((each) => each === line).length
  const most = oneConnection?.has(line) === true ? SENDINGS_OVER_ONE_CONNECTION : SENDINGS_TO_A_PARTNER
  const inAll = CONCURRENT_SENDINGS - (lines.length - here)
  return Math.min(most - toPartner, toPartner === 0 ? Math.max(inAll, 1) : inAll)
}

async function openQueues(parts: PlaceParts, running: RunningJobs): Promise<readonly OpenQueue[]> {
  if (parts.isFrozen === true) return []
  const queues = await parts.ledger.jobQueues()
  return queues
    .map((queue) => ({ queue, places: freePlaces(parts, queue.line, running) }))
    .filter(({ places }) => places > 0)
}

/** What may begin, most urgent first, then as it became due: of each queue no more than its line has places. */
async function dueByQueue(
  parts: PlaceParts & Pick<RunnerParts, "clock">,
  running: RunningJobs,
): Promise<readonly { readonly job: JobRecord; readonly queue: JobQueue }[]> {
  const now = parts.clock.now().toISOString()
  const without = [...running.keys()]
  const found = await Promise.all(
    (await openQueues(parts, running)).map(async ({ queue, places }) => {
      const jobs = await parts.ledger.dueJobs(now, places, { ...queue, without })
      return jobs.map((job) => ({ job, queue }))
    }),
  )
  return found
    .flat()
    .sort((a, b) => a.queue.rank.localeCompare(b.queue.rank) || a.job.runAt.localeCompare(b.job.runAt))
}

/** Until the next job that has a place is due; jobs already running wake us themselves when they end. */
async function sleepMs(parts: RunnerParts, running: RunningJobs): Promise<number> {
  const without = [...running.keys()]
  const first = await Promise.all(
    (await openQueues(parts, running)).map(({ queue }) =>
      parts.ledger.dueJobs(LAST_OF_ALL, 1, { ...queue, without }),
    ),
  )
  const times = first.flat().map(({ runAt }) => new Date(runAt).getTime() - parts.clock.now().getTime())
  return Math.min(Math.max(Math.min(...times), 0), LONGEST_SLEEP_MS)
}

/**
 * One job: its step, and the one commit of what the step decided. The failure is written under the same lock: it must
 * not replace a job somebody put meanwhile.
 */
export function runJob(parts: RunnerParts, job: JobRecord): Promise<void> {
  const commit = async (outcome: Outcome): Promise<void> => {
    await parts.ledger.commit([...outcome.changes, afterwards(job, outcome)])
    if (outcome.fault !== undefined) parts.onFailure(job, outcome.fault)
  }
  return parts.locks.with(job.subject, async () => {
    try {
      const said = await parts.steps[job.verb](job)
      if ("changes" in said) await commit(said)
      else {
        const others = said.locks.filter((key) => key !== job.subject)
        await holding(parts.locks, others, async () => commit(await said.decide()))
      }
    } catch (error) {
      parts.onFailure(job, error)
      await parts.ledger.commit([{ put: "job", record: failed(parts, job, error) }])
    }
  })
}

function afterwards(job: JobRecord, outcome: Outcome): Change {
  if (outcome.again === undefined) return { remove: "job", id: job.id, runAt: job.runAt }
  const { at, failureCode, forPlace } = outcome.again
  const attempts = failureCode === null ? job.attempts : job.attempts + 1
  const record = { ...job, runAt: at.toISOString(), attempts, failureCode }
  return { put: "job", record: forPlace === undefined ? record : { ...record, forPlace } }
}

function failed(parts: RunnerParts, job: JobRecord, error: unknown): JobRecord {
  const { at } = retryOf(parts, job, error)
  return {
    ...job,
    runAt: at.toISOString(),
    attempts: job.attempts + 1,
    failureCode: error instanceof DokueiError ? (error.code as ErrorCode) : "UNEXPECTED",
  }
}

/** When a job that failed so is looked at again: soon and ever later, or hourly while it waits for a person. */
export function retryOf(
  { clock, chance }: Pick<RunnerParts, "clock" | "chance">,
  job: JobRecord,
  error: unknown,
): { readonly at: Date; readonly failureCode: ErrorCode | null } {
  const now = clock.now()
  const known = error instanceof DokueiError
  const at =
    known && error.failure === "permanent"
      ? new Date(now.getTime() + PERMANENT_RETRY_MS)
      : retryAt(now, job.attempts, chance)
  return { at, failureCode: known ? (error.code as ErrorCode) : null }
}

/** Moves audit rows from the ledger's outbox to the chained trail, in order; keys make a repeat harmless. */
export async function deliverAudit(parts: Pick<RunnerParts, "ledger" | "trail">): Promise<void> {
  for (;;) {
    const rows = await parts.ledger.auditOutbox(AUDIT_BATCH)
    const last = rows.at(-1)
    if (last === undefined) return
    await parts.trail.record(rows)
    await parts.ledger.auditDelivered(last.sequence)
  }
}
