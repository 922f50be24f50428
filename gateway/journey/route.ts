/**
 * The way as a table: (thing, state, event) → next state, and the verb that is due then.
 *
 * Studies and reports walk the same rows; a role has no row of its own. `docs/journey.md` is printed from here.
 * Two legs, two columns everywhere: what arrived (study) and what was delivered (submission); a submission's
 * way out and its receipt.
 */
import type { Verb } from "./records/job.ts"
import type { StudyState } from "./records/study.ts"
import type { SubmissionState } from "./records/submission.ts"
import type { CommitmentState, DeliveryState } from "./records/archive.ts"
import type { ReportStatus } from "./views/reading.ts"
import type { CaseState } from "./views/request.ts"

export interface Row<State extends string = string> {
  readonly from: State | "-"
  readonly event: string
  readonly to: State
  /** Job that is due when the row was taken; null = nothing to do by itself. */
  readonly verb: Verb | null
  readonly why: string
}

const row = <State extends string>(
  from: State | "-",
  event: string,
  to: State,
  verb: Verb | null,
  why: string,
): Row<State> => ({ from, event, to, verb, why })

/** Arrival of a study. */
export const STUDY = [
  row<StudyState>("-", "instance", "arriving", "assemble", "first image of a study"),
  row<StudyState>("-", "submission", "complete", "expire", "a submission brought the study; its term begins"),
  row<StudyState>(
    "-",
    "reused-uid",
    "quarantined",
    null,
    "Study Instance UID in use for another patient: a person decides",
  ),
  row<StudyState>(
    "arriving",
    "instance",
    "arriving",
    "assemble",
    "one more image; the quiet period starts again",
  ),
  row<StudyState>(
    "arriving",
    "quiet",
    "complete",
    null,
    "no image for the quiet period; bound, and released if the request says so, in the same step",
  ),
  row<StudyState>("complete", "instance", "arriving", "assemble", "one more image before release"),
  row<StudyState>(
    "complete",
    "release",
    "released",
    "recode",
    "bound to a request and released by staff or rule",
  ),
  row<StudyState>(
    "quarantined",
    "instance",
    "quarantined",
    null,
    "one more image of the other patient: kept, not shown as a study of anybody",
  ),
  row<StudyState>(
    "quarantined",
    "own-study",
    "arriving",
    "assemble",
    "a person says: another examination that has the same UID; it goes its own way",
  ),
  row<StudyState>(
    "quarantined",
    "same-patient",
    "expired",
    null,
    "a person says: the same patient; its images are the other study's from now on, slot and all",
  ),
  row<StudyState>(
    "released",
    "instance",
    "released",
    "assemble",
    "late image: a supplement after the quiet period",
  ),
  row<StudyState>(
    "released",
    "quiet",
    "released",
    null,
    "what came late leaves after what went before has arrived",
  ),
  ...(["arriving", "complete", "released", "closed"] as const).map((state) =>
    row<StudyState>(
      state,
      "recall",
      "recalled",
      "expire",
      "a person says it was sent by mistake: it leaves no more, and at the reading centre it is destroyed at once",
    ),
  ),
  row<StudyState>(
    "recalled",
    "release",
    "released",
    "recode",
    "it is asked for anew, by a request of its own",
  ),
  row<StudyState>(
    "recalled",
    "instance",
    "recalled",
    null,
    "an image of a transfer that had begun before: kept with it; what comes later begins a study of its own",
  ),
  row<StudyState>(
    "recalled",
    "term",
    "expired",
    null,
    "our own copy goes as it would have gone after sending; the reading centre's at once",
  ),
  row<StudyState>("closed", "quiet", "closed", null, "what came late leaves, or waits for a person"),
  row<StudyState>("released", "release", "released", "recode", "for one more request, or with late images"),
  row<StudyState>("closed", "release", "released", "recode", "for one more request, or with late images"),
  row<StudyState>(
    "released",
    "verified",
    "closed",
    "expire",
    "the other side verified it; the term of our copy begins",
  ),
  row<StudyState>(
    "closed",
    "verified",
    "closed",
    "expire",
    "one more delivery was verified: the term begins anew",
  ),
  row<StudyState>(
    "closed",
    "refused",
    "released",
    null,
    "the other side cannot use it after all: our copy stays until it is sent once more",
  ),
  row<StudyState>(
    "closed",
    "instance",
    "closed",
    "assemble",
    "late image after delivery: a supplement after the quiet period",
  ),
  row<StudyState>(
    "complete",
    "term",
    "expired",
    null,
    "agreed retention ended: slot destroyed, certificate made",
  ),
  row<StudyState>("closed", "term", "expired", null, "agreed retention ended: slot destroyed"),
  ...(["arriving", "complete", "released", "quarantined", "recalled", "closed"] as const).map((state) =>
    row<StudyState>(
      state,
      "gone",
      "expired",
      null,
      "a ledger was put back from a backup, and the slot has been destroyed since",
    ),
  ),
] as const

