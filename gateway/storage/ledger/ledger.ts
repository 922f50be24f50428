/**
 * The ledger on SQLite: one file, WAL, `synchronous=FULL`, one writer. Answers the port `Ledger`.
 *
 * A commit is one transaction; it is durable when the promise resolves. Patient data are sealed before they
 * reach SQLite, because `secure_delete` does not reach the log or worn blocks.
 */
import { createHmac } from "node:crypto"
import Database from "better-sqlite3"
import { LedgerError } from "../../journey/errors.ts"
import type {
  CertificateRecord,
  Change,
  DocumentRecord,
  InstanceRecord,
  JobRecord,
  Ledger,
  Milestone,
  ReportRecord,
  RequestRecord,
  StudyRecord,
  SubmissionRecord,
} from "../../journey/records.ts"
import type { AuditEvent } from "../../journey/ports.ts"
import { MIGRATIONS } from "./schema.ts"
import { SQL, type StatementName } from "./queries.ts"
import {
  GONE_DOCUMENT,
  GONE_INSTANCE,
  GONE_REPORT,
  GONE_REQUEST,
  GONE_STUDY,
  GONE_SUBMISSION,
  openPrivate,
  sealPrivate,
  type ColumnSealer,
} from "./private-column.ts"

export interface LedgerOptions {
  readonly path: string
  readonly sealer: ColumnSealer
  /** 32 bytes; keyed hashes of identifiers and the seal of the audit outbox. */
  readonly indexKey: Uint8Array
  /** Seals an audit row until it reaches the trail. */
  readonly audit: { seal(clear: Uint8Array): Uint8Array; open(sealed: Uint8Array): Uint8Array }
}

interface Row {
  readonly facts: string
  readonly sealed: Uint8Array
}
interface Placed {
  readonly place: { readonly slotId: string; readonly objectId: string }
}

const BUSY_TIMEOUT_MS = 5000

