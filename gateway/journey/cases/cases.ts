/** Cases as the desks list them: what one is, and whoever keeps them at hand (case-book.ts). */
import type { CertificateRecord } from "../records/certificate.ts"
import type { JobRecord, Milestone } from "../records/job.ts"
import type { ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"

/** Everything the ledger knows of one reading case. */
export interface CaseFile {
  readonly request: RequestRecord
  readonly study: StudyRecord | null
  readonly submissions: readonly SubmissionRecord[]
  /** In the order in which they were written, what is not signed last. Of a case that is over only what was signed: a correction may have been begun and given up. */
  readonly reports: readonly ReportRecord[]
  /** Of its study, oldest first: what was destroyed, and is accounted for. */
  readonly certificates: readonly CertificateRecord[]
  readonly milestones: readonly Milestone[]
  /** Of its study and of what is under way: those that go on failing. */
  readonly jobs: readonly JobRecord[]
}

export interface Cases {
  /** Every case under way, and the newest of those that are over. Of submissions without their metadata. */
  listed(): Promise<readonly CaseFile[]>
}
