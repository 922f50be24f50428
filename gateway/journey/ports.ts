/**
 * What the steps ask of the world, and what they offer to it: types and promises only.
 *
 * Outbound actors and stores *answer* these ports; inbound actors *take* a handler. Each promise says what is
 * durable when it returns and whether it may be called twice.
 */
import type { DirectoryPerson } from "../standards/pwp/directory-person.ts"
import type { CodedValue } from "../standards/saml/assertion.ts"
import type { ReadingRequest } from "../standards/request/request-content.ts"
import type { Submission, DocumentEntry } from "../standards/xds/submission.ts"
import type { RegistryResponse } from "../standards/xds/registry-response.ts"
import type { Medium, ReadIn } from "./media/medium.ts"
import type { CommitmentRequest, CommitmentResult } from "../standards/dicom/storage-commitment.ts"
import type {
  Amendment,
  DeletionView,
  LinesView,
  CopyChoice,
  PeopleFound,
  PreparedReport,
  QuarantineRuling,
  ReadingView,
  ReportDraft,
  RequestInput,
  SelfTestView,
  StaffDetail,
  StaffItem,
  SignedOrApproved,
  StudyQuestion,
  StudyView,
  TechnicianView,
  TestResult,
  Verdict,
  WorkItem,
  PatientView,
  PatientRuling,
} from "./views.ts"

export { LEVER_NAMES, NO_LEVERS } from "./levers/levers.ts"
export { MEDIUM_TYPES } from "./media/medium.ts"
export type { Lever, LeverName, Levers } from "./levers/levers.ts"
export type { EvidenceDesk, EvidencePackage, EvidenceTaker } from "./evidence/evidence.ts"
export type { MediaDesk, Medium, MediumFile, MediumPlan, MediumType, ReadIn } from "./media/medium.ts"

// ---------------------------------------------------------------- time and chance

export interface Clock {
  now(): Date
}
export interface Chance {
  bytes(length: number): Uint8Array
}

/** What keeps the machine's clock says of it. */
export interface ClockReading {
  /** How far the clock is from the time source; positive or negative. */
  readonly offsetMs: number
  /** It is surely no further off than this: offset, root dispersion and half the root delay (RFC 5905 11.2). */
  readonly boundMs: number
  /** Name or address of the source. */
  readonly source: string
  /** When the source was last heard, ISO 8601. */
  readonly heardAt: string
}

export interface TimeCheck {
  /** Throws ClockError ERR_CLOCK_UNKNOWN when nobody keeps the clock, or it has not been set by any source yet. */
  read(): Promise<ClockReading>
}

// ---------------------------------------------------------------- spool (docs/store.md)

/** 32 lower-case hex digits each. */
export type SlotId = string
export type SegmentId = string
export type ObjectId = string

/** What a slot's objects are, hence when they go. */
export type SlotClass = "received" | "recoded" | "documents"

/** Where one frame lies; the keys are in its trailer, the trailer's key in the slot. */
export interface ObjectPlace {
  readonly slotId: SlotId
  readonly segmentId: SegmentId
  /** Offset of the frame's first byte in the segment file. */
  readonly offsetBytes: number
  readonly objectId: ObjectId
}

/** How much of the disk an object may take: `reserved` may use what is kept back from `routine` ones for urgent images,
 *  for reports coming home and for what makes things leave. */
export type Room = "routine" | "reserved"

/** Why a frame was written; decides what roll-forward does with one the ledger does not know. */
export type FrameKind = "instance" | "document" | "submission"

/** What the trailer tells besides keys and digests; opaque to the spool. */
export interface ObjectMeta {
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  /** SOP Instance UID of an instance, uniqueId of any other document. */
  readonly uniqueId: string
  readonly SOPClassUID: string
  readonly TransferSyntaxUID: string
  /** Clear MIME type, e.g. `application/dicom`. */
  readonly mimeType: string
  readonly callingAE: string
  readonly calledAE: string
  readonly source: string
  readonly receivedAt: string
  readonly supersedes: ObjectId | null
}