/** A submission on its way out. */
export const SUBMISSION_OUT = [
  row<SubmissionState>("-", "plan", "planned", "package", "something is to be delivered"),
  row<SubmissionState>(
    "planned",
    "recoded",
    "planned",
    "package",
    "each image of the study stands as it will travel: in HTJ2K, proved equal, or as received",
  ),
  row<SubmissionState>(
    "planned",
    "packaged",
    "sealed",
    "submit",
    "signed, time-stamped, every header made once",
  ),
  row<SubmissionState>("sealed", "attempt", "sending", null, "one attempt has begun"),
  row<SubmissionState>(
    "sending",
    "attempt",
    "sending",
    null,
    "an attempt after a crash: the bytes are the same",
  ),
  row<SubmissionState>(
    "sending",
    "success",
    "accepted",
    null,
    "RegistryResponse Success: custody of the bytes",
  ),
  row<SubmissionState>(
    "sending",
    "again",
    "sealed",
    "submit",
    "transient or ambiguous failure: byte-identical retry",
  ),
  row<SubmissionState>(
    "sealed",
    "again",
    "sealed",
    "submit",
    "the hospital holds no connection open: nothing of it has left",
  ),
  row<SubmissionState>("sending", "refused", "failed", null, "permanent failure: a person is told"),
  row<SubmissionState>(
    "sending",
    "split",
    "failed",
    null,
    "too large for a line that breaks so often: its images leave in smaller units",
  ),
  ...(["planned", "sealed", "sending"] as const).map((state) =>
    row<SubmissionState>(
      state,
      "unusable",
      "failed",
      null,
      "cannot be made or sent, however often it is tried: a person is told",
    ),
  ),
  ...(["planned", "sealed"] as const).map((state) =>
    row<SubmissionState>(state, "recalled", "failed", null, "a person took the study back before it left"),
  ),
  row<SubmissionState>(
    "failed",
    "retry",
    "sealed",
    "submit",
    "a person sends it again: the bytes are the same",
  ),
  row<SubmissionState>(
    "failed",
    "remake",
    "planned",
    "package",
    "it could not be made, so no bytes exist: a person has it made and sent",
  ),
  ...(["sealed", "sending", "accepted"] as const).map((state) =>
    row<SubmissionState>(
      state,
      "refusal",
      "failed",
      null,
      "the recipient took it, verified it and refuses it: a person is told why",
    ),
  ),
  row(
    "verified",
    "refusal",
    "failed",
    null,
    "only a report: its recipient judged it again by a newer list, and its signature does not hold",
  ),
  row<SubmissionState>("accepted", "receipt", "verified", null, "the recipient's signed receipt came"),
  row<SubmissionState>(
    "accepted",
    "ask-again",
    "sealed",
    "submit",
    "a ledger was put back from a backup: the receipt may have come since; the bytes are the same",
  ),
  row<SubmissionState>(
    "sending",
    "receipt",
    "verified",
    null,
    "the receipt overtook the answer: nothing is left to say",
  ),
  row<SubmissionState>(
    "sealed",
    "receipt",
    "verified",
    null,
    "the answer was lost, the receipt came: nothing is sent again",
  ),
  row<SubmissionState>(
    "failed",
    "receipt",
    "verified",
    null,
    "given up after its answer was lost, and it had arrived: nothing is sent again",
  ),
] as const

