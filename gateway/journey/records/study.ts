/** What the ledger keeps of a study. */
import type { CodedEntry } from "../../standards/dicom/coded-entry.ts"
import type { ObjectId, SlotId } from "../ports/spool.ts"
import type { PatientView, Urgency } from "../views/study.ts"

export type StudyState =
  "arriving" | "complete" | "released" | "quarantined" | "recalled" | "closed" | "expired"

export interface StudyHeader {
  readonly StudyInstanceUID: string
  readonly patient: PatientView
  readonly StudyDescription: string
  readonly AccessionNumber: string
  readonly bodyPart: string
  readonly modalities: readonly string[]
  /** Codes of the procedure it was made for; absent = its images name none. */
  readonly procedures?: readonly CodedEntry[]
  readonly studyDateTime: string | null
}

/** What a person at the hospital, or at the centre, decided about a study's identity; kept as long as its images. */
export interface StudyDecision {
  readonly at: string
  /** Display name of who decided. */
  readonly by: string
  readonly what: "same-patient" | "other-patient" | "own-study" | "copies-chosen" | "recalled"
  readonly reason: string
}

/** An image a key object selection has withdrawn (IHE IOCM), or that selection itself. */
export interface RejectedInstance {
  readonly SOPInstanceUID: string
  /** Document title, scheme DCM (PS3.16 CID 7011). */
  readonly code: string
}

/** Is everything here that was taken? */
export interface Completeness {
  /** Nothing speaks against it after a quiet period; or something the hospital's systems say names more than came. */
  readonly state: "complete-inferred" | "incomplete-known"
  /** How many images there should be; null when nothing says so. */
  readonly expected: number | null
  readonly missing: number
}

/** A submission after the first: what it brought, and what it withdrew. */
export interface Supplement {
  readonly at: string
  readonly added: number
  readonly withdrawn: number
}

/** The manifest that says what counts of a study, and when its sender made it (DTM, UTC). */
export interface ManifestInForce {
  readonly entryUUID: string
  readonly submissionTime: string
}

/** A study at the reading centre of which parts have come and are verified; their sender says what the whole will be. */
export interface AnnouncedDelivery {
  readonly requestId: string
  /** One delivery of it, by its sender's id. */
  readonly delivery: string
  /** Images that came. */
  readonly here: number
  readonly expected: number
  readonly urgency: Urgency
  readonly requestedAt: string
  readonly dueAt: string
}

/** What the images tell, and what people have decided about them. */
export interface StudyPrivate extends StudyHeader {
  /** Patient IDs that images of this study carry besides the one in its header: somebody said it is the same patient. */
  readonly otherPatientIDs?: readonly string[]
  readonly decisions?: readonly StudyDecision[]
  readonly rejected?: readonly RejectedInstance[]
  /** SOP Instance UIDs that a device has named as its own of this study, and that have not come. */
  readonly awaited?: readonly string[]
  /** Objects that are kept and do not count: copies nobody chose; at the centre what the newest manifest does not name. */
  readonly hidden?: readonly ObjectId[]
}

export interface StudyRecord {
  readonly id: string
  /** How often the ledger has kept it; absent in what it has not kept yet. Goes back with the record: see `commit`. */
  readonly revision?: number
  /** The other side: null at the edge until a request names the reading centre. */
  readonly agreement: string | null
  readonly state: StudyState
  /** Slot of the images. */
  readonly slotId: SlotId
  /** Slot of the same images recoded; null while there are none. It goes when the first one goes. */
  readonly recodedSlotId: SlotId | null
  /** Slots of studies that were joined to this one: destroyed with it. Absent = none. */
  readonly joinedSlots?: readonly SlotId[]
  /** The study its images belong to since a person joined the two; then nothing but this row is left here. */
  readonly joinedTo?: string
  readonly callingAE: string
  readonly firstArrivalAt: string
  readonly lastArrivalAt: string
  readonly instances: number
  readonly bytes: number
  /** Images that came after the study was released; a person is told. */
  readonly late: number
  /** The hospital has taken it back, until it is asked for anew. Absent or null = no. */
  readonly recalledAt?: string | null
  /** As found when it was last quiet; at the reading centre as the hospital told. Absent before. */
  readonly completeness?: Completeness
  /** How many of its instances counted then: neither taken back nor a copy that was not chosen. */
  readonly counting?: number
  /** Absent = none. At the hospital when it was planned, at the centre when it took effect. */
  readonly supplements?: readonly Supplement[]
  /** At the reading centre: which manifest says what counts. Absent = none has come. */
  readonly manifest?: ManifestInForce
  /** At the reading centre, while units of a delivery have come and what closes it has not. Absent or null = nothing is. */
  readonly arriving?: AnnouncedDelivery | null
  /** Images whose copies contradict each other, and between which nobody has chosen; absent = none. A person chooses. */
  readonly conflicts?: number
  /** End of the agreed retention; null while it has not begun to run. */
  readonly keepUntil: string | null
  readonly private: StudyPrivate
}
