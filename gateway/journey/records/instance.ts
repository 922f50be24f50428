/** What the ledger keeps of each image. */
import type { AsReceived } from "../../standards/dicom/recode/reasons.ts"
import type { ObjectPlace } from "../ports/spool.ts"

export interface InstanceRecord {
  readonly place: ObjectPlace
  readonly studyId: string
  /** Hex. */
  readonly sha256: string
  readonly sha256DataSet: string
  readonly clearLengthBytes: number
  readonly receivedAt: string
  /** Same SOP Instance UID came with other bytes: both are kept, a person is told. */
  readonly conflict: boolean
  /** How it travels; null while that is not decided. */
  readonly recoding: RecodingRecord | null
  /** Of which original this is another encoding, as its sender signed; null when it came as received. */
  readonly original: OriginalRecord | null
  readonly private: {
    readonly SOPInstanceUID: string
    readonly SOPClassUID: string
    readonly SeriesInstanceUID: string
    readonly TransferSyntaxUID: string
    /** Read when the instance is opened for reading; null at a hospital. */
    readonly image: ImageHeader | null
  }
}

/** The same instance in HTJ2K beside the received one, or why there is none. */
export type RecodingRecord =
  | {
      readonly kind: "recoded"
      readonly place: ObjectPlace
      /** Hex, of the recoded file. */
      readonly sha256: string
      readonly clearLengthBytes: number
    }
  | { readonly kind: "as-received"; readonly reason: AsReceived }

export interface OriginalRecord {
  /** Hex, of the file the hospital received. */
  readonly sha256: string
  readonly sha256DataSet: string
  readonly lengthBytes: number
  readonly TransferSyntaxUID: string
}

/** What the reading screen sorts and names images by. */
export interface ImageHeader {
  readonly Modality: string
  readonly SeriesNumber: number
  readonly SeriesDescription: string
  readonly InstanceNumber: number
  readonly NumberOfFrames: number
}
