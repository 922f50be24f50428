/**
 * The ledger on SQLite: one file, WAL, `synchronous=FULL`, one writer. Answers the port `Ledger`.
 *
 * A commit is one transaction; it is durable when the promise resolves. Patient data are sealed before they
 * reach SQLite, because `secure_delete` does not reach the log or worn blocks. SQLite answers at once, so every
 * promise is settled when it is handed out; the port is asynchronous for a ledger that lives elsewhere.
 */
import { createHmac, createSecretKey } from "node:crypto"
import Database from "better-sqlite3"
import { LedgerError } from "../../journey/errors.ts"
import type { ArchiveLedger } from "../../journey/records/archive.ts"
import type { JobQueue } from "../../journey/records/line.ts"
import type { OrphanLedger } from "../../journey/records/orphan.ts"
import type { InstanceRecord } from "../../journey/records/instance.ts"
import type { Milestone } from "../../journey/records/job.ts"
import type { Change, Ledger, LineLedger } from "../../journey/records/ledger.ts"
import type { StudyRecord } from "../../journey/records/study.ts"
import { commitmentOf, deliveryOf } from "./archive-rows.ts"
import { auditKey, type Book } from "./book-rows.ts"
import { openDatabase, statements, type IndexHash, type Statements } from "./database.ts"
import { paceOf, standingOfUnits, type UnitsRow } from "./line-rows.ts"
import { orphanOf } from "./orphan-rows.ts"
import type { ColumnSealer } from "./private-column.ts"
import type { StatementName } from "./queries.ts"
import {
  auditEntryOf,
  jobOf,
  rowReader,
  type AuditRow,
  type InstanceRow,
  type JobRow,
  type RevisedRow,
  type SealedRow,
} from "./read-rows.ts"
import { readStanding } from "./standing-rows.ts"
import { changeWriter } from "./write-change.ts"

export interface LedgerOptions {
  readonly path: string
  readonly sealer: ColumnSealer
  /** 32 bytes; keyed hashes of identifiers and the seal of the audit outbox. */
  readonly indexKey: Uint8Array
  /** Seals an audit row until it reaches the trail. */
  readonly audit: { seal(clear: Uint8Array): Uint8Array; open(sealed: Uint8Array): Uint8Array }
  /** Told of every commit once it is durable, before whoever committed is: the spool notes it. */
  readonly committed?: (commits: number) => Promise<void>
}

/** The ledger and what only whoever opens it may ask. */
export interface FileLedger extends Ledger {
  book(): Book
  /** From here on it belongs to that spool and counts on from `commits`; durable. */
  bind(spoolId: string, commits: number): void
  close(): void
}

/** Throws ERR_LEDGER when the file was written by a newer program. */
export function openLedger(options: LedgerOptions): FileLedger {
  const db = openDatabase(options.path)
  const statement = statements(db)
  // A KeyObject, made once: given bytes, createHmac spends six times as long on finding out what they are.
  const indexKey = createSecretKey(options.indexKey)
  const hash: IndexHash = (...parts) => createHmac("sha256", indexKey).update(parts.join("\0")).digest()
  const book = (): Book => statement("book").get() as Book
  const write = changeWriter({
    sealer: options.sealer,
    sealAudit: (clear) => options.audit.seal(clear),
    auditKey: (key) => auditKey(key, book()),
    statement,
    hash,
  })
  const transaction = db.transaction((changes: readonly Change[]) => {
    for (const change of changes) write(change)
    return (statement("countCommit").get() as { commits: number }).commits
  })
  return {
    commit: async (changes) => {
      const commits = await answer(() => transaction.immediate(changes))
      await options.committed?.(commits)
    },
    book,
    bind: (spoolId, commits) => void statement("bindBook").run(spoolId, commits),
    ...things(statement, hash, options.sealer),
    ...bookkeeping(statement, options),
    ...archive(statement, hash, options),
    ...inSpool(statement),
    ...onTheLine(statement, options.sealer),
    close: () => db.close(),
  }
}

/** SQLite's failures in our words; what sealing or opening a column throws goes through as it is. */
function answer<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    try {
      resolve(work())
    } catch (cause) {
      if (!(cause instanceof Database.SqliteError)) throw cause
      throw new LedgerError("ERR_LEDGER", "the ledger could not be read or written", { cause })
    }
  })
}

