/**
 * What the two desks show: the JSON between gateway and viewer, and nothing but types.
 * Instants are ISO 8601 UTC strings; dates are `YYYY-MM-DD`; the page turns them into words.
 */
import type { DirectoryPerson } from "../standards/pwp/directory-person.ts"

export type Urgency = "STAT" | "HIGH" | "ROUTINE"

/** One identity, always shown whole (docs: patient block). */
export interface PatientView {
  readonly PatientID: string
  readonly ideographic: string
  readonly phonetic: string
  readonly alphabetic: string
  readonly birthDate: string | null
  readonly sex: "M" | "F" | "O" | ""
  /** True when a name had to be read against its declared character set, or holds characters shown as 〓. */
  readonly nameMarked: boolean
}

/** The way line: 受信 送信 ┊ 到着 読影 報告 ┊ 受領 既読 対応済. */
export type StationName =
  "received" | "sent" | "arrived" | "reading" | "reported" | "acknowledged" | "seen" | "acted"
export type StationState = "done" | "now" | "part" | "todo" | "hold" | "fail" | "alarm" | "skip"
export interface Station {
  readonly name: StationName
  readonly state: StationState
  readonly at: string | null
  /** 0..1, only with state "part". */
  readonly share: number | null
  /** Error code of errors.ts, only with state "fail" or "hold". */
  readonly reason: string | null
  /** Only of a station that is reached: by the other side's answer alone, where no signed receipt is agreed. */
  readonly by?: "answer"
}

export interface StudyView {
  readonly StudyInstanceUID: string
  readonly StudyDescription: string
  readonly modalities: readonly string[]
  readonly bodyPart: string
  /** Study date and time as the device wrote them, hospital time zone. */
  readonly studyDateTime: string | null
  readonly AccessionNumber: string
  readonly instances: number
  readonly instancesExpected: number | null
  readonly bytes: number
}

/** Words of the verdict; `indeterminate` is never shown as verified, `unsigned` (by agreement) never as signed. */
export type VerdictOutcome = "valid" | "valid-pending" | "indeterminate" | "invalid" | "unsigned"
export interface VerdictTest {
  /** e.g. `signature-value`, `digest`, `path`, `policy`, `hc-role`, `revocation`, `time-stamp`, `exact-set`. */
  readonly name: string
  readonly outcome: "pass" | "fail" | "unknown"
  readonly detail: string
}
export interface Verdict {
  readonly outcome: VerdictOutcome
  /** "hpki" = a person's signature; "seal" = 施設シール（HPKI署名ではない）; "none" = nobody's. */
  readonly kind: "hpki" | "seal" | "none"
  readonly holder: string
  /** Japanese name from subjectAltName directoryName, "" when absent. */
  readonly holderJapanese: string
  /** hcRole text, e.g. "Medical Doctor"; "" for a seal. */
  readonly role: string
  readonly issuer: string
  readonly serial: string
  readonly policy: string
  readonly signedAt: string | null
  readonly timeStampedAt: string | null
  readonly checkedAt: string
  readonly tests: readonly VerdictTest[]
}

export interface RequestText {
  readonly purpose: string
  readonly diagnosis: string
  readonly history: string
  readonly department: string
  readonly physician: string
  /** The hospital's id of the physician, as chosen from its directory; "" or absent = a name that was written. */
  readonly physicianId?: string
  /** 指名; "" or absent = anybody. */
  readonly namedReader?: string
  /** Where the report goes besides the physician; "" or absent = nowhere else. */
  readonly reportTo?: string
  readonly setting: "outpatient" | "inpatient" | "emergency" | "screening"
  readonly contrast: string
  readonly telephone: string
}

export type CaseState =
  "created" | "ready" | "reserved" | "inProgress" | "suspended" | "completed" | "failed" | "exited"

/**
 * What a person must be told besides where a thing stands on its way:
 * late-images came after release and have not left · conflict-copies of one image came with other bytes, a person chooses ·
 * quarantined: the Study Instance UID is another patient's · proposed: images that may be meant, a person chooses ·
 * incomplete: `count` images are known to be missing · late-supplement, late-after-report: `count` images came after the first
 * sending, the last at `at`, before or after the report was signed · images-withdrawn, withdrawn-after-report: the same of
 * images taken back · nothing-left: every image was taken back ·
 * recalled: the hospital took the whole study back at `at`, and the centre destroys its copy · recall-unconfirmed: it has
 * not certified that yet ·
 * agreement-over: nothing leaves without one · not-sent: given up, may be sent again · refused: it came there, was verified
 * and is refused; may be made anew and sent · delayed: tried again and again ·
 * seal-held: evidence for a signature is missing · seal-failed: what came does not hold · past-term: the agreed term is over,
 * the images stay because somebody still has to do something · term-near: nobody has read them, and they will be erased at
 * the reading centre at `at` · images-gone: erased at the end of the term · images-gone-there: erased at the reading centre
 * before a report came · time-stamp-pending: a report was signed at `at` and no time-stamp authority has answered since ·
 * time-stamp-late: nor within a day · signature-pending: a report was approved at `at`, and whoever holds its reader's key does
 * not answer · signature-asked: it does, and the reader has to do something · signature-stopped: what was approved cannot be
 * signed as it is · signature-late: a day after.
 */
