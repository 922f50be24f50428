/** Rows → records: facts as they stand, the private part opened under its slot, or its empty form once that is gone. */
import type { AuditEvent } from "../../journey/ports/audit.ts"
import type { CertificateRecord } from "../../journey/records/certificate.ts"
import type { InstanceRecord, RecodingRecord } from "../../journey/records/instance.ts"
import type { JobRecord } from "../../journey/records/job.ts"
import type { ReportRecord } from "../../journey/records/report.ts"
import type { RequestRecord } from "../../journey/records/request.ts"
import type { StudyRecord } from "../../journey/records/study.ts"
import type { DocumentRecord, SubmissionRecord } from "../../journey/records/submission.ts"
import { GONE_CERTIFICATE } from "./certificate-rows.ts"
import {
  GONE_DOCUMENT,
  GONE_INSTANCE,
  GONE_REPORT,
  GONE_REQUEST,
  GONE_STUDY,
  GONE_SUBMISSION,
  openPrivate,
  type ColumnSealer,
} from "./private-column.ts"

export interface SealedRow {
  readonly facts: string
  readonly sealed: Uint8Array
}
/** What several steps write. */
export interface RevisedRow extends SealedRow {
  readonly revision: number
}
/** Only how it travels is decided after an instance was received. */
export interface InstanceRow extends SealedRow {
  readonly recoding: string | null
}
export interface JobRow {
  readonly id: string
  readonly verb: JobRecord["verb"]
  readonly subject: string
  readonly run_at: string
  readonly attempts: number
  readonly failure_code: string | null
  readonly partner?: string | null
}
export interface AuditRow {
  readonly sequence: number
  readonly key: string
  readonly sealed: Uint8Array
}

interface OwnSlot {
  readonly id: string
  readonly slotId: string
}
interface Placed {
  readonly place: { readonly slotId: string; readonly objectId: string }
}

export type RowReader = ReturnType<typeof rowReader>

export function rowReader(sealer: ColumnSealer) {
  /** Things that name their slot themselves. */
  const own =
    <T extends OwnSlot & { private: object }>(kind: string, gone: T["private"]) =>
    ({ facts, sealed, revision }: RevisedRow): T => {
      const open = JSON.parse(facts) as OwnSlot
      const secret = openPrivate(sealer, open.slotId, `${kind}/${open.id}`, sealed, gone)
      return { ...open, revision, private: secret } as unknown as T
    }
  /** Things that are an object of the spool: sealed under the slot it lies in. */
  const placed =
    <T extends Placed & { private: object }>(kind: string, gone: T["private"]) =>
    ({ facts, sealed }: SealedRow): T => {
      const open = JSON.parse(facts) as Placed
      const { slotId, objectId } = open.place
      return { ...open, private: openPrivate(sealer, slotId, `${kind}/${objectId}`, sealed, gone) } as T
    }
  return {
    study: own<StudyRecord>("study", GONE_STUDY),
    request: own<RequestRecord>("request", GONE_REQUEST),
    submission: own<SubmissionRecord>("submission", GONE_SUBMISSION),
    report: own<ReportRecord>("report", GONE_REPORT),
    instance: (row: InstanceRow): InstanceRecord => ({
      ...placed<InstanceRecord>("instance", GONE_INSTANCE)(row),
      recoding: row.recoding === null ? null : (JSON.parse(row.recoding) as RecodingRecord),
    }),
    document: placed<DocumentRecord>("document", GONE_DOCUMENT),
    certificate: ({ facts, sealed }: SealedRow): CertificateRecord => {
      const open = JSON.parse(facts) as OwnSlot
      const secret = openPrivate(sealer, open.slotId, `certificate/${open.id}`, sealed, GONE_CERTIFICATE)
      return { ...open, private: secret } as unknown as CertificateRecord
    },
  }
}

export const jobOf = (row: JobRow): JobRecord => ({
  id: row.id,
  verb: row.verb,
  subject: row.subject,
  runAt: row.run_at,
  attempts: row.attempts,
  failureCode: row.failure_code,
  ...(typeof row.partner === "string" ? { partner: row.partner } : {}),
})

export const auditEntryOf =
  (open: (sealed: Uint8Array) => Uint8Array) =>
  ({ sequence, key, sealed }: AuditRow): { sequence: number; key: string; event: AuditEvent } => ({
    sequence,
    key,
    event: JSON.parse(new TextDecoder().decode(open(sealed))) as AuditEvent,
  })
