/**
 * What a reading request (読影依頼票) says. Text is exact; "" means "not said".
 */
import type { Organization } from "../notice/party.ts"

/** Versioned: what changes the meaning gets a new number. */
export const READING_REQUEST_NAMESPACE = "urn:dokuei:reading-request:1"

/** active: to be read · cancelled: by the hospital · returned (返却): by the reading centre. */
export type RequestStatus = "active" | "cancelled" | "returned"
export const REQUEST_STATUSES: readonly RequestStatus[] = ["active", "cancelled", "returned"]

/** (0040,1003) Requested Procedure Priority as we use it. */
export type UrgencyCode = "STAT" | "HIGH" | "ROUTINE"
export const URGENCY_CODES: readonly UrgencyCode[] = ["STAT", "HIGH", "ROUTINE"]

export type Setting = "outpatient" | "inpatient" | "emergency" | "screening"
export const SETTINGS: readonly Setting[] = ["outpatient", "inpatient", "emergency", "screening"]

export type StudyRole = "target" | "prior" | "reference"
export const STUDY_ROLES: readonly StudyRole[] = ["target", "prior", "reference"]

/** One change of the urgency, oldest first. */
export interface UrgencyChange {
  readonly at: string
  readonly code: UrgencyCode
  readonly dueAt: string
  readonly by: string
  readonly reason: string
}

export interface RequestedUrgency {
  readonly code: UrgencyCode
  /** ISO 8601 with zone; follows the hospital's calendar, not hours alone. */
  readonly dueAt: string
  /** The result is to be told by telephone. */
  readonly telephoneOnResult: boolean
  readonly history: readonly UrgencyChange[]
}

export interface RequestedStudy {
  readonly role: StudyRole
  /** "" while the images have not come. */
  readonly StudyInstanceUID: string
  readonly AccessionNumber: string
  readonly description: string
  /** How many of its images the hospital knows to be missing; 0 = nothing says that there are more. */
  readonly missing: number
}

/** The patient as the request names them: compared with the images for a warning, never for merging. */
export interface RequestPatient {
  readonly PatientID: string
  /** OID of the hospital's patient id domain. */
  readonly idRoot: string
  readonly alphabetic: string
  readonly ideographic: string
  readonly phonetic: string
  /** `YYYY-MM-DD`. */
  readonly birthDate: string | null
  readonly sex: "M" | "F" | "O" | ""
  /** What images carry as PatientID instead, by the hospital's word: another number of the same patient, or "". */
  readonly onImages: readonly string[]
}

/** Texts of the form, one element each. */
export const REQUEST_TEXTS = [
  "purpose",
  "diagnosis",
  "history",
  "operations",
  "contrastAgent",
  "contrastAmount",
  "contrastReaction",
  "eGFR",
  "pregnancy",
  "infection",
  "metal",
  "region",
  "remark",
] as const
export type RequestTexts = Readonly<Record<(typeof REQUEST_TEXTS)[number], string>>
/** A form on which nothing is written. */
export const NO_TEXTS = Object.fromEntries(REQUEST_TEXTS.map((name) => [name, ""])) as RequestTexts

export interface ReadingRequest {
  /** OID of this document, its XDS uniqueId. */
  readonly documentId: string
  /** Shared by all versions: an OID or a UUID. */
  readonly requestId: string
  /** From 1. */
  readonly version: number
  readonly status: RequestStatus
  /** What this version replaces and why; null for the first. */
  readonly amendment: { readonly replacesDocumentId: string; readonly reason: string } | null
  readonly requestNumber: string
  /** ISO 8601 with zone. */
  readonly requestedAt: string
  readonly institution: Organization
  readonly department: string
  readonly physician: { readonly id: string; readonly name: string }
  /** For questions. */
  readonly telephone: string
  /** Where the report goes beside the requester; "" = to the requester only. */
  readonly reportTo: string
  readonly readingCenter: Organization
  /** 指名. */
  readonly namedReader: string
  readonly setting: Setting
  readonly urgency: RequestedUrgency
  readonly patient: RequestPatient
  readonly texts: RequestTexts
  /** Number of parts to read. */
  readonly parts: number
  readonly studies: readonly RequestedStudy[]
  /** Paper slips, earlier reports: documents of the same or an earlier submission. */
  readonly attachments: readonly { readonly documentId: string; readonly title: string }[]
}
