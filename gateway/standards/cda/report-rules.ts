/**
 * What must hold between the fields of a report before it is written, and after it was read.
 */
import { isTolerableUid } from "../dicom/uid.ts"
import { Malformed } from "../malformed.ts"
import type { ImagingReport } from "./report-content.ts"

const OID = /^[0-2](\.(0|[1-9]\d*))+$/
const OID_LENGTH = 128

const rule = (held: boolean, clause: string, message: string): void => {
  if (!held) throw new Malformed("REPORT_INVALID", clause, message)
}

export const isOid = (value: string): boolean => value.length <= OID_LENGTH && OID.test(value)

/** @throws Malformed REPORT_INVALID with the first rule that does not hold */
export function checkReport(report: ImagingReport): void {
  const oids = {
    documentId: report.documentId,
    setId: report.setId,
    patientIdRoot: report.patientIdRoot,
    hospital: report.hospital.oid,
    center: report.center.oid,
    reader: report.reader.idRoot,
  }
  for (const [name, oid] of Object.entries(oids))
    rule(isOid(oid), "HL7 V3 datatypes OID", `${name} is not an OID`)
  rule(isTolerableUid(report.study.StudyInstanceUID), "PS3.5 9.1", "StudyInstanceUID is not a UID")
  rule(
    Number.isInteger(report.versionNumber) && report.versionNumber >= 1,
    "CDA R2 4.2.1.8",
    "versionNumber counts from 1",
  )
  rule(/(Z|[+-]\d\d:?\d\d)$/.test(report.effectiveTime), "CDA R2 4.2.1.5", "effectiveTime needs a time zone")
  rule(
    (report.status === "corrected") === (report.correction !== null),
    "CDA R2 4.2.3.1",
    "a corrected report names what it replaces, and no other does",
  )
  rule(
    (report.status === "appended") === (report.addendum !== null && report.addendum.appends !== null),
    "CDA R2 4.2.3.1",
    "the first version of an addendum names what it is added to, and no other document does",
  )
  if (report.correction) checkCorrection(report.correction, report.versionNumber)
  if (report.replacesPreliminary !== undefined) checkPreliminarys(report, report.replacesPreliminary)
  if (report.addendum) checkAddendum(report, report.addendum)
}

/** An addendum is no version of what it is added to: it has a set of its own and begins it. */
function checkAddendum(
  { status, setId, versionNumber, findings, impression }: ImagingReport,
  { text, appends }: NonNullable<ImagingReport["addendum"]>,
): void {
  const said = [text, findings, impression].some((each) => each.trim() !== "")
  rule(said, "PS3.20 9.6", "an addendum says nothing")
  if (appends === null) return rule(status === "corrected", "CDA R2 4.2.3.1", "it is added to nothing")
  rule(isOid(appends.documentId), "CDA R2 4.2.3.1", "the id of what it is added to is not an OID")
  rule(appends.setId !== setId, "CDA R2 4.2.1.7", "an addendum is no version of what it is added to")
  rule(versionNumber === 1, "CDA R2 4.2.1.8", "an addendum begins a set of its own")
}

function checkCorrection(
  correction: { readonly replacesDocumentId: string; readonly reason: string },
  versionNumber: number,
): void {
  rule(isOid(correction.replacesDocumentId), "CDA R2 4.2.3.1", "the replaced document's id is not an OID")
  rule(versionNumber >= 2, "CDA R2 4.2.1.8", "a correction is not the first version")
  rule(correction.reason.trim() !== "", "viewer rule: correction", "a correction needs its reason")
}

function checkPreliminarys({ status, versionNumber }: ImagingReport, documentId: string): void {
  rule(isOid(documentId), "CDA R2 4.2.3.1", "the replaced document's id is not an OID")
  rule(versionNumber >= 2, "CDA R2 4.2.1.8", "what replaces a preliminary report is not the first version")
  rule(
    status === "preliminary" || status === "final",
    "CDA R2 4.2.3.1",
    "a preliminary report is replaced by another, or by the final one",
  )
}
