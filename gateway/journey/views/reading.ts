/** A case on the reader's screens: images, report, signing. */
import type { Notice } from "./notice.ts"
import type { CaseState, RequestText } from "./request.ts"
import type { PatientView, Station, StudyView, Urgency } from "./study.ts"
import type { VerdictOutcome } from "./verdict.ts"

/** One row of the radiologist's work list. */
export interface WorkItem {
  readonly requestId: string
  /** The hospital wants the result told by telephone as well. */
  readonly telephoneOnResult: boolean
  readonly requestNumber: string
  readonly urgency: Urgency
  readonly dueAt: string
  /** When the request was made; share of the time left = (dueAt - now) / (dueAt - requestedAt). */
  readonly requestedAt: string
  readonly state: CaseState
  readonly patient: PatientView
  readonly study: StudyView
  readonly hospital: string
  readonly request: RequestText
  readonly way: readonly Station[]
  /** Verdict of the hospital's closing signature; null until checked. */
  readonly verification: VerdictOutcome | null
  readonly reader: { readonly id: string; readonly name: string; readonly mine: boolean } | null
  readonly reportStatus: ReportStatus | null
  readonly notices: readonly Notice[]
  /** Known under the same number, and somebody else by what is said of them: a person decides before it is a case. */
  readonly knownPatient?: PatientView
}

export interface ImageView {
  readonly SOPInstanceUID: string
  readonly SOPClassUID: string
  readonly InstanceNumber: number
  readonly frames: number
}

export interface SeriesView {
  readonly SeriesInstanceUID: string
  readonly SeriesNumber: number
  readonly SeriesDescription: string
  readonly Modality: string
  readonly images: readonly ImageView[]
}

export type ReportStatus =
  "draft" | "preliminary" | "final" | "amended" | "corrected" | "appended" | "entered-in-error"

export interface KeyImage {
  readonly SOPInstanceUID: string
  /** 1-based frame number. */
  readonly frame: number
  readonly windowCenter: number
  readonly windowWidth: number
}

/** What the reader writes. */
export interface ReportDraft {
  readonly findings: string
  readonly impression: string
  readonly keyImages: readonly KeyImage[]
  /** Mandatory for a correction, "" otherwise. */
  readonly correctionReason: string
  /** What an addendum adds; absent in a report. */
  readonly addendum?: string
}

export interface ReportVersion {
  readonly reportId: string
  readonly version: number
  readonly status: ReportStatus
  readonly signedAt: string | null
  readonly readerName: string
  /** Of an addendum: which of the case's it is, from 1. Absent = a version of the report itself. */
  readonly addendum?: number
  /** Of an addendum: the version of the report it was written to. */
  readonly to?: number
}

/** A signed document with its text. */
export interface SignedText extends ReportVersion {
  readonly text: ReportDraft
}

/** The case as the reading screen needs it. */
export interface ReadingView extends WorkItem {
  readonly series: readonly SeriesView[]
  /** What this reader is writing; while nothing is being written, the text of the newest signed version of the report. */
  readonly draft: (ReportDraft & { readonly draftVersion: number }) | null
  /** Every document of the case, in the order in which they were written. */
  readonly versions: readonly ReportVersion[]
  /** Of the signed ones those that stand: the newest version of the report, then of each addendum. */
  readonly standing: readonly SignedText[]
  readonly signing: SigningView | null
  /** Absent = the agreement has none for this case, and none was released. */
  readonly preliminary?: PreliminaryState
  /** Whose signature the agreement wants, if not the reader's own under HPKI. */
  readonly reportSignature?: "qualified-other" | "seal+passkey"
  /** What came beside the study from who has requests of another kind; absent = nothing. */
  readonly papers?: readonly PaperView[]
}

