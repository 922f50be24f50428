/** One change of a commit → one statement. Patient data are sealed here, before SQLite sees them. */
import { LedgerError } from "../../journey/errors.ts"
import type { ArchiveChange } from "../../journey/records/archive.ts"
import type { Change } from "../../journey/records/ledger.ts"
import type { CaseState } from "../../journey/views/request.ts"
import { archiveWrite } from "./archive-rows.ts"
import type { IndexHash, Statements } from "./database.ts"
import { orphanValues } from "./orphan-rows.ts"
import { NOTHING_LEFT, sealPrivate, type ColumnSealer } from "./private-column.ts"
import type { StatementName } from "./queries.ts"

/** What several steps write: put only over the revision it was read at. */
const REVISED: ReadonlySet<StatementName> = new Set(["putStudy", "putRequest", "putSubmission", "putReport"])
/** Cases for which nobody has to do anything any more. */
const OVER: ReadonlySet<CaseState> = new Set(["completed", "failed", "exited"])

export interface ChangeParts {
  readonly sealer: ColumnSealer
  readonly sealAudit: (clear: Uint8Array) => Uint8Array
  readonly auditKey: (key: string) => string
  readonly statement: Statements
  readonly hash: IndexHash
}

type Put<Kind> = Extract<Change, { put: Kind }>["record"]
type Values = readonly (string | number | null | Uint8Array)[]

export function changeWriter(parts: ChangeParts): (change: Change) => void {
  const rows = rowsOf(parts)
  const run = (name: StatementName, values: Values): void => {
    const { changes } = parts.statement(name).run(...values)
    if (changes === 0 && REVISED.has(name))
      throw new LedgerError("ERR_LEDGER_STALE", `${name}: it was put by somebody else since it was read`)
  }
  return (change) => {
    if ("put" in change) {
      if (change.put !== "commitment" && change.put !== "delivery") return putChange(rows, run, change)
      const { name, values } = archiveWrite(change, parts.sealAudit)
      return run(name, values)
    }
    if (change.remove === "job") return run("removeJob", [change.id, change.runAt])
    if (change.remove === "certificate") return run("removeCertificate", [change.id])
    if (change.remove === "instances") return run("removeInstances", [change.studyId])
    // What is left of their segments is looked at by the next start.
    run("unsettleDocuments", [change.submissionId])
    return run("removeDocuments", [change.submissionId])
  }
}

function putChange(
  rows: ReturnType<typeof rowsOf>,
  run: (name: StatementName, values: Values) => void,
  change: Exclude<Extract<Change, { put: string }>, ArchiveChange>,
): void {
  switch (change.put) {
    case "study":
      return run("putStudy", rows.study(change.record, change.slotGone))
    case "instance":
      return run("putInstance", rows.instance(change.record))
    case "recoding":
      return run("putRecoding", rows.recoding(change.record))
    case "request":
      run("putRequest", rows.request(change.record, change.slotGone))
      run("removeRequestStudies", [change.record.id])
      for (const each of change.record.studies)
        run("putRequestStudy", [change.record.id, each.studyId, each.role])
      // Its urgency may have been raised.
      return run("placeJobs", [change.record.id])
    case "submission":
      return run("putSubmission", rows.submission(change.record, change.slotGone))
    case "document":
      return run("putDocument", rows.document(change.record))
    case "report":
      return run("putReport", rows.report(change.record))
    case "certificate":
      return run("putCertificate", rows.certificate(change.record))
    case "job":
      return run("putJob", rows.job(change.record))
    case "milestone":
      return run("putMilestone", rows.milestone(change.record))
    case "audit":
      return run("putAudit", rows.audit(change.record))
    case "pace":
      return run("putPace", [change.record.agreement, JSON.stringify(change.record)])
    case "orphan":
      return run("putOrphan", orphanValues(change.record))
    case "settled":
      for (const segmentId of change.record.found) run("settle", [segmentId])
      for (const segmentId of change.record.gone) run("unsettle", [segmentId])
      return
  }
}

/** Values in the order of the statements of `queries.ts`. */
function rowsOf({ sealer, sealAudit, auditKey, hash }: ChangeParts) {
  /** `facts` and `sealed`; the context binds the sealed part to this row. */
  const split = (
    record: { readonly private: unknown; readonly revision?: number },
    slotId: string,
    context: string,
    slotGone = false,
  ) => {
    const facts = { ...record, private: undefined, revision: undefined }
    const sealed = slotGone ? NOTHING_LEFT : sealPrivate(sealer, slotId, context, record.private)
    return [JSON.stringify(facts), sealed] as const
  }
  return {
    study: (r: Put<"study">, slotGone?: true): Values => [
      r.id,
      hash("study", r.private.StudyInstanceUID),
      r.state,
      r.lastArrivalAt,
      r.keepUntil,
      ...split(r, r.slotId, `study/${r.id}`, slotGone),
      r.revision ?? 0,
    ],
    instance: (r: Put<"instance">): Values => [
      r.place.objectId,
      r.studyId,
      hash("instance", r.private.SOPInstanceUID),
      ...split(r, r.place.slotId, `instance/${r.place.objectId}`),
    ],
    recoding: ({ instance, recoding }: Put<"recoding">): Values => [
      recoding.kind === "recoded" ? recoding.place.objectId : null,
      JSON.stringify(recoding),
      instance.objectId,
    ],
    request: (r: Put<"request">, slotGone?: true): Values => [
      r.id,
      hash("request", r.agreement, r.private.requestNumber),
      slotGone === true || r.private.patient.PatientID === ""
        ? null
        : hash("patient", r.agreement, r.private.patient.PatientID),
      r.requestedAt,
      r.studies.some(({ role }) => role === "target") ? 1 : 0,
      OVER.has(r.state) ? 0 : 1,
      ...split(r, r.slotId, `request/${r.id}`, slotGone),
      r.revision ?? 0,
    ],
    submission: (r: Put<"submission">, slotGone?: true): Values => [
      r.id,
      r.agreement,
      r.direction,
      r.state,
      r.submissionSetUid,
      r.studyId,
      r.requestId,
      r.reportId,
      r.createdAt,
      ...split(r, r.slotId, `submission/${r.id}`, slotGone),
      r.revision ?? 0,
    ],
    document: (r: Put<"document">): Values => [
      r.submissionId,
      r.ordinal,
      r.place.objectId,
      hash("document", r.uniqueId),
      ...split(r, r.place.slotId, `document/${r.place.objectId}`),
    ],
    report: (r: Put<"report">): Values => [
      r.id,
      r.requestId,
      r.prepareId,
      ...split(r, r.slotId, `report/${r.id}`),
      r.revision ?? 0,
    ],
    certificate: (r: Put<"certificate">): Values => [
      r.id,
      r.studyId,
      ...split(r, r.slotId, `certificate/${r.id}`),
    ],
    job: (r: Put<"job">): Values => {
      const sends = r.verb === "submit" ? r.subject : null
      const forPlace = r.forPlace === true ? 1 : 0
      return [r.id, r.verb, r.subject, r.runAt, r.attempts, r.failureCode, forPlace, sends, sends]
    },
    milestone: (r: Put<"milestone">): Values => [r.subject, r.name, r.at],
    audit: (r: Put<"audit">): Values => [
      auditKey(r.key),
      sealAudit(new TextEncoder().encode(JSON.stringify(r.event))),
    ],
  }
}