export interface SealedFacts {
  readonly meta: ObjectMeta
  readonly kind: FrameKind
  readonly cek: Uint8Array
  readonly nonce: Uint8Array
  readonly tag: Uint8Array
  readonly clearLengthBytes: number
  readonly ciphertextLengthBytes: number
  /** SHA-256 of the whole clear object (a Part 10 file for instances). */
  readonly sha256: Uint8Array
  /** SHA-256 of the data set alone (from the end of group 0002); equals sha256 for other documents. */
  readonly sha256DataSet: Uint8Array
}

/** An object whose frame is written; durable only after `Segment.sync`. */
export interface SealedObject {
  readonly place: ObjectPlace
  readonly facts: SealedFacts
}

export interface Spool {
  /** Live slots. */
  readonly slots: readonly { readonly slotId: SlotId; readonly slotClass: SlotClass }[]
  /** A fresh slot key; durable (both copies fdatasynced) when it returns. */
  createSlot(slotClass: SlotClass): Promise<SlotId>
  /** New append-only file; its parents are synced before it returns. One writer. `routine` when no room is named. */
  openSegment(slotId: SlotId, room?: Room): Promise<Segment>
  /** Opens the trailer: throws ERR_SLOT_GONE after destruction, ERR_SPOOL_ROT when the frame does not check. */
  open(place: ObjectPlace): Promise<ReadableObject>
  /** Every readable frame of every slot, oldest segment first; torn tails are cut on the way. `isRemembered`: was this
   *  segment found settled before? Asked of each that lies here. `isSettled`: is this closed segment, of so many frames,
   *  known already? What is either is passed over. */
  scan(options?: {
    readonly isRemembered?: (segmentId: SegmentId) => boolean
    readonly isSettled?: (segmentId: SegmentId, frames: number) => Promise<boolean>
  }): AsyncIterable<SealedObject>
  /** A segment of a live slot is not here, and the ledger names objects of it: told as rot is. */
  lost(slotId: SlotId, segmentId: SegmentId): void
  /** Zero both slots, read back, unlink, sync the folder. Idempotent: a second call finishes a first. */
  destroySlot(slotId: SlotId): Promise<Destruction>
  /** Unlink one whole segment whose submission was refused or never acknowledged. Idempotent. */
  discardSegment(slotId: SlotId, segmentId: SegmentId): Promise<void>
  /** Seal a ledger column so that it dies with the slot. `context` is bound (table, column, row). */
  sealColumn(slotId: SlotId, context: string, clear: Uint8Array): Uint8Array
  openColumn(slotId: SlotId, context: string, sealed: Uint8Array): Uint8Array
  usage(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>
  /** Would an object of this kind be taken now? */
  hasRoom(room: Room): Promise<boolean>
}

export interface Segment {
  readonly slotId: SlotId
  readonly segmentId: SegmentId
  /** Encrypt while writing: fresh CEK and nonce. `prologue` (preamble + group 0002) is part of the file but not
   *  of the data set. One object at a time. */
  begin(kind: FrameKind, prologue: Uint8Array): Promise<ObjectWriter>
  /** Keep a ciphertext that came in as it is: decrypts in memory for tag and digests, writes it unchanged. */
  adopt(
    kind: FrameKind,
    key: { readonly cek: Uint8Array; readonly nonce: Uint8Array },
  ): Promise<AdoptingWriter>
  /** Group commit: resolves when everything finished before the call is durable (one fdatasync for all who wait). */
  sync(): Promise<void>
  /** Close at the last good end, synced. Never reopened. */
  close(): Promise<void>
  /** Bytes written so far, for the unit limit. */
  readonly lengthBytes: number
}

export interface ObjectWriter {
  /** Back-pressure: wait for it. */
  write(clear: Uint8Array): Promise<void>
  /** SHA-256 of the data set so far, so that a copy can be recognised before it is finished. */
  dataSetDigest(): Promise<Uint8Array>
  /** Writes trailer and header last. Not yet durable: call Segment.sync. */
  finish(meta: ObjectMeta): Promise<SealedObject>
  /** Cuts the segment back to before this object; resolves when cut. */
  abort(): Promise<void>
}

export interface AdoptingWriter {
  write(ciphertext: Uint8Array): Promise<void>
  /** Throws ERR_TAG_MISMATCH; the caller then aborts. */
  finish(tag: Uint8Array, meta: ObjectMeta): Promise<SealedObject>
  abort(): Promise<void>
}

export interface ReadableObject extends SealedObject {
  /** Ciphertext as stored, for the wire; every piece is the taker's own. */
  ciphertext(): AsyncIterable<Uint8Array>
  /** Clear bytes of [start, end), every touched chunk verified before it is handed out. Whole object by default. */
  clear(range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>
}

export interface Destruction {
  readonly slotId: SlotId
  readonly objects: number
  readonly bytes: number
  /** Both slot copies were read back as zero. */
  readonly readBack: boolean
  readonly epoch: number
  readonly at: string
}

// ---------------------------------------------------------------- keys

/** Gateway keys by use; `object` decrypts what is addressed to us. Persons' keys are not here. */
export type GatewayKey = "seal" | "object" | "tls"

/** Opens what is addressed to its certificate. */
export interface DecryptionKey {
  /** DER. */
  readonly certificate: Uint8Array
  agree(peerSpki: Uint8Array): Promise<Uint8Array>
  decryptOaep(ciphertext: Uint8Array): Promise<Uint8Array>
}

export interface KeyStore {
  /** The key of `object`, which partners use from now on; then retired ones, which open what was made for them before. */
  decryptionKeys(): readonly DecryptionKey[]
  /** DER, leaf first. */
  chain(key: GatewayKey): readonly Uint8Array[]
  /** Signature over `bytes` with the key's own algorithm and SHA-256; ECDSA as IEEE P1363 r‖s. */
  sign(key: GatewayKey, bytes: Uint8Array): Promise<Uint8Array>
  /** Raw ECDH shared secret (x coordinate) with a peer point given as SubjectPublicKeyInfo DER. */
  agree(key: "object", peerSpki: Uint8Array): Promise<Uint8Array>
  /** RSAES-OAEP SHA-256. */
  decryptOaep(key: "object", ciphertext: Uint8Array): Promise<Uint8Array>
}

/** `pin`: type it · `login`: log in at the signing service · `nothing`: it asks its holder by itself, or nobody. */
export type KeyNeed = "pin" | "login" | "nothing"

/** Signing keys of persons: opened by their PIN for one signature and closed again. */
export interface PersonKeys {
  chain(personId: string): Promise<readonly Uint8Array[]>
  /** What the person must do before the next signature. Throws ERR_KEY_SERVICE while whoever holds the key does not answer,
   *  ERR_KEY_MISSING. */
  needs(personId: string): Promise<KeyNeed>
  /** Throws ERR_KEY_PASSPHRASE; of a key at a signing service also ERR_KEY_LOGIN, ERR_KEY_SERVICE. */
  sign(personId: string, pin: string, bytes: Uint8Array): Promise<Uint8Array>
}

/** A service that holds persons' signing keys: each logs in there in their own browser (OAuth 2.0 with PKCE). */
export interface SigningService {
  /** Where the person's browser has to go; a second call ends the first. Throws KeyError ERR_KEY_SERVICE. */
  begin(person: Pick<Person, "login">): Promise<{ readonly url: string }>
  /** What the browser came back with. Throws KeyError ERR_KEY_LOGIN when this person has not begun it, ERR_KEY_SERVICE. */
  finish(
    person: Pick<Person, "login">,
    answer: { readonly state: string; readonly code: string },
  ): Promise<void>
}

// ---------------------------------------------------------------- outside services

export interface Post {
  /** Handed to the mail server when it resolves. Throws MailError; a second call sends a second mail. */
  send(mail: { readonly to: string; readonly subject: string; readonly text: string }): Promise<void>
}

export interface TimeStampAuthority {
  /** RFC 3161 token (ContentInfo DER) over SHA-256 of `bytes`; checked for imprint and nonce. Throws TimeStampError. */
  stamp(bytes: Uint8Array): Promise<Uint8Array>
}

/** A peer as the TLS layer knows it. */
export interface PeerIdentity {
  /** Agreement id whose pin the certificate fits. */
  readonly agreement: string
  /** Hex SHA-256 of the SubjectPublicKeyInfo. */
  readonly spkiSha256: string
  readonly remoteAddress: string
  /** It comes on a medium that a person reads in at this machine: no key was shown, the seal says whose it is. */
  readonly onMedium?: ReadIn
  /** Who acts there, as the partner vouches for in this message; absent = nothing is said, or nobody looks. */
  readonly asserted?: AssertedUser | null
}

/** Who acts in a message between gateways, by its assertion (IHE XUA). */
export interface AssertedUser {
  /** NameID: a certificate's subject, an account, or a system. */
  readonly userId: string
  /** For audit messages: `alias<user@issuer>` (ITI TF-2 3.40.4.2). */
  readonly userName: string
  readonly roles: readonly CodedValue[]
  readonly purposes: readonly CodedValue[]
}

export interface OutboundDocument {
  readonly entryUUID: string
  readonly lengthBytes: number
  /** May be called again for a retry; yields the same bytes. */
  open(): AsyncIterable<Uint8Array>
}

/**
 * @param bytesSent of a submission that were handed to the socket, with what stands around its documents
 * @param bytesBefore of these by earlier attempts, and not again by this one; absent = none
 */
export type SendProgress = (bytesSent: number, bytesBefore?: number) => void

/**
 * An attempt begins: once there is a connection to send over, also where that was waited for, and before an octet leaves. It
 * gives the wsse:Security header of this attempt, null = none. What it throws comes through, and nothing has left.
 */
export type BeginAttempt = () => Promise<string | null>

export interface DocumentSource {
  /** One ITI-41 attempt. Resolves with whatever RegistryResponse came; throws SubmissionError otherwise.
   *  `begin` is called once at most: never when no connection can be had. */
  provideAndRegister(
    agreement: string,
    submission: Submission,
    documents: readonly OutboundDocument[],
    messageId: string,
    progress: SendProgress,
    begin?: BeginAttempt,
  ): Promise<RegistryResponse>
}

/** Draws in a child process; the gateway process never decodes pixels or lays out text. */
export interface Draughtsman {
  /** HTJ2K lossless RPCL codestream of one native frame, with the byte length of each resolution level. */
  encodeFrame(
    frame: FramePixels,
  ): Promise<{ readonly codestream: Uint8Array; readonly levelEndBytes: readonly number[] }>
  /** The samples of an HTJ2K frame, for `renderFrame` and the like. */
  decodeFrame(frame: CodedFrame): Promise<FramePixels>
  /** 8-bit grey or RGB PNG of one frame through a window. */
  renderFrame(frame: FramePixels, windowCenter: number, windowWidth: number): Promise<Uint8Array>
  /** PDF/A-2b, byte-identical for equal input. Throws ReportError ERR_REPORT_GLYPH naming the character. */
  renderReport(report: ReportContent): Promise<Uint8Array>
  /** A reading request on paper, for who takes nothing else: as `renderReport`. */
  renderRequest(request: ReadingRequest): Promise<Uint8Array>
  /** The pages of the same report as pictures. Throws as `renderReport`. */
  renderPages(report: ReportContent): Promise<readonly GreyPage[]>
}

/** 8 bits a pixel, 0 = black, row by row. */
export interface GreyPage {
  readonly rows: number
  readonly columns: number
  readonly pixels: Uint8Array
}

export interface FramePixels {
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: 1 | 3
  readonly bitsAllocated: 8 | 16
  readonly bitsStored: number
  readonly signed: boolean
  readonly photometricInterpretation: string
  readonly rescaleSlope: number
  readonly rescaleIntercept: number
  /** Little endian, as stored. */
  readonly pixels: Uint8Array
}

/** As the data set describes it; `codestream` is HTJ2K (1.2.840.10008.1.2.4.201 to .203) without padding. */
export interface CodedFrame extends Omit<FramePixels, "pixels"> {
  readonly codestream: Uint8Array
}

/** Everything a report document says; frozen before signing. */
export interface ReportContent {
  /** OIDs (dotted). */
  readonly documentId: string
  readonly setId: string
  readonly versionNumber: number
  readonly status: "final" | "corrected" | "preliminary" | "appended"
  readonly effectiveTime: string
  readonly patient: PatientView
  readonly patientIdRoot: string
  readonly study: StudyView
  readonly hospital: { readonly name: string; readonly oid: string }
  readonly center: { readonly name: string; readonly oid: string }
  readonly requestNumber: string
  readonly purpose: string
  readonly physician: string
  /** By the hospital's id; "" = unknown. */
  readonly physicianId?: string
  readonly reader: { readonly id: string; readonly idRoot: string; readonly name: string }
  readonly findings: string
  readonly impression: string
  readonly correction: { readonly replacesDocumentId: string; readonly reason: string } | null
  /** null in a report; of an addendum what it adds, and to which document in its first version. */
  readonly addendum: {
    readonly text: string
    readonly appends: {
      readonly documentId: string
      readonly setId: string | null
      readonly versionNumber: number | null
    } | null
  } | null
  readonly keyImages: readonly { readonly png: Uint8Array; readonly caption: string }[]
}

// ---------------------------------------------------------------- audit

/** A session that ran into one of its limits. */
export interface EndedSession {
  /** Names it once and for all; opens nothing. */
  readonly key: string
  readonly person: Person
}

/** One thing that happened, in the words of docs/audit; turned into an ATNA message by the trail. */
export interface AuditEvent {
  readonly event:
    | "application-start"
    | "application-stop"
    | "instances-received"
    | "instances-added"
    | "media-imported"
    | "instances-sent"
    | "export"
    | "import"
    | "images-stored"
    | "medium-exported"
    | "medium-read"
    | "study-accessed"
    | "study-changed"
    | "report-accessed"
    | "evidence-exported"
    | "login"
    | "login-failed"
    | "logout"
    | "session-ended"
    | "credential-added"
    | "account-changed"
    | "request-entered"
    | "requests-listed"
    | "consent-recorded"
    | "patient-identified"
    | "node-authentication-failure"
    | "node-tested"
    | "security-alert"
    | "signed"
    | "verified"
    | "study-deleted"
    | "report-deleted"
    | "audit-used"
    | "configuration"
  readonly outcome: "success" | "minor" | "serious" | "major"
  readonly at: string
  /** The medium it came on or leaves on. */
  readonly medium?: Medium
  /** Login name or AE title of who acted; our own process when absent. */
  readonly user: string | null
  readonly userName: string | null
  readonly peer: { readonly id: string; readonly address: string } | null
  readonly PatientID: string | null
  readonly StudyInstanceUID: string | null
  /** SubmissionSet.uniqueId, report id, or node id by event. */
  readonly objectId: string | null
  readonly SOPClassUID: string | null
  readonly instances: number | null
  /** A sentence without patient data. */
  readonly description: string | null
  /** Who acted at the gateway that sent, as its message says; absent = it says nothing. */
  readonly asserted?: AssertedUser | null
}

export interface AuditTrail {
  /** Chained and fdatasynced in order when it resolves. Repeating an event with the same key appends once. */
  record(entries: readonly { readonly key: string; readonly event: AuditEvent }[]): Promise<void>
}

/** Behind the n-th record of the trail. */
export interface TrailPlace {
  readonly n: number
  /** Of that record: a place is good in the trail it was taken from, and in no other. */
  readonly hash: string
  /** Where the record ends in the file. */
  readonly endBytes: number
}

export interface TrailRecord {
  /** The ATNA message, XML. */
  readonly message: string
  readonly place: TrailPlace
}

/** The trail for whoever passes it on. */
export interface TrailReader {
  /** How many records are durable. */
  readonly records: number
  /** Is it a place of this trail? */
  holds(place: TrailPlace): Promise<boolean>
  /** What is durable behind a place (null = from the first record on), in order, as far as it goes at the call. Throws
   *  ERR_AUDIT_CHAIN at what is no record. */
  after(place: TrailPlace | null): AsyncIterable<TrailRecord>
  /** Told after every append. */
  readonly followers: Set<() => void>
}

/** How far somebody has been told the trail; one for each collector. */
export interface SentMark {
  /** null = nothing was sent yet, or the mark cannot be read any more. */
  read(): Promise<TrailPlace | null>
  /** Durable when it resolves. */
  write(place: TrailPlace): Promise<void>
}

// ---------------------------------------------------------------- what steps offer to inbound actors

/** A C-STORE as the DIMSE layer knows it before the data set. */
export interface IncomingInstance {
  readonly AffectedSOPClassUID: string
  readonly AffectedSOPInstanceUID: string
  readonly TransferSyntaxUID: string
  readonly callingAE: string
  readonly calledAE: string
  readonly remoteAddress: string
}

/** C-STORE-RSP status, PS3.4 B.2.3: 0x0000, 0xA700, 0xA900, 0xC000. */
export interface StoreAnswer {
  readonly status: number
  /** ErrorComment (0000,0902), ≤ 64 characters, no patient data; "" for success. */
  readonly comment: string
}

export interface InstanceHandler {
  /** May this device associate? null = yes; else the A-ASSOCIATE-RJ source and reason (PS3.8 table 9-21).
   *  `spkiSha256`: hex digest of the key its TLS certificate holds, null on a connection in the clear. */
  associate(
    callingAE: string,
    calledAE: string,
    remoteAddress: string,
    spkiSha256: string | null,
  ): { readonly source: number; readonly reason: number } | null
  /** A device that may associate was told to come back: there are too many already. */
  crowded?(callingAE: string, calledAE: string, remoteAddress: string): void
  /** One association's worth of instances. */
  open(association: {
    readonly callingAE: string
    readonly calledAE: string
    readonly remoteAddress: string
  }): InstanceIntake
}
export interface InstanceIntake {
  begin(instance: IncomingInstance): InstanceSink
  /** A C-ECHO was answered. */
  echoed?(): void
  /** Association over (released, aborted or broken). */
  end(): Promise<void>
}
export interface InstanceSink {
  /** Bytes in order (of the data set; of the file for a FileIntake); wait for it (back-pressure), for they are the caller's
   *  again then. Never throws for bad content: the answer says it. */
  write(dataSet: Uint8Array): Promise<void>
  /** Durable before it resolves with status 0. */
  finish(): Promise<StoreAnswer>
  abort(): Promise<void>
}

/** Who brings files: a system over STOW-RS, a folder, a medium. */
export interface FileSender {
  /** As AE titles are written; the study's quiet period goes by it. */
  readonly callingAE: string
  readonly remoteAddress: string
}
/** Objects that come as Part 10 files. They are kept by the same rules as what a C-STORE brings. */
export interface FileHandler {
  /** One request's, or one look into a folder's, worth of files. */
  open(sender: FileSender): FileIntake
}
export interface FileIntake {
  /** One file at a time. `StudyInstanceUID`: the study the sender says it is of; null = whichever. */
  begin(StudyInstanceUID: string | null): FileSink
  end(): Promise<void>
}
export interface FileSink extends InstanceSink {
  finish(): Promise<StoreOutcome>
}
/** A StoreAnswer (status also 0x0122, 0xC122: PS3.18 I.2.2), and what it is about. */
export interface StoreOutcome extends StoreAnswer {
  /** new: kept · same: was here already, byte for byte · conflict: kept beside other bytes of the same UID ·
   *  cut: the file ends inside an element, more of it may still be on its way · refused: see status and comment.
   *  The last two keep nothing. */
  readonly became: "new" | "same" | "conflict" | "cut" | "refused"
  /** null when it could not be read so far. */
  readonly instance: {
    readonly SOPClassUID: string
    readonly SOPInstanceUID: string
    readonly StudyInstanceUID: string
  } | null
}

export interface SubmissionHandler {
  /** The metadata are parsed, no document byte is read yet. Throws AcceptanceError to refuse. */
  begin(peer: PeerIdentity, submission: Submission, messageId: string): Promise<SubmissionIntake>
}
export interface SubmissionIntake {
  /** One document's octets in wire order; each piece is valid until the next is asked for. Throws AcceptanceError; the
   *  actor then calls abort. */
  document(entry: DocumentEntry, octets: AsyncIterable<Uint8Array>): Promise<void>
  /** All or nothing: durable when it resolves. Returns warnings for a Success answer. */
  commit(): Promise<readonly { readonly errorCode: string; readonly codeContext: string }[]>
  abort(): Promise<void>
}

/** The hospital's archive, as reports are kept in it. */
export interface ReportArchive {
  readonly aeTitle: string
  readonly address: string
  /** C-STORE of all, over one association; resolves when each was answered with success or a warning. May be repeated:
   *  an instance is known by its SOP Instance UID. Throws AssociationError (ERR_ASSOCIATION_CONTEXT when the archive
   *  does not take the SOP Class at all), DimseError. */
  store(SOPClassUID: string, instances: readonly OutboundInstance[]): Promise<void>
}
export interface OutboundInstance {
  readonly SOPInstanceUID: string
  /** Written in this transfer syntax, one of the two uncompressed little endian ones. */
  readonly dataSet: (TransferSyntaxUID: string) => Uint8Array
}

/** What others say of storage commitments (PS3.4 J): devices ask, the archive answers. */
export interface CommitmentHandler {
  /** N-ACTION: durable when it resolves with status 0 (PS3.7 10.1.4.1.10). */
  request(peer: DicomPeer, request: CommitmentRequest): Promise<StoreAnswer>
  /** N-EVENT-REPORT: durable when it resolves with status 0. The same result may come twice. */
  result(peer: DicomPeer, result: CommitmentResult): Promise<StoreAnswer>
}
export interface DicomPeer {
  readonly callingAE: string
  readonly calledAE: string
  readonly remoteAddress: string
}

/** What we say of storage commitments. */
export interface CommitmentLine {
  /** N-ACTION to the archive; resolves when it has taken the request. May be repeated with the same Transaction UID.
   *  What it answers comes to `CommitmentHandler.result`. Throws AssociationError, DimseError. */
  ask(request: CommitmentRequest): Promise<void>
  /** N-EVENT-REPORT to a device: on the association that asked while it is open, else on a new one. May be repeated.
   *  Throws AssociationError, DimseError. */
  tell(aeTitle: string, result: CommitmentResult): Promise<void>
}

// ---------------------------------------------------------------- desks

/** Who asks, after the desk has authenticated them. */
export interface Person {
  readonly id: string
  readonly login: string
  readonly name: string
  /** `officer`: answers for accounts, certificates and devices, and sees no patient. `system`: a machine with a token, at the staff desk. */
  readonly role: "radiologist" | "clerk" | "officer" | "system"
  /** When they opened the session they act in, ISO 8601; absent outside of one. */
  readonly loggedInAt?: string
  /** By what; absent = a passkey. */
  readonly loggedInBy?: LoginBy
}

/** What opened a session. */
export type LoginBy = "passkey" | "certificate"

/** A document as it is shown. */
export interface Paper {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

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

/** Self-tests of the road to a partner, for commands on this machine. */
export interface SelfTestDesk {
  /** A phantom is planned. Throws DeskError when nothing of the kind is agreed. */
  begin(user: string, agreement: string): Promise<{ readonly id: string }>
  /** Throws DeskError ERR_NOT_FOUND. */
  look(id: string): Promise<SelfTestView>
  /** All we have of it is destroyed, wherever it stands; null = it was before. May be called twice. */
  end(id: string, user: string): Promise<{ readonly objects: number; readonly at: string } | null>
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
  keyImage(person: Person, reportId: string, index: number): Promise<Uint8Array>
  /** What came with the report and nobody has signed; the index counts from 0. */
  attachment(person: Person, reportId: string, index: number): Promise<Uint8Array>
  /** The radiologist's signature, judged anew; and what was found of the seal when it came. */
  verification(
    person: Person,
    reportId: string,
  ): Promise<{ readonly signature: Verdict; readonly seal: Verdict }>
}

/** The hospital's directory of people (IHE Personnel White Pages, ITI-24). */
export interface DirectorySource {
  /** All of it. Throws DirectoryError. */
  read(): Promise<DirectoryReading>
}
export interface DirectoryReading {
  /** One at least. */
  readonly people: readonly DirectoryPerson[]
  /** Entries that have no id or name to be used. */
  readonly leftOut: number
  /** References to other directories: never followed. */
  readonly referrals: number
}
/** What was read last, over a restart. */
export interface AddressBookKeep {
  load(): Promise<KeptAddressBook | null>
  save(book: KeptAddressBook): Promise<void>
}
export interface KeptAddressBook extends Omit<DirectoryReading, "referrals"> {
  readonly readAt: string
}
/** People to be chosen. */
export interface DirectoryDesk {
  /** A few; nobody for nothing typed. */
  find(person: Person, typed: string): Promise<PeopleFound>
}

/** Devices, lines, disk and certificates, for whoever stands at the machine. */
export interface TechnicianDesk {
  view(person: Person): Promise<TechnicianView>
  /** C-ECHO to a device or the archive; throws ERR_NOT_FOUND when we do not know where to call it. */
  echo(person: Person, aeTitle: string): Promise<TestResult>
  /** Mutual TLS to a reading centre; what waits for it goes at once when it answers. */
  reach(person: Person, agreement: string): Promise<TestResult>
}

/** The lines to all hospitals, for whoever reads for them. */
export interface LinesDesk {
  view(person: Person): Promise<LinesView>
}

/** Accounts, credentials and sessions of the people of one desk. Codes and session ids are kept as SHA-256 only. */
export interface People {
  /** How long a session lives without activity. */
  readonly idleMs: number
  person(personId: string): Promise<Person | null>
  enrol(person: Omit<Person, "id">, code: string, expiresAt: Date): Promise<Person>
  /** Who may enrol with this code now; null when unknown, used or expired. */
  enrolling(code: string, now: Date): Promise<Person | null>
  /** Uses the code up and keeps the credential, in one transaction; false when the code was used meanwhile. */
  addCredential(code: string, credential: Credential, now: Date): Promise<boolean>
  credential(credentialId: string): Promise<(Credential & { readonly personId: string }) | null>
  credentialsOf(personId: string): Promise<readonly Credential[]>
  countUse(credentialId: string, counter: number, now: Date): Promise<void>
  openSession(personId: string, sessionId: string, by: LoginBy, now: Date): Promise<void>
  /** Touches idle time; null when unknown, idle too long or over the absolute limit. */
  session(sessionId: string, now: Date): Promise<Person | null>
  /** As `session`, but asking is no activity: the idle time runs on. */
  peekSession(sessionId: string, now: Date): Promise<Person | null>
  /** One that has ended by itself stays until that is recorded. */
  closeSession(sessionId: string, now: Date): Promise<void>
  /** Sessions that ended by themselves and are not forgotten yet. */
  endedSessions(now: Date): Promise<readonly EndedSession[]>
  forgetSession(key: string): Promise<void>
  /** One more wrong answer (passkey or PIN) by this person; five within 15 minutes lock. */
  countFailure(personId: string, now: Date): Promise<void>
  locked(personId: string, now: Date): Promise<boolean>
  forgetFailures(personId: string): Promise<void>
}

/** What a certificate does for its account: signs reports, or opens the door. */
export type BindingUse = "signing" | "login"

/** A certificate and the account it is said to be of. It counts only while somebody else has confirmed that. */
export interface Binding {
  readonly person: Person
  readonly use: BindingUse
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string
  /** DER. */
  readonly certificate: Uint8Array
  readonly seenAt: string
  /** By whom, as people know them; null = nobody has yet. */
  readonly confirmed: { readonly at: string; readonly by: string } | null
  /** The last word on it, unless it is confirmed anew. */
  readonly revoked: { readonly at: string; readonly by: string; readonly reason: string } | null
}

/** What is done to a binding, and what the audit trail is told of it: both or neither is durable. */
export interface BindingAct {
  readonly login: string
  readonly fingerprint: string
  readonly by: string
  readonly at: Date
  readonly event: AuditEvent
}

/** Why a card opens nothing, as far as the person is told. */
export type CardRefusal =
  "none" | "unknown" | "ended" | "other-use" | "revoked" | "revocation-unknown" | "role" | "unconfirmed"

/** Who holds the certificate that was shown; `detail` is for the audit trail. */
export type CardVerdict =
  | { readonly person: Person; readonly refusal: null; readonly detail: string }
  | { readonly person: null; readonly refusal: CardRefusal; readonly detail: string }

/** Which certificates speak for which accounts. */
export interface Bindings {
  bindings(): Promise<readonly Binding[]>
  /** Who this certificate was confirmed for, and is still; null = nobody. */
  holder(fingerprint: string, use: BindingUse): Promise<Person | null>
  /** From its first sight on somebody may confirm it; of an unknown account nothing is kept. */
  saw(login: string, use: BindingUse, certificate: Uint8Array, now: Date): Promise<void>
  /** @param evidence what shows that they agreed. False: nobody has seen this one, or it is another account's */
  confirm(act: BindingAct, evidence: string): Promise<boolean>
  /** False: there is no such binding, or it was revoked before. */
  revoke(act: BindingAct, reason: string): Promise<boolean>
}

/** Changes of accounts that the audit trail has not been told yet; each once, whoever made it. */
export interface AccountNews {
  untold(): Promise<readonly { readonly key: string; readonly event: AuditEvent }[]>
  told(key: string): Promise<void>
}
export interface Credential {
  readonly id: string
  readonly publicKey: Uint8Array
  readonly counter: number
  readonly transports: readonly string[]
}
