/** What steps offer to radiologists. */
import type { PatientRuling } from "../views/notice.ts"
import type {
  Amendment,
  PreparedReport,
  ReadingView,
  ReleasedPreliminaryReport,
  ReportDraft,
  SignedOrApproved,
  WorkItem,
} from "../views/reading.ts"
import type { Person } from "./person.ts"
import type { Paper } from "./staff-desk.ts"

export interface ReadingDesk {
  worklist(person: Person): Promise<readonly WorkItem[]>
  reading(person: Person, requestId: string): Promise<ReadingView>
  /** Reserve and begin; throws ERR_LOCKED when another holds it. */
  start(person: Person, requestId: string): Promise<ReadingView>
  saveDraft(
    person: Person,
    requestId: string,
    draft: ReportDraft,
    expectedVersion: number,
  ): Promise<{ readonly draftVersion: number }>
  /** Freezes CDA and PDF of the draft the reader has seen; the passkey challenge is SHA-256 of `intent`. */
  prepare(
    person: Person,
    requestId: string,
    expectedVersion: number,
  ): Promise<Omit<PreparedReport, "passkey"> & { readonly intent: Uint8Array }>
  /** The same as a preliminary document, which nobody signs. Throws ERR_REPORT_STATE where none is agreed for this case, or
   *  something is signed. */
  preparePreliminary(
    person: Person,
    requestId: string,
    expectedVersion: number,
  ): Promise<Omit<PreparedReport, "passkey"> & { readonly intent: Uint8Array }>
  /** It leaves for the hospital, under our seal. As `sign` of the assertion. */
  release(person: Person, prepareId: string, assertion: Uint8Array): Promise<ReleasedPreliminaryReport>
  preparedPdf(person: Person, prepareId: string): Promise<Uint8Array>
  /** Its pages one below the other, a grey PNG. */
  preparedSheet(person: Person, prepareId: string): Promise<Uint8Array>
  /** The desk has checked the assertion over SHA-256(intent); `assertion` is kept as evidence. */
  sign(person: Person, prepareId: string, pin: string, assertion: Uint8Array): Promise<SignedOrApproved>
  /** What this reader approved and nothing could sign then is signed now. Throws ERR_REPORT_STATE when nothing of theirs
   *  waits, and as `sign`. */
  signApproved(person: Person, requestId: string, pin: string): Promise<SignedOrApproved>
  /** Back to a draft: nothing of it has left. Throws ERR_REPORT_STATE when it is signed meanwhile. */
  takeBack(person: Person, requestId: string): Promise<ReadingView>
  /** One of `ReadingView.papers`, from 0. Throws ERR_NOT_FOUND. */
  paper(person: Person, requestId: string, index: number): Promise<Paper>
  /** Begins a correction or an addendum. Throws ERR_REPORT_STATE when what it is to follow stands no more: somebody has
   *  corrected it meanwhile. */
  amend(person: Person, requestId: string, amendment: Amendment): Promise<ReadingView>
  /** What was given up on its way to the hospital is sent again; throws ERR_REPORT_STATE when nothing was. */
  retry(person: Person, requestId: string): Promise<void>
  /** Whether what came is of the patient known under its number; the hospital is told when it is not. Throws ERR_REPORT_STATE
   *  when nobody has to decide that any more. */
  rulePatient(person: Person, requestId: string, what: PatientRuling): Promise<void>
  /** A case whose images went unread is closed; throws ERR_REPORT_STATE while there are images. */
  close(person: Person, requestId: string): Promise<void>
  /** DICOM JSON (PS3.18 F) of a series' instances, no bulk data. */
  metadata(person: Person, study: CaseStudy, SeriesInstanceUID: string | null): Promise<readonly object[]>
  frame(person: Person, study: CaseStudy, SOPInstanceUID: string, frame: number): Promise<EncodedFrame>
  rendered(
    person: Person,
    study: CaseStudy,
    SOPInstanceUID: string,
    frame: number,
    windowCenter: number | null,
    windowWidth: number | null,
  ): Promise<Uint8Array>
}

/** A study as the case in the reader's hands names it: a UID alone may be another patient's, or another hospital's. */
export interface CaseStudy {
  readonly requestId: string
  readonly StudyInstanceUID: string
}

export interface EncodedFrame {
  /** `image/jphc` with the TransferSyntaxUID, or `application/octet-stream` for native little endian. */
  readonly mediaType: string
  readonly TransferSyntaxUID: string
  readonly bytes: Uint8Array
  readonly levelEndBytes: readonly number[]
  /** Hex SHA-256 of bytes: the strong ETag. */
  readonly sha256: string
}
