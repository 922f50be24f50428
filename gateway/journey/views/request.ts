/** A request for a reading, as it is entered and shown. */
import type { DirectoryPerson } from "../../standards/pwp/directory-person.ts"
import type { Urgency } from "./study.ts"

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

/** One row of the hospital's list. */
/** A privacy policy of the hospital's (IHE BPPC). */
export interface ConsentPolicy {
  /** OID. */
  readonly policy: string
  readonly name: string
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
