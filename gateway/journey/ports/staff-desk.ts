/** What steps offer to the hospital's staff: studies, requests, reports. */
import type { RequestInput } from "../views/request.ts"
import type {
  CopyChoice,
  DeletionView,
  QuarantineRuling,
  StaffDetail,
  StaffItem,
  StudyQuestion,
} from "../views/staff.ts"
import type { Verdict } from "../views/verdict.ts"
import type { Person } from "./person.ts"

/** A document as it is shown. */
export interface Paper {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** What people at the hospital decide about images; ERR_REPORT_STATE when nothing is to be decided any more. */
export interface StudyDesk {
  study(person: Person, studyId: string): Promise<StudyQuestion>
  /** A reused Study Instance UID: the same patient, or another examination. */
  rule(person: Person, studyId: string, ruling: QuarantineRuling): Promise<void>
  /** Which of several copies of an image counts. */
  choose(person: Person, studyId: string, choice: CopyChoice): Promise<void>
  /** PNG of a copy's first frame through its own window. */
  copyPicture(person: Person, studyId: string, objectId: string): Promise<Uint8Array>
  /** These images are what the request is for. */
  bind(person: Person, requestId: string, studyId: string): Promise<void>
  /** The images of this request should not have been sent: they leave no more, and the centre destroys what it has. */
  recall(person: Person, requestId: string, reason: string): Promise<void>
}

export interface StaffDesk extends StudyDesk {
  /** All, for a clerk; those it entered itself, for a system. */
  requests(person: Person): Promise<readonly StaffItem[]>
  request(person: Person, requestId: string): Promise<StaffDetail>
  /** Deletion certificates that came, newest first: also of requests whose own term is over. */
  certificates(person: Person): Promise<readonly DeletionView[]>
  enter(person: Person, input: RequestInput): Promise<{ readonly requestId: string }>
  /** The patient has acknowledged this policy of the agreement's, and the person has made sure. Throws ERR_INPUT. */
  consent(person: Person, requestId: string, policy: string): Promise<void>
  /** The patient's number in the agreement's affinity domain. Throws ERR_INPUT where none is asked for. */
  identify(person: Person, requestId: string, PatientID: string): Promise<void>
  /** Throws ERR_CONSENT while none is on record and the agreement wants one, ERR_PATIENT_UNMAPPED likewise. */
  release(person: Person, requestId: string): Promise<void>
  /** What was given up is sent again, byte for byte, and what fails is tried now; ERR_REPORT_STATE when there is nothing. */
  retry(person: Person, requestId: string): Promise<void>
  /** 受領 of these documents of the request: what the person has seen. Throws ERR_REPORT_STATE when one of them does not
   *  stand, is not verified or was received before. */
  acknowledge(person: Person, requestId: string, reportIds: readonly string[]): Promise<void>
  /** A request whose images the reading centre erased unread is closed; throws ERR_REPORT_STATE for any other. */
  close(person: Person, requestId: string): Promise<void>
  /** Each signed report of the request with all its evidence, as one ZIP. Throws ERR_NOT_FOUND when none holds. */
  evidence(
    person: Person,
    requestId: string,
  ): Promise<{ readonly fileName: string; readonly bytes: Uint8Array }>
  /** One of the report's documents as signed. */
  document(person: Person, reportId: string, kind: "pdf" | "cda" | "signature"): Promise<Uint8Array>
  /** The sheet of a preliminary report that came for the request, by version. Throws ERR_NOT_FOUND. */
  preliminaryPdf(person: Person, requestId: string, version: number): Promise<Uint8Array>
  keyImage(person: Person, reportId: string, index: number): Promise<Uint8Array>
  /** What came with the report and nobody has signed; the index counts from 0. */
  attachment(person: Person, reportId: string, index: number): Promise<Uint8Array>
  /** The radiologist's signature, judged anew; and what was found of the seal when it came. */
  verification(
    person: Person,
    reportId: string,
  ): Promise<{ readonly signature: Verdict; readonly seal: Verdict }>
}