/** Preliminary reports of a case: whether one may be released now, and the newest that was. */
export interface PreliminaryState {
  readonly mayRelease: boolean
  /** Null = none was. `sentAt`: the hospital's gateway has it; `receivedAt`: and has verified it. */
  readonly released: {
    readonly version: number
    readonly at: string
    readonly sentAt: string | null
    readonly receivedAt: string | null
    /** Error code of errors.ts when it was given up or refused. */
    readonly failure: string | null
  } | null
}

/** Answer of "release". */
export interface ReleasedPreliminaryReport {
  readonly reportId: string
  readonly version: number
}

/** A document beside a study, to be opened by its place in the list. */
export interface PaperView {
  /** As its sender named it; "" without a name. */
  readonly title: string
  /** A PDF as it came, or text that was read out of a clinical document. */
  readonly mediaType: "application/pdf" | "text/plain; charset=utf-8"
  /** Of the submission that brought it. */
  readonly verdict: VerdictOutcome
}

/** How a signed document is followed by another: by one that replaces it, or by an addendum, which leaves it as it is. */
export interface Amendment {
  readonly what: "correction" | "addendum"
  /** What is corrected, or added to: a document that stands. */
  readonly reportId: string
  /** Of a correction; "" of an addendum. */
  readonly reason: string
}

export type SigningStep = "frozen" | "identity" | "hpki" | "time-stamp" | "sent" | "acknowledged"

/**
 * What the reader does to unlock their signing key for one signature. pin: they type it on the page · login: first, at the signing
 * service · card: they put it into the reader of their own PC, and type its PIN at the bridge there · consent: nothing here; whoever
 * holds the key asks them elsewhere, or nobody.
 */
export type KeyUnlock = "pin" | "login" | "card" | "consent"

/**
 * What a report waits for that its reader has approved, by passkey over the frozen digests, and that nothing has signed yet
 * (`signature-pending`). service: whoever holds the key does not answer · of KeyUnlock: its holder's turn · images: they changed
 * since it was frozen · certificate: it may not sign now.
 */
export type SignatureWait = "service" | KeyUnlock | "images" | "certificate"

export interface SigningView {
  readonly steps: readonly {
    readonly step: SigningStep
    readonly state: "done" | "now" | "todo" | "fail"
    readonly at: string | null
  }[]
  /** Error code of errors.ts when a step failed. */
  readonly failure: string | null
  /** Approved, not signed yet; what was frozen is under this id. Absent = it is not. */
  readonly awaits?: {
    readonly what: SignatureWait
    readonly prepareId: string
    /** As of a PreparedReport. */
    readonly pdfSha256: string
    readonly bridge?: string
  }
}

/** Answer of "sign". */
export interface SignedOrApproved {
  readonly reportId: string
  readonly version: number
  /** Whoever holds the key does not answer: it is approved, nothing of it leaves, and it is signed later. Absent = signed. */
  readonly awaitsSignature?: true
}

/** Answer of "sign" where the reader's key is on a card at their own PC: what the bridge there is asked, and the next call answers. */
export interface CardAsked {
  readonly card: {
    readonly id: string
    /** Origin of the bridge. */
    readonly bridge: string
    /** Canonical ds:SignedInfo, base64. */
    readonly toBeSigned: string
    /** The signature's own parts whose digests stand in it, canonical, base64. */
    readonly parts: readonly string[]
    /** Hex SHA-256 of the certificate that has to sign. */
    readonly certificate: string
  }
}

/** Answer of "prepare": exactly what will be signed, and the passkey challenge over its digests. */
export interface PreparedReport {
  readonly prepareId: string
  readonly reportId: string
  readonly version: number
  readonly cdaSha256: string
  readonly pdfSha256: string
  readonly frozenAt: string
  readonly expiresAt: string
  readonly patient: PatientView
  readonly draft: ReportDraft
  /** PublicKeyCredentialRequestOptionsJSON. */
  readonly passkey: unknown
  /** The reader's key is on a card: the origin of the bridge at their PC. Absent = it is not. */
  readonly bridge?: string
}
