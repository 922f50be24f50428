/** What steps offer to those who come in: devices, files, submissions. */
import type { DocumentEntry, Submission } from "../../standards/xds/submission.ts"
import type { PeerIdentity } from "./outside.ts"

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
