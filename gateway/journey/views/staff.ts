/** What the hospital's staff see of studies, deliveries and reports. */
import type { Notice } from "./notice.ts"
import type { ReportStatus, ReportVersion } from "./reading.ts"
import type { ConsentPolicy, RequestText } from "./request.ts"
import type { PatientView, Station, StudyView, Urgency } from "./study.ts"
import type { Verdict, VerdictOutcome } from "./verdict.ts"

/** A study a request may be for; nothing but the patient speaks for it, so a person chooses. */
export interface ProposedStudy extends StudyView {
  readonly studyId: string
  /** The name entered is none of those the images carry. */
  readonly otherName: boolean
}

/** One of several copies of an image that contradict each other. */
export interface CopyView {
  readonly objectId: string
  readonly receivedAt: string
  readonly lengthBytes: number
  readonly SeriesNumber: number
  readonly SeriesDescription: string
  readonly InstanceNumber: number
  /** Keywords of the dictionary whose values are not the same in all copies; empty = only the pixels differ. */
  readonly differs: readonly string[]
  /** It can be looked at. */
  readonly picture: boolean
}

/** Images of the hospital about which a person has to decide something. */
export interface StudyQuestion {
  readonly studyId: string
  readonly patient: PatientView
  readonly study: StudyView
  readonly receivedAt: string
  readonly callingAE: string
  readonly notices: readonly Notice[]
  /** Quarantined: the studies that had this Study Instance UID before. Empty = nothing is to be decided here. */
  readonly sameUid: readonly {
    readonly studyId: string
    readonly patient: PatientView
    readonly study: StudyView
    readonly receivedAt: string
    readonly callingAE: string
  }[]
  /** Copies of one image each, oldest first. */
  readonly conflicts: readonly { readonly SOPInstanceUID: string; readonly copies: readonly CopyView[] }[]
}

/** What a person says of a study whose UID another patient's has, and why. */
export type QuarantineRuling =
  | { readonly what: "same-patient"; readonly studyId: string; readonly reason: string }
  | { readonly what: "own-study"; readonly reason: string }

/** Which copy of each image counts; null = none of them. */
export interface CopyChoice {
  readonly choices: readonly { readonly SOPInstanceUID: string; readonly objectId: string | null }[]
  readonly reason: string
}

export interface StaffItem {
  readonly requestId: string | null
  readonly telephoneOnResult: boolean
  readonly studyId: string | null
  readonly requestNumber: string
  readonly urgency: Urgency
  readonly dueAt: string | null
  readonly patient: PatientView
  readonly study: StudyView | null
  readonly center: string
  readonly way: readonly Station[]
  readonly verdict: VerdictOutcome | null
  /** The report is signed with a certificate made for tests: only a gateway that was told to believes it. */
  readonly testCertificate: boolean
  /** A document after the first that is to be received: which, why, and whether an earlier one was received. */
  readonly revision: {
    readonly version: number
    readonly reason: string
    readonly receivedBefore: boolean
    /** As in ReportVersion. */
    readonly addendum?: number
  } | null
  /** How many addenda its report has; absent = none. */
  readonly addendaCount?: number
  /** The patient must acknowledge one of these before the images leave; absent = nothing is missing. */
  readonly consentMissing?: readonly ConsentPolicy[]
  /** The patient's number in the affinity domain of the partner's repository, which a person enters: "" = nobody has, and the
   *  images wait for it. Absent = none is asked for. */
  readonly affinityPatientId?: string
  /** What staff can do now; at most one primary action per row. */
  readonly action:
    "match" | "choose-study" | "decide" | "release" | "acknowledge" | "see-failure" | "close" | null
  /** A person closed it without a report. */
  readonly closed: boolean
  readonly reportId: string | null
  readonly notices: readonly Notice[]
  /** Of a request without images: what may be meant, newest first. */
  readonly proposals: readonly ProposedStudy[]
}