/** A submission that came in. */
export const SUBMISSION_IN = [
  row<SubmissionState>(
    "-",
    "accept",
    "accepted",
    "verify",
    "complete, digests and seal right: Success was said",
  ),
  row<SubmissionState>(
    "accepted",
    "verified",
    "verified",
    null,
    "path, policy, role, revocation and time stamp are right",
  ),
  row<SubmissionState>(
    "accepted",
    "indeterminate",
    "accepted",
    "verify",
    "evidence is missing: held, tried again, never shown as verified",
  ),
  row<SubmissionState>(
    "accepted",
    "invalid",
    "failed",
    null,
    "the signature does not hold, or the content is about somebody else: kept for a person, not shown as a report",
  ),
  row<SubmissionState>(
    "accepted",
    "recalled",
    "failed",
    null,
    "the hospital took the study back before it was verified: it takes no effect",
  ),
  row<SubmissionState>(
    "verified",
    "verified",
    "verified",
    null,
    "a report judged again by a newer list: its signature holds",
  ),
  row<SubmissionState>(
    "verified",
    "invalid",
    "failed",
    null,
    "a newer list says that the signature of a report never held: a person is told",
  ),
  row<SubmissionState>(
    "accepted",
    "unusable",
    "failed",
    null,
    "well signed, but its content cannot be read or contradicts itself: kept for a person",
  ),
] as const

/** A reading case, in words of WS-HumanTask. */
export const CASE = [
  row<CaseState>("-", "request", "created", null, "a request was entered or arrived"),
  row<CaseState>("created", "verified", "ready", null, "images are there and verified"),
  row<CaseState>("ready", "start", "inProgress", null, "a reader took it"),
  row<CaseState>("inProgress", "start", "inProgress", null, "the same reader came back"),
  row<CaseState>("inProgress", "signed", "completed", null, "the report is final"),
  row<CaseState>("completed", "amend", "inProgress", null, "a correction or an addendum was begun"),
  ...(["created", "ready", "inProgress"] as const).map((state) =>
    row<CaseState>(
      state,
      "close",
      "failed",
      null,
      "the images are gone and no report will come of them: a person closed the case",
    ),
  ),
  row<CaseState>(
    "inProgress",
    "give-up",
    "completed",
    null,
    "the images went while a correction or an addendum was written: a person gave it up, what is signed stands",
  ),
  ...(["created", "ready", "inProgress"] as const).map((state) =>
    row<CaseState>(state, "recalled", "failed", null, "the hospital took the study back"),
  ),
  row<CaseState>("failed", "verified", "ready", null, "images were sent once more and are verified"),
  row<CaseState>("failed", "report", "created", null, "at the hospital: a report came after all"),
  row<CaseState>(
    "exited",
    "report",
    "created",
    null,
    "at the hospital: lost with its spool, and its report came since: there is something to read again",
  ),
  ...(["created", "ready", "inProgress", "completed", "failed"] as const).map((state) =>
    row<CaseState>(
      state,
      "term",
      "exited",
      null,
      "agreed retention of request and reports ended: their slot is destroyed",
    ),
  ),
  row<CaseState>("created", "acknowledged", "completed", null, "at the hospital: the report was received"),
  row<CaseState>(
    "completed",
    "report",
    "created",
    null,
    "at the hospital: a corrected report or an addendum came",
  ),
] as const

/** Nobody has to do anything for the case any more. */
export const isOver = (state: CaseState): boolean =>
  state === "completed" || state === "failed" || state === "exited"

