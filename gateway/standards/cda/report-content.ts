/**
 * What an imaging report document says. The gateway's own ReportContent fits this shape field by field.
 */

export interface ReportPatient {
  readonly PatientID: string
  readonly ideographic: string
  readonly phonetic: string
  readonly alphabetic: string
  /** `YYYY-MM-DD`. */
  readonly birthDate: string | null
  readonly sex: "M" | "F" | "O" | ""
}

export interface ReportStudy {
  readonly StudyInstanceUID: string
  readonly StudyDescription: string
  readonly modalities: readonly string[]
  readonly bodyPart: string
  /** As the device wrote it, without zone: `YYYY-MM-DDThh:mm:ss`. */
  readonly studyDateTime: string | null
  readonly AccessionNumber: string
}

export interface Organization {
  readonly name: string
  readonly oid: string
}

export interface KeyImagePicture {
  readonly png: Uint8Array
  readonly caption: string
}

/** The document that another is related to (CDA R2 4.2.3.1). Set and number are for who writes: a reader goes by the id. */
export interface ParentDocument {
  /** OID, as the other two. */
  readonly documentId: string
  /** null when the document does not say. */
  readonly setId: string | null
  readonly versionNumber: number | null
}

export interface ImagingReport {
  /** OID. */
  readonly documentId: string
  /** OID shared by all versions. */
  readonly setId: string
  /** From 1. */
  readonly versionNumber: number
  readonly status: "final" | "corrected" | "preliminary" | "appended"
  /** ISO 8601 with zone. */
  readonly effectiveTime: string
  readonly patient: ReportPatient
  /** OID of the hospital's patient id domain. */
  readonly patientIdRoot: string
  readonly study: ReportStudy
  readonly hospital: Organization
  readonly center: Organization
  readonly requestNumber: string
  readonly purpose: string
  /** Who asked, "" when unknown. */
  readonly physician: string
  /** Who asked, by the hospital's id; "" or absent = unknown. */
  readonly physicianId?: string
  readonly reader: { readonly id: string; readonly idRoot: string; readonly name: string }
  readonly findings: string
  readonly impression: string
  readonly correction: { readonly replacesDocumentId: string; readonly reason: string } | null
  /** Of a report, preliminary or final: the preliminary one whose place it takes, by documentId (OID). Absent = none. */
  readonly replacesPreliminary?: string
  /**
   * null in a report. An addendum (PS3.20 7.2) is a document with a set of its own: what it adds; and, in its first version,
   * to what. A later version replaces that one, and `appends` is null.
   */
  readonly addendum: { readonly text: string; readonly appends: ParentDocument | null } | null
  readonly keyImages: readonly KeyImagePicture[]
}