/** One version of a report, or of an addendum, at the hospital. The texts of an invalid one are empty. */
export interface ReportView {
  readonly reportId: string
  readonly version: number
  readonly status: ReportStatus
  readonly findings: string
  readonly impression: string
  /** Of a version that replaces another; "" in the first. */
  readonly correctionReason: string
  /** Of an addendum: as in ReportVersion, with the version that has taken that one's place since, and what it adds. */
  readonly addendum?: {
    readonly number: number
    readonly to: number
    readonly replacedBy: number | null
    readonly text: string
    /** The signature of the version it was added to does not hold: found since. Absent = nothing of that kind is known. */
    readonly fallen?: true
  }
  readonly readerName: string
  readonly keyImages: number
  /** As in the signed document, in its order; may be fewer. */
  readonly captions: readonly string[]
  /** "" of one that has no PDF. */
  readonly pdfSha256: string
  /** Its documents: one that nobody signed has no signature, and may be a PDF alone, or a CDA document. Absent = all three. */
  readonly documents?: readonly ("pdf" | "cda" | "signature")[]
}

export interface AcknowledgementView {
  readonly by: string
  readonly at: string
  /** The centre has taken custody of the notice; that it has looked at it is for its own list to say. */
  readonly toldCenterAt: string | null
}

/** A version with what is known of it. */
export interface StaffReport {
  readonly report: ReportView
  readonly testCertificate: boolean
  /** The radiologist's signature. */
  readonly signature: Verdict | null
  /** The reading centre's seal over the submission. */
  readonly seal: Verdict | null
  readonly acknowledgement: AcknowledgementView | null
  /** Where it goes in the hospital besides this page. */
  readonly deliveries: readonly DeliveryView[]
  /** What else came with it and no signature of a person covers: renditions made of it, and attachments. */
  readonly attachments: readonly AttachmentView[]
}

export interface AttachmentView {
  /** As its sender named it; "" without a name. */
  readonly title: string
  /** "" where nobody says in clear. */
  readonly mediaType: string
  /** Made from the report by its sender (XFRM). */
  readonly derived: boolean
}

/** What the reading centre said before its report was signed: nobody has signed it. */
export interface PreliminaryReportView {
  readonly version: number
  /** When it came and its seal was found to hold; when it was written. */
  readonly cameAt: string
  readonly writtenAt: string
  readonly readerName: string
  readonly findings: string
  readonly impression: string
  /** The reading centre's, which says whose words these are. */
  readonly seal: Verdict | null
  /** A signed report, or a later preliminary one, has taken its place. */
  readonly isReplaced: boolean
  /** The signed report says something else. */
  readonly isChanged: boolean
}

/** Report, signature, seal, acknowledgement and deliveries are those of the newest version of the report itself. */
export interface StaffDetail extends StaffItem, Omit<StaffReport, "report"> {
  readonly request: RequestText | null
  readonly report: ReportView | null
  /** What was added to it: the newest version of each addendum, in the order in which they were written. */
  readonly addenda: readonly StaffReport[]
  /** In the order in which they were written. */
  readonly versions: readonly (ReportVersion & { readonly verdict: VerdictOutcome | null })[]
  /** The versions they replaced, oldest first: to be read, and for nothing else. */
  readonly earlier: readonly StaffReport[]
  /** Newest first; absent = none came. */
  readonly preliminaries?: readonly PreliminaryReportView[]
  /** What the reading centre destroyed, newest first. */
  readonly deletions: readonly DeletionView[]
  /** The study may be taken back now. */
  readonly mayRecall: boolean
  /** It was; `toldCenterAt` null = nothing had left, or the centre has not got the notice yet. */
  readonly recall: {
    readonly by: string
    readonly at: string
    readonly reason: string
    readonly toldCenterAt: string | null
  } | null
}

/** A deletion certificate, and whether it names what was sent. */
export interface DeletionView {
  readonly at: string
  readonly what: "images" | "texts"
  readonly StudyInstanceUID: string
  readonly requestNumber: string
  /** Verdict of the seal it came under. */
  readonly certificate: VerdictOutcome
  readonly objects: number
  readonly statement: string
  readonly compared: readonly ComparedSubmission[]
}

/** The objects a certificate names of one submission, compared by SHA-256 with those that went with it. */
export interface ComparedSubmission {
  /** SubmissionSet.uniqueId. */
  readonly submission: string
  readonly named: number
  /** Went with it and are not named. */
  readonly missing: number
  /** Are named and did not go with it. */
  readonly foreign: number
}

export interface DeliveryView {
  readonly channel: "archive"
  /** "" while it has not gone there. */
  readonly aeTitle: string
  readonly state: "planned" | "delivered" | "failed"
  readonly at: string | null
  readonly failureCode: string | null
}