export function openLedger(options: LedgerOptions): Ledger & { close(): void } {
  const db = open(options.path)
  const prepared = new Map<StatementName, Database.Statement>()
  const statement = (name: StatementName): Database.Statement => {
    const known = prepared.get(name) ?? db.prepare(SQL[name])
    prepared.set(name, known)
    return known
  }
  const hash = (...parts: readonly string[]): Buffer =>
    createHmac("sha256", options.indexKey).update(parts.join("\0")).digest()
  const write = changeWriter(options, statement, hash)
  const transaction = db.transaction((changes: readonly Change[]) => {
    for (const change of changes) write(change)
  })

  const rows = (name: StatementName, ...args: readonly unknown[]): Row[] =>
    statement(name).all(...args) as Row[]
  const { sealer } = options
  const study = (row: Row): StudyRecord => {
    const facts = JSON.parse(row.facts) as Omit<StudyRecord, "private">
    return {
      ...facts,
      private: openPrivate(sealer, facts.slotId, `study/${facts.id}`, row.sealed, GONE_STUDY),
    }
  }
  const request = (row: Row): RequestRecord => {
    const facts = JSON.parse(row.facts) as Omit<RequestRecord, "private">
    return {
      ...facts,
      private: openPrivate(sealer, facts.slotId, `request/${facts.id}`, row.sealed, GONE_REQUEST),
    }
  }
  const submission = (row: Row): SubmissionRecord => {
    const facts = JSON.parse(row.facts) as Omit<SubmissionRecord, "private">
    const gone: SubmissionRecord["private"] = GONE_SUBMISSION
    return {
      ...facts,
      private: openPrivate(sealer, facts.slotId, `submission/${facts.id}`, row.sealed, gone),
    }
  }
  const report = (row: Row): ReportRecord => {
    const facts = JSON.parse(row.facts) as Omit<ReportRecord, "private">
    return {
      ...facts,
      private: openPrivate(sealer, facts.slotId, `report/${facts.id}`, row.sealed, GONE_REPORT),
    }
  }
  const placed =
    <T extends Placed & { private: object }>(kind: string, gone: T["private"]) =>
    (row: Row): T => {
      const facts = JSON.parse(row.facts) as Omit<T, "private"> & Placed
      const context = `${kind}/${facts.place.objectId}`
      return {
        ...facts,
        private: openPrivate(sealer, facts.place.slotId, context, row.sealed, gone),
      } as unknown as T
    }
  const instance = placed<InstanceRecord>("instance", GONE_INSTANCE)
  const document = placed<DocumentRecord>("document", GONE_DOCUMENT)
  const first = <T>(list: readonly T[]): T | null => list[0] ?? null
  const all = <T>(list: readonly Row[], read: (row: Row) => T): Promise<readonly T[]> =>
    Promise.resolve(list.map(read))
  const one = <T>(list: readonly Row[], read: (row: Row) => T): Promise<T | null> => {
    const row = first(list)
    return Promise.resolve(row === null ? null : read(row))
  }

  return {
    commit: (changes) => {
      try {
        transaction.immediate(changes)
        return Promise.resolve()
      } catch (cause) {
        return Promise.reject(new LedgerError("ERR_LEDGER", "the ledger could not commit", { cause }))
      }
    },
    study: (id) => one(rows("study", id), study),
    studiesByUid: (uid) => all(rows("studiesByUid", hash("study", uid)), study),
    studies: (limit) => all(rows("studies", limit), study),
    studiesToExpire: (now) => all(rows("studiesToExpire", now), study),
    instances: (studyId) => all(rows("instances", studyId), instance),
    instancesByUid: (studyId, uid) => all(rows("instancesByUid", studyId, hash("instance", uid)), instance),
    knows: (objectId, kind) =>
      Promise.resolve(rows(kind === "instance" ? "knowsInstance" : "knowsDocument", objectId).length > 0),
    request: (id) => one(rows("request", id), request),
    requests: (limit) => all(rows("requests", limit), request),
    requestsOfStudy: (studyId) => all(rows("requestsOfStudy", studyId), request),
    requestByNumber: (agreement, number) =>
      one(rows("requestByNumber", hash("request", agreement, number)), request),
    unboundRequests: () => all(rows("unboundRequests"), request),
    submission: (id) => one(rows("submission", id), submission),
    submissionBySetUid: (agreement, direction, uid) =>
      one(rows("submissionBySetUid", uid, agreement, direction), submission),
    submissionsOf: ({ studyId, requestId, reportId }) => {
      if (reportId !== undefined) return all(rows("submissionsOfReport", reportId), submission)
      if (requestId !== undefined) return all(rows("submissionsOfRequest", requestId), submission)
      return all(rows("submissionsOfStudy", studyId ?? ""), submission)
    },
    documents: (submissionId) => all(rows("documents", submissionId), document),
    documentsByUniqueId: (uniqueId) => all(rows("documentsByUniqueId", hash("document", uniqueId)), document),
    report: (id) => one(rows("report", id), report),
    reportsOfRequest: (requestId) => all(rows("reportsOfRequest", requestId), report),
    reportByPrepareId: (prepareId) => one(rows("reportByPrepareId", prepareId), report),
    certificatesOfStudy: (studyId) =>
      all(rows("certificatesOfStudy", studyId), (row) => JSON.parse(row.facts) as CertificateRecord),
    dueJobs: (now, limit) => Promise.resolve((statement("dueJobs").all(now, limit) as JobRow[]).map(job)),
    nextJobAt: () => Promise.resolve((statement("nextJobAt").get() as { at: string | null }).at),
    milestones: (subject) => Promise.resolve(statement("milestones").all(subject) as Milestone[]),
    auditOutbox: (limit) => {
      const list = statement("auditOutbox").all(limit) as {
        sequence: number
        key: string
        sealed: Uint8Array
      }[]
      return Promise.resolve(
        list.map(({ sequence, key, sealed }) => ({
          sequence,
          key,
          event: JSON.parse(new TextDecoder().decode(options.audit.open(sealed))) as AuditEvent,
        })),
      )
    },
    auditDelivered: (sequence) => {
      statement("auditDelivered").run(sequence)
      return Promise.resolve()
    },
    close: () => db.close(),
  }
}

