/** A submission that peer, agreement and metadata allow to come in. */
import type { Submission } from "../../standards/xds/submission.ts"
import type { RegistryErrorCode } from "../../standards/xds/error-codes.ts"
import type { Agreement } from "../agreement.ts"
import type { ReadIn } from "../ports/media.ts"
import type { AssertedUser } from "../ports/outside.ts"
import { mark } from "../media/marks.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionKind, SubmissionRecord } from "../records/submission.ts"

export interface Inbound {
  readonly agreement: Agreement
  readonly kind: SubmissionKind
  readonly submission: Submission
  /** Who sent it, as the partner says; absent = it does not say. */
  readonly asserted?: AssertedUser | null
  readonly StudyInstanceUID: string
  /** workflowInstanceId: the request's id at the hospital. */
  readonly requestId: string
  /** The medium it comes on; undefined = over the line. */
  readonly onMedium: ReadIn | undefined
}

/** For the record of it. */
export const cameOnOf = ({ onMedium }: Inbound): { readonly cameOn?: ReadIn } =>
  onMedium === undefined ? {} : { cameOn: onMedium }

/** The medium it came on is one more copy. */
export const marked = (record: Pick<SubmissionRecord, "id">, { onMedium }: Inbound, at: string): Change[] =>
  onMedium === undefined ? [] : [mark(record, onMedium.medium, at)]

/** For the record of it. */
export const assertedOf = ({ asserted = null }: Inbound): { readonly asserted?: AssertedUser } =>
  asserted === null ? {} : { asserted }

/** What its sender is told beside Success: a warning. */
export interface Remark {
  readonly errorCode: RegistryErrorCode
  readonly codeContext: string
}