/** Studies, requests, submissions and what belongs to them. */
function things(statement: Statements, hash: IndexHash, sealer: ColumnSealer) {
  const read = rowReader(sealer)
  type Read<T> = (row: RevisedRow) => T
  const all = <T>(how: Read<T>, name: StatementName, ...values: readonly unknown[]): Promise<readonly T[]> =>
    // Row by row: sealed rows of a large study, all at once beside what they hold, are tens of megabytes.
    answer(() => Array.from(statement(name).iterate(...values) as IterableIterator<RevisedRow>, how))
  const one = <T>(how: Read<T>, name: StatementName, ...values: readonly unknown[]): Promise<T | null> =>
    answer(() => {
      const row = statement(name).get(...values) as RevisedRow | undefined
      return row === undefined ? null : how(row)
    })
  const some = (name: StatementName, ...values: readonly unknown[]): Promise<boolean> =>
    answer(() => statement(name).get(...values) !== undefined)
  const instance: Read<InstanceRecord> = (row) => read.instance(row as unknown as InstanceRow)
  return {
    study: (id) => one(read.study, "study", id),
    studyState: (id) =>
      answer(
        () => (statement("studyState").get(id) as Pick<StudyRecord, "state"> | undefined)?.state ?? null,
      ),
    studiesByUid: (uid) => all(read.study, "studiesByUid", hash("study", uid)),
    studies: (limit) => all(read.study, "studies", limit),
    unaskedStudies: () => all(read.study, "unaskedStudies"),
    slotsInUse: () =>
      answer(
        () =>
          new Set(
            (statement("slotsInUse").all() as { slot: string | null }[]).flatMap(({ slot }) => slot ?? []),
          ),
      ),
    instances: (studyId) => all(instance, "instances", studyId),
    instancesByUid: (studyId, uid) => all(instance, "instancesByUid", studyId, hash("instance", uid)),
    knows: async (objectId, kind) => {
      if (kind === "instance") return some("knowsInstance", objectId)
      return (await some("knowsDocument", objectId)) || some("knowsRecoded", objectId)
    },
    request: (id) => one(read.request, "request", id),
    openRequests: () => all(read.request, "openRequests"),
    finishedRequests: (limit) => all(read.request, "finishedRequests", limit),
    requestsOfStudy: (studyId) => all(read.request, "requestsOfStudy", studyId),
    requestByNumber: (agreement, number) =>
      one(read.request, "requestByNumber", hash("request", agreement, number)),
    requestsOfPatient: (agreement, PatientID) =>
      PatientID === ""
        ? Promise.resolve([])
        : all(read.request, "requestsOfPatient", hash("patient", agreement, PatientID)),
    unboundRequests: (urgency) =>
      urgency === undefined
        ? all(read.request, "unboundRequests")
        : all(read.request, "unboundRequestsOfUrgency", urgency),
    submission: (id) => one(read.submission, "submission", id),
    submissionBySetUid: (agreement, direction, uid) =>
      one(read.submission, "submissionBySetUid", uid, agreement, direction),
    submissionsOf: ({ studyId, requestId, reportId, kind }) => {
      if (reportId !== undefined) return all(read.submission, "submissionsOfReport", reportId)
      const [ofAll, ofKind, id] =
        requestId === undefined
          ? (["submissionsOfStudy", "submissionsOfStudyAndKind", studyId ?? ""] as const)
          : (["submissionsOfRequest", "submissionsOfRequestAndKind", requestId] as const)
      return kind === undefined ? all(read.submission, ofAll, id) : all(read.submission, ofKind, id, kind)
    },
    unverifiedArrivals: () => all(read.submission, "unverifiedArrivals"),
    documents: (submissionId) => all(read.document, "documents", submissionId),
    documentsByUniqueId: (uniqueId) => all(read.document, "documentsByUniqueId", hash("document", uniqueId)),
    report: (id) => one(read.report, "report", id),
    reportsOfRequest: (requestId) => all(read.report, "reportsOfRequest", requestId),
    reportByPrepareId: (prepareId) => one(read.report, "reportByPrepareId", prepareId),
    certificate: (id) => one(read.certificate, "certificate", id),
    certificatesOfStudy: (studyId) => all(read.certificate, "certificatesOfStudy", studyId),
    certificates: (limit) => all(read.certificate, "certificates", limit),
  } satisfies Partial<Ledger>
}

/** What a recovery keeps, and what roll-forward need not look at. */
function inSpool(statement: Statements): OrphanLedger {
  const orphans = (name: StatementName, ...values: readonly string[]) =>
    answer(() => (statement(name).all(...values) as { facts: string }[]).map(orphanOf))
  return {
    orphans: () => orphans("orphans"),
    orphan: async (slotId) => (await orphans("orphan", slotId))[0] ?? null,
    objectsInSegment: (segmentId) =>
      answer(() => {
        const row = statement("objectsInSegment").get(segmentId, segmentId, segmentId)
        return (row as { objects: number }).objects
      }),
    slotOfSegment: (segmentId) =>
      answer(() => {
        const row = statement("slotOfSegment").get(segmentId, segmentId, segmentId)
        return (row as { slotId: string } | undefined)?.slotId ?? null
      }),
    settledSegments: () =>
      answer(() => {
        const rows = statement("settledSegments").all() as { segmentId: string }[]
        return new Set(rows.map(({ segmentId }) => segmentId))
      }),
  }
}