export type NoticeCode =
  | "late-images"
  | "conflict-copies"
  | "quarantined"
  | "proposed"
  | "incomplete"
  | "late-supplement"
  | "late-after-report"
  | "images-withdrawn"
  | "withdrawn-after-report"
  | "nothing-left"
  | "recalled"
  | "recall-unconfirmed"
  | "agreement-over"
  | "not-sent"
  | "refused"
  | "delayed"
  | "seal-held"
  | "seal-failed"
  | "other-patient"
  | "past-term"
  | "term-near"
  | "images-gone"
  | "images-gone-there"
  | "time-stamp-pending"
  | "time-stamp-late"
  | "signature-pending"
  | "signature-asked"
  | "signature-stopped"
  | "signature-late"
export interface Notice {
  readonly code: NoticeCode
  /** Error code of errors.ts where there is one. */
  readonly reason: string | null
  /** How many images. */
  readonly count?: number
  /** When it will happen ("term-near"), or has happened. */
  readonly at?: string
}

/** A person's word on whose images came: the known patient's, or somebody else's under that number. */
export type PatientRuling = "same-patient" | "other-patient"

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
  /** What came beside the study from who has requests of another kind; absent = nothing. */
  readonly papers?: readonly PaperView[]
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
 * What a report waits for that its reader has approved, by passkey over the frozen digests, and that nothing has signed yet
 * (`signature-pending`). service: whoever holds the key does not answer · login, pin, consent: its holder has to do something ·
 * images: they changed since it was frozen · certificate: it may not sign now.
 */
export type SignatureWait = "service" | "login" | "pin" | "consent" | "images" | "certificate"

export interface SigningView {
  readonly steps: readonly {
    readonly step: SigningStep
    readonly state: "done" | "now" | "todo" | "fail"
    readonly at: string | null
  }[]
  /** Error code of errors.ts when a step failed. */
  readonly failure: string | null
  /** Approved, not signed yet; what was frozen is under this id. Absent = it is not. */
  readonly awaits?: { readonly what: SignatureWait; readonly prepareId: string }
}

/** Answer of "sign". */
export interface SignedOrApproved {
  readonly reportId: string
  readonly version: number
  /** Whoever holds the key does not answer: it is approved, nothing of it leaves, and it is signed later. Absent = signed. */
  readonly awaitsSignature?: true
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
}

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

