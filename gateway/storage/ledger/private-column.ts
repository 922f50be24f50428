/** Private parts of records: JSON sealed under a slot, and what a record says once its slot is gone. */
import { SpoolError } from "../../journey/errors.ts"
import type { PatientView } from "../../journey/views/study.ts"
import type { ReportRecord } from "../../journey/records/report.ts"
import type { RequestRecord } from "../../journey/records/request.ts"
import type { StudyRecord } from "../../journey/records/study.ts"

/** Seals and opens under a slot key; the spool's `sealColumn` and `openColumn`. */
export interface ColumnSealer {
  seal(slotId: string, context: string, clear: Uint8Array): Uint8Array
  open(slotId: string, context: string, sealed: Uint8Array): Uint8Array
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** What stands in the column of a record whose slot was destroyed: there is nothing left to say of the patient. */
export const NOTHING_LEFT = new Uint8Array(0)

/** Sealed JSON. Throws ERR_SLOT_GONE: who writes under a destroyed slot would lose what he writes. */
export const sealPrivate = (
  sealer: ColumnSealer,
  slotId: string,
  context: string,
  value: unknown,
): Uint8Array => sealer.seal(slotId, context, encoder.encode(JSON.stringify(value)))

/** The private part, or `gone` when the slot was destroyed: the row outlives the patient's data. */
export function openPrivate<T>(
  sealer: ColumnSealer,
  slotId: string,
  context: string,
  sealed: Uint8Array,
  gone: T,
): T {
  try {
    return JSON.parse(decoder.decode(sealer.open(slotId, context, sealed))) as T
  } catch (error) {
    if (error instanceof SpoolError && error.code === "ERR_SLOT_GONE") return gone
    throw error
  }
}

const NO_PATIENT: PatientView = {
  PatientID: "",
  ideographic: "",
  phonetic: "",
  alphabetic: "",
  birthDate: null,
  sex: "",
  nameMarked: false,
}

export const GONE_STUDY: StudyRecord["private"] = {
  StudyInstanceUID: "",
  patient: NO_PATIENT,
  StudyDescription: "",
  AccessionNumber: "",
  bodyPart: "",
  modalities: [],
  studyDateTime: null,
}
export const GONE_INSTANCE = {
  SOPInstanceUID: "",
  SOPClassUID: "",
  SeriesInstanceUID: "",
  TransferSyntaxUID: "",
  image: null,
}
export const GONE_REQUEST: RequestRecord["private"] = {
  requestNumber: "",
  patient: NO_PATIENT,
  text: {
    purpose: "",
    diagnosis: "",
    history: "",
    department: "",
    physician: "",
    setting: "outpatient",
    contrast: "",
    telephone: "",
  },
  StudyInstanceUID: "",
  AccessionNumber: "",
  enteredBy: "",
}
export const GONE_SUBMISSION = { submission: null, verdict: null }
export const GONE_DOCUMENT = { envelopePrefix: "", envelopeSuffix: "" }
export const GONE_REPORT: ReportRecord["private"] = {
  draft: { findings: "", impression: "", keyImages: [], correctionReason: "" },
  documents: [],
  keyImages: 0,
  signature: null,
  intent: "",
  assertion: "",
}