/** A report, in words of FHIR DiagnosticReport.status. */
export const REPORT = [
  row<ReportStatus>("-", "start", "draft", null, "a reader began to write"),
  row<ReportStatus>("draft", "save", "draft", null, "saved; nothing is frozen"),
  row<ReportStatus>("draft", "prepare", "draft", null, "CDA and PDF frozen for five minutes"),
  row<ReportStatus>(
    "draft",
    "approve",
    "draft",
    "sign",
    "approved by passkey while the holder of the key does not answer: nothing of it leaves before it is signed",
  ),
  row<ReportStatus>("draft", "take-back", "draft", null, "approved, not signed: its reader writes on"),
  row<ReportStatus>(
    "draft",
    "release",
    "draft",
    "package",
    "a preliminary document leaves, which nobody signs; the draft goes on as the version that takes its place (RPLC)",
  ),
  row<ReportStatus>("draft", "sign", "final", "package", "first signed version"),
  row<ReportStatus>(
    "draft",
    "sign-correction",
    "corrected",
    "package",
    "a later version replaces an earlier one (RPLC)",
  ),
  row<ReportStatus>(
    "draft",
    "sign-addendum",
    "appended",
    "package",
    "something is added to a signed version, which stands as it is (APND)",
  ),
] as const

/** A device's question whether its instances are kept for good (PS3.4 J); the archive's answer is passed on. */
export const COMMITMENT = [
  row<CommitmentState>(
    "-",
    "request",
    "requested",
    "commit",
    "N-ACTION of a device, kept before it is answered",
  ),
  row<CommitmentState>("requested", "taken", "asked", "commit", "the archive took the question from us"),
  row<CommitmentState>(
    "requested",
    "result",
    "answered",
    "commit",
    "the archive was faster than our own note",
  ),
  row<CommitmentState>("asked", "result", "answered", "commit", "N-EVENT-REPORT of the archive"),
  row<CommitmentState>(
    "requested",
    "refused",
    "answered",
    "commit",
    "no archive, or it does not take the question: nothing is promised",
  ),
  row<CommitmentState>(
    "asked",
    "refused",
    "answered",
    "commit",
    "no answer within a day: nothing is promised",
  ),
  row<CommitmentState>("answered", "told", "told", null, "the device has its answer"),
  row<CommitmentState>("answered", "given-up", "failed", null, "the device could not be told within a week"),
] as const

/** A report on its way to the hospital's archive; the staff page has it at once. */
export const DELIVERY = [
  row<DeliveryState>("-", "plan", "planned", "deliver", "a report came home and its signature holds"),
  row<DeliveryState>(
    "planned",
    "again",
    "planned",
    "deliver",
    "the archive is away or busy: the same objects again",
  ),
  row<DeliveryState>("planned", "stored", "delivered", null, "C-STORE answered with success"),
  row<DeliveryState>("planned", "refused", "failed", null, "the archive refuses it: a person is told"),
] as const

export const ROUTE = {
  study: STUDY,
  "submission-out": SUBMISSION_OUT,
  "submission-in": SUBMISSION_IN,
  case: CASE,
  report: REPORT,
  commitment: COMMITMENT,
  delivery: DELIVERY,
}
export type Thing = keyof typeof ROUTE
type EventOf<T extends Thing> = (typeof ROUTE)[T][number]["event"]
type StateOf<T extends Thing> = (typeof ROUTE)[T][number]["to"]

/** The state after an event that must be possible here. Throws when the table has no such row: a fault of ours. */
export function take<T extends Thing>(thing: T, state: StateOf<T> | "-", event: EventOf<T>): StateOf<T> {
  const step = next(thing, state, event)
  if (step === null) throw new Error(`${thing}: ${event} cannot happen to what is ${state}`)
  return step.to
}

/** The row for this state and event, or null: what the table does not list does not happen. */
export function next<T extends Thing>(
  thing: T,
  state: StateOf<T> | "-",
  event: EventOf<T>,
): { readonly to: StateOf<T>; readonly verb: Verb | null } | null {
  const rows: readonly Row[] = ROUTE[thing]
  const found = rows.find((each) => each.from === state && each.event === event)
  return found === undefined ? null : { to: found.to as StateOf<T>, verb: found.verb }
}