/** One row of the hospital's list. */
/** A privacy policy of the hospital's (IHE BPPC). */
export interface ConsentPolicy {
  /** OID. */
  readonly policy: string
  readonly name: string
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

/** 読影依頼票 as entered on the staff page or by API. */
export interface RequestInput {
  readonly requestNumber: string
  readonly PatientID: string
  /** Names and birth date are compared with the images for a warning, never for merging. */
  readonly patientName: string
  readonly urgency: Urgency
  /** The result is to be told by telephone as well; absent = no. */
  readonly telephoneOnResult?: boolean
  /** Agreement id: which reading centre. */
  readonly agreement: string
  /** Study to bind: UID or accession number; "" = first match by PatientID. */
  readonly StudyInstanceUID: string
  readonly AccessionNumber: string
  readonly request: RequestText
  /** The patient's number in the agreement's affinity domain; "" or absent = as of the patient's last request, if any. */
  readonly affinityPatientId?: string
  /** The policy the patient has acknowledged, OID: the person who enters the request has made sure, no system may; absent = not yet. */
  readonly consent?: string
  /** Images leave only when released: true = as soon as the study is complete. */
  readonly releaseWhenComplete: boolean
}

/** People of the hospital's directory that fit what was typed, the likeliest first. */
export interface PeopleFound {
  readonly people: readonly DirectoryPerson[]
  /** When the directory was read; null = never. */
  readonly readAt: string | null
}

export interface SessionView {
  readonly person: {
    readonly id: string
    readonly name: string
    readonly role: "radiologist" | "clerk" | "officer" | "system"
  } | null
  readonly site: string
  readonly desk: "reading" | "staff"
  /** Where people log in who come with a card (HPKI authentication certificate); absent = there is no such door. */
  readonly cards?: string
  /** People are chosen from the hospital's directory; absent = there is none, they are written. */
  readonly directory?: true
  /** What is here is read, and nothing of it changes; absent = it is not so. */
  readonly frozenSince?: string
  readonly serverTime: string
  readonly idleMs: number
  readonly agreements: readonly {
    readonly id: string
    readonly partner: string
    /** A request is due so long after it is entered. */
    readonly dueMinutes: Readonly<Record<Urgency, number>>
    /** Empty = no consent is asked for. */
    readonly consentPolicies: readonly ConsentPolicy[]
    /** A person enters the number a patient has in the affinity domain of the partner's repository; absent = none is asked for. */
    readonly affinityNumbers?: true
    /** Who may be named as reader; absent = the agreement names nobody. */
    readonly readers?: readonly string[]
  }[]
}

// ---------------------------------------------------------------- accounts

/** Of a certificate, what somebody can compare with a card or a letter. */
export interface CertificateFacts {
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string
  readonly subject: string
  /** The holder's name in Japanese; "" where the certificate has none. */
  readonly holder: string
  readonly issuer: string
  /** Upper-case hex. */
  readonly serial: string
  /** hcRole texts, e.g. `Medical Doctor`. */
  readonly roles: readonly string[]
  readonly notBefore: string
  readonly notAfter: string
}

/** Sent over the WebSocket; the page asks again for what changed. */
export interface DeskEvent {
  /** changed: a request, or the lists · devices: devices, lines or the disk, of the technician's page. */
  readonly kind: "changed" | "devices" | "resync" | "session-ended"
  readonly requestId: string | null
  readonly at: string
}

// ---------------------------------------------------------------- devices and lines

/** One screen for whoever stands at the machine at three in the morning: does it arrive, does it leave, what do I do? */
export interface TechnicianView {
  readonly serverTime: string
  /** What was seen of devices and lines since then; before it the program was not running. */
  readonly since: string
  /** Our own AE title and ports, as devices must be set to. */
  readonly door: DoorView
  /** The worst first. Empty = nothing to do. */
  readonly lights: readonly Light[]
  readonly devices: readonly DeviceView[]
  readonly turnedAway: readonly TurnedAwayView[]
  readonly partners: readonly PartnerView[]
  /** Null where no archive is configured. */
  readonly archive: ArchiveView | null
  readonly timeStamp: ContactView
  /** Each by its host, where there are several; absent or empty else. */
  readonly timeStampAuthorities?: readonly (ContactView & { readonly name: string })[]
  /** The hospital's directory of people; null where none is configured. */
  readonly directory: DirectoryView | null
  readonly disk: DiskView
  /** Ours, and those of partners whose end is near. */
  readonly certificates: readonly {
    readonly use: string
    /** Name of the partner whose it is; null or absent = ours. */
    readonly partner?: string | null
    readonly notAfter: string
    readonly daysLeft: number
  }[]
  readonly lists: readonly {
    readonly issuer: string
    readonly nextUpdate: string
    readonly stale: boolean
    /** It will be soon, and no newer one has come. */
    readonly ending: boolean
  }[]
  /** Audit rows that are not in the trail yet. */
  readonly auditRows: number
  readonly clock: ClockView
  /** Audit Record Repositories the trail is sent to. */
  readonly collectors: readonly CollectorView[]
}
export interface ClockView {
  readonly check: "chrony" | "none"
  /** Further off nothing is signed. */
  readonly limitMs: number
  /** Null while nobody says how right it is. */
  readonly reading: {
    readonly offsetMs: number
    readonly boundMs: number
    readonly source: string
    readonly heardAt: string
  } | null
  /** ERR_CLOCK_OFF or ERR_CLOCK_UNKNOWN: nothing is signed. */
  readonly failureCode: string | null
  readonly failingSince: string | null
  /** A sentence for the log. */
  readonly detail: string
}
export interface CollectorView extends ContactView {
  readonly name: string
  /** Records it has not surely read, and when the first of them happened. */
  readonly waiting: number
  readonly waitingSince: string | null
}
export interface DoorView {
  readonly aeTitle: string
  readonly port: number
  /** Null without DICOM TLS. */
  readonly securePort: number | null
}
export interface Light {
  /** Code of errors.ts, or a name of docs/what-to-do.md. */
  readonly code: string
  /** red: something does not get through now · amber: somebody should look before it does not. */
  readonly tone: "red" | "amber"
  /** Null when nobody knows since when. */
  readonly since: string | null
  readonly ja: AdviceView
  readonly en: AdviceView
  /** What the page offers beside the steps. */
  readonly offer:
    | { readonly what: "echo"; readonly aeTitle: string }
    | { readonly what: "line"; readonly agreement: string }
    | { readonly what: "requests" }
    | null
  /** Who is called first, by the agreement; null where it is our own matter. */
  readonly call: string | null
}
export interface AdviceView {
  readonly title: string
  readonly note: string
  readonly steps: readonly string[]
}
export interface ContactView {
  /** It answered. */
  readonly lastSuccessAt: string | null
  readonly lastFailureAt: string | null
  readonly failingSince: string | null
  readonly failureCode: string | null
}
export interface DirectoryView extends ContactView {
  /** Host and port. */
  readonly name: string
  /** When the people who can be chosen were read; null = never. */
  readonly readAt: string | null
  readonly people: number
  /** Entries without an id or a name to be used. */
  readonly leftOut: number
}
export interface DeviceView {
  readonly aeTitle: string
  /** All its images are urgent. */
  readonly stat: boolean
  /** Associations open now. */
  readonly open: number
  readonly lastImageAt: string | null
  /** Images of studies of which something arrived today. */
  readonly today: number
  /** Its last C-ECHO to us. */
  readonly lastEchoAt: string | null
  /** The last object of it that was not taken. */
  readonly lastRefusal: { readonly at: string; readonly status: number; readonly comment: string } | null
  /** It can be called: its address is configured. */
  readonly callable: boolean
  /** It brings files (STOW-RS, a watched folder): nobody calls anybody. */
  readonly files: boolean
}
export interface TurnedAwayView {
  readonly why: string
  readonly callingAE: string
  readonly calledAE: string
  readonly remoteAddress: string
  readonly count: number
  readonly firstAt: string
  readonly lastAt: string
  /** What to write into the configuration so that it may come in; null where the device must be changed instead. */
  readonly line: string | null
}
export interface PartnerView extends ContactView {
  readonly agreement: string
  readonly name: string
  /** Submissions that wait or are being made. */
  readonly waiting: number
  /** Of these, for STAT requests. */
  readonly stat: number
  readonly oldestAt: string | null
  readonly sending: number
  readonly failed: number
  readonly bytes: number
  /** What is agreed of the line; null = all it gives. */
  readonly maxMbitPerSecond: number | null
  /** When images leave again that are not STAT; null = now. */
  readonly opensAt: string | null
  /** Null where the partner calls us. */
  readonly roadHome: RoadHomeView | null
}
/** The page of lines at the reading centre. */
export interface LinesView {
  readonly serverTime: string
  /** What was seen of the lines since then; before it the program was not running. */
  readonly since: string
  /** The worst first. Empty = nothing to do. */
  readonly lights: readonly Light[]
  /** Every hospital there is an agreement with. */
  readonly partners: readonly PartnerView[]
}
/** A connection the hospital holds open, through which comes what the reading centre sends. */
export interface RoadHomeView {
  /** Null while there is none. */
  readonly connectedSince: string | null
  /** When something came over it last, a heartbeat at least. */
  readonly lastHeardAt: string | null
  /** Since when there is none; null while there is. */
  readonly downSince: string | null
  /** Code of errors.ts of the last attempt, where it failed; at the hospital only. */
  readonly failureCode: string | null
  /** When the centre said that another gateway with our certificate took our place; at the hospital only. */
  readonly replacedAt: string | null
  /** How many there were since the start. */
  readonly opened: number
}
export interface ArchiveView extends ContactView {
  readonly aeTitle: string
  readonly callable: boolean
  readonly lastEchoAt: string | null
  readonly commitmentsWaiting: number
  readonly reportsWaiting: number
  readonly reportsFailed: number
}
export interface DiskView {
  readonly freeBytes: number
  readonly totalBytes: number
  readonly warnBytes: number
  readonly refuseBytes: number
  readonly reserveBytes: number
  readonly state: "ok" | "low" | "refusing" | "full"
}
/** What came of a test. */
export interface TestResult {
  readonly ok: boolean
  readonly tookMs: number
  /** Code of errors.ts when it failed. */
  readonly code: string | null
  readonly ja: AdviceView | null
  readonly en: AdviceView | null
}

/** How far a self-test has come: sealed and signed here, taken by the partner, its report here, the report's signature judged. */
export interface SelfTestStage {
  readonly name: "sealed" | "taken" | "answered" | "judged"
  readonly state: "done" | "now" | "todo" | "failed"
  /** When it was reached, ISO 8601. */
  readonly at: string | null
  /** Code of errors.ts, with the partner's own behind it where it said one: what it waits for or failed with. */
  readonly code: string | null
}
/** A phantom on its way to a partner and a report of it back. */
export interface SelfTestView {
  readonly id: string
  readonly agreement: string
  readonly beganAt: string
  readonly stages: readonly SelfTestStage[]
  readonly outcome: "running" | "passed" | "failed"
  /** Of the report on the phantom; null while there is none, or when it is destroyed. */
  readonly signature: Verdict | null
}