interface JobRow {
  readonly id: string
  readonly verb: JobRecord["verb"]
  readonly subject: string
  readonly run_at: string
  readonly attempts: number
  readonly failure_code: string | null
}
const job = (row: JobRow): JobRecord => ({
  id: row.id,
  verb: row.verb,
  subject: row.subject,
  runAt: row.run_at,
  attempts: row.attempts,
  failureCode: row.failure_code,
})

function open(path: string): Database.Database {
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS })
  db.pragma("journal_mode = WAL")
  db.pragma("synchronous = FULL")
  db.pragma("foreign_keys = ON")
  db.pragma("trusted_schema = OFF")
  db.pragma("cell_size_check = ON")
  const version = db.pragma("user_version", { simple: true }) as number
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`user_version = ${index + 1}`)
    }).immediate()
  }
  return db
}

/** One change → one statement. */
function changeWriter(
  { sealer, audit }: LedgerOptions,
  statement: (name: StatementName) => Database.Statement,
  hash: (...parts: readonly string[]) => Buffer,
): (change: Change) => void {
  const split = (
    record: { readonly private: unknown },
    slotId: string,
    context: string,
  ): [string, Uint8Array] => {
    const { private: secret, ...facts } = record
    return [JSON.stringify(facts), sealPrivate(sealer, slotId, context, secret)]
  }
  const run = (name: StatementName, ...args: readonly unknown[]): void => void statement(name).run(...args)

  const put = (change: Extract<Change, { put: string }>): void => {
    switch (change.put) {
      case "study": {
        const r = change.record
        const parts = split(r, r.slotId, `study/${r.id}`)
        return run(
          "putStudy",
          r.id,
          hash("study", r.private.StudyInstanceUID),
          r.state,
          r.lastArrivalAt,
          r.keepUntil,
          ...parts,
        )
      }
      case "instance": {
        const r = change.record
        const parts = split(r, r.place.slotId, `instance/${r.place.objectId}`)
        return run(
          "putInstance",
          r.place.objectId,
          r.studyId,
          hash("instance", r.private.SOPInstanceUID),
          ...parts,
        )
      }
      case "request": {
        const r = change.record
        const parts = split(r, r.slotId, `request/${r.id}`)
        return run(
          "putRequest",
          r.id,
          hash("request", r.agreement, r.private.requestNumber),
          r.studyId,
          r.requestedAt,
          ...parts,
        )
      }
      case "submission": {
        const r = change.record
        const parts = split(r, r.slotId, `submission/${r.id}`)
        return run(
          "putSubmission",
          r.id,
          r.agreement,
          r.direction,
          r.submissionSetUid,
          r.studyId,
          r.requestId,
          r.reportId,
          r.createdAt,
          ...parts,
        )
      }
      case "document": {
        const r = change.record
        const parts = split(r, r.place.slotId, `document/${r.place.objectId}`)
        return run(
          "putDocument",
          r.submissionId,
          r.ordinal,
          r.place.objectId,
          hash("document", r.uniqueId),
          ...parts,
        )
      }
      case "report": {
        const r = change.record
        return run("putReport", r.id, r.requestId, r.prepareId, ...split(r, r.slotId, `report/${r.id}`))
      }
      case "certificate":
        return run("putCertificate", change.record.id, change.record.studyId, JSON.stringify(change.record))
      case "job": {
        const r = change.record
        return run("putJob", r.id, r.verb, r.subject, r.runAt, r.attempts, r.failureCode)
      }
      case "milestone":
        return run("putMilestone", change.record.subject, change.record.name, change.record.at)
      case "audit":
        return run(
          "putAudit",
          change.record.key,
          audit.seal(new TextEncoder().encode(JSON.stringify(change.record.event))),
        )
    }
  }
  return (change) => {
    if ("put" in change) return put(change)
    if (change.remove === "job") return run("removeJob", change.id, change.runAt)
    if (change.remove === "instances") return run("removeInstances", change.studyId)
    return run("removeDocuments", change.submissionId)
  }
}