/** The queue to each partner, and deliveries in units. */
function onTheLine(statement: Statements, sealer: ColumnSealer): LineLedger {
  const { document } = rowReader(sealer)
  const jobs = (name: StatementName, ...values: readonly unknown[]) =>
    answer(() => (statement(name).all(...values) as JobRow[]).map(jobOf))
  return {
    nextInLine: (agreement, now, taken, limit) =>
      jobs("nextInLine", agreement, now, JSON.stringify(taken), limit),
    heldUp: (agreement, now, codes, limit) => jobs("heldUp", agreement, JSON.stringify(codes), now, limit),
    scoutOf: (jobId, now, soon, codes) =>
      answer(() => {
        const listed = JSON.stringify(codes)
        const values = [jobId, jobId, listed, jobId, jobId, listed, soon, now]
        return (statement("scoutOf").get(...values) as { id: string } | undefined)?.id ?? null
      }),
    unitsOf: (submissionId, erasedAt) =>
      answer(() => {
        const states = statement("unitsOf").all(submissionId, erasedAt) as UnitsRow[]
        const isFailed = states.some(({ state }) => state === "failed")
        const why = isFailed
          ? (statement("whyUnitFailed").get(submissionId) as { code: string | null })
          : null
        return standingOfUnits(states, why?.code ?? null)
      }),
    objectsInUnits: (submissionId, erasedAt) =>
      answer(() => {
        const rows = statement("objectsInUnits").all(submissionId, erasedAt) as { objectId: string }[]
        return new Set(rows.map(({ objectId }) => objectId))
      }),
    signaturesOfUnits: (submissionId, erasedAt) =>
      answer(() =>
        (statement("signaturesOfUnits").all(submissionId, erasedAt) as SealedRow[]).map((row) =>
          document(row),
        ),
      ),
    onTheWayTo: (agreement, limit) =>
      answer(() => (statement("onTheWayTo").all(agreement, limit) as { id: string }[]).map(({ id }) => id)),
    paces: () => answer(() => (statement("paces").all() as { facts: string }[]).map(paceOf)),
  }
}

/** Commitments asked for and reports delivered. */
function archive(statement: Statements, hash: IndexHash, { audit }: LedgerOptions): ArchiveLedger {
  const commitment = commitmentOf((sealed) => audit.open(sealed))
  const commitments = (name: StatementName, ...values: readonly string[]) =>
    answer(() => (statement(name).all(...values) as Parameters<typeof commitment>[0][]).map(commitment))
  const deliveries = (name: StatementName, ...values: readonly string[]) =>
    answer(() => (statement(name).all(...values) as { facts: string }[]).map(deliveryOf))
  return {
    commitment: async (id) => (await commitments("commitment", id))[0] ?? null,
    commitmentsOf: (callingAE, uid) => commitments("commitmentsOf", uid, callingAE),
    commitmentByRelay: async (uid) => (await commitments("commitmentByRelay", uid))[0] ?? null,
    knowsInstance: (uid) =>
      answer(() => {
        const uidHash = hash("instance", uid)
        return statement("knowsSopInstance").get(uidHash, uidHash) !== undefined
      }),
    studyOfInstance: (uid) =>
      answer(() => {
        const uidHash = hash("instance", uid)
        const row = statement("studyOfSopInstance").get(uidHash, uidHash) as { studyId: string } | undefined
        return row?.studyId ?? null
      }),
    delivery: async (id) => (await deliveries("delivery", id))[0] ?? null,
    deliveriesOf: (reportId) => deliveries("deliveriesOf", reportId),
  }
}

/** Jobs, milestones and the outbox of the audit trail. */
function bookkeeping(statement: Statements, { audit }: LedgerOptions) {
  return {
    dueJobs: (now, limit, queue) =>
      answer(() => {
        const rows =
          queue === undefined
            ? statement("dueJobs").all(now, limit)
            : statement("dueInQueue").all(queue.line, queue.rank, now, JSON.stringify(queue.without), limit)
        return (rows as JobRow[]).map(jobOf)
      }),
    jobQueues: () => answer(() => statement("jobQueues").all() as JobQueue[]),
    jobsOf: (subject) => answer(() => (statement("jobsOf").all(subject) as JobRow[]).map(jobOf)),
    failingJobs: (attempts, limit) =>
      answer(() => (statement("failingJobs").all(attempts, limit) as JobRow[]).map(jobOf)),
    standing: (agreements) =>
      answer(() => readStanding((name, ...values) => statement(name).all(...values), agreements)),
    isOvertakenInRecoding: (submissionId, now) =>
      answer(() => statement("moreUrgentRecoding").get(now, submissionId) !== undefined),
    milestones: (subject) => answer(() => statement("milestones").all(subject) as Milestone[]),
    auditOutbox: (limit) =>
      answer(() =>
        (statement("auditOutbox").all(limit) as AuditRow[]).map(auditEntryOf((sealed) => audit.open(sealed))),
      ),
    auditDelivered: (sequence) => answer(() => void statement("auditDelivered").run(sequence)),
  } satisfies Partial<Ledger>
}
