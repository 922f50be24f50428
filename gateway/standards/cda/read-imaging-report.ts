/**
 * Reads an imaging report for showing it: strict on structure and identity, open to other people's extra sections.
 */
import { Malformed } from "../malformed.ts"
import { XML_LIMITS_INLINE } from "../xml/limits.ts"
import { isElement, readXml } from "../xml/reader.ts"
import type { XmlElement } from "../xml/reader.ts"
import { CDA_TYPE_EXTENSION, CDA_TYPE_ROOT, DOCUMENT_CODES, HL7, LOINC } from "./codes.ts"
import { all, at, attribute, optional, required } from "./path.ts"
import { isoOfTs } from "./hl7-time.ts"
import { readBody } from "./read-sections.ts"
import {
  readAuthenticator,
  readOrder,
  readOrganization,
  readPatient,
  readReader,
  readStudy,
} from "./read-header.ts"
import { nameOf } from "./person-name.ts"
import type { ImagingReport } from "./report-content.ts"
import { checkReport } from "./report-rules.ts"

/** A report, and who answers for its text: in our profile the author, which is for the verifier to hold against it. */
export interface SignedReport {
  readonly report: ImagingReport
  /** null in a preliminary report (CDA R2 4.2.2.8). */
  readonly legalAuthenticator: ImagingReport["reader"] | null
}

/** As `readImagingReport`, with who answers for it. */
export function readSignedReport(bytes: Uint8Array): SignedReport {
  const root = readXml(bytes, XML_LIMITS_INLINE)
  return { report: reportOf(root), legalAuthenticator: readAuthenticator(root) }
}

/**
 * The content of a document written by `writeImagingReport`, or of a neighbour's with the same sections.
 *
 * @param bytes at most 96 MiB, no DOCTYPE (XML_LIMITS_INLINE)
 * @throws Malformed REPORT_NOT_CDA, REPORT_INCOMPLETE, REPORT_INVALID, TIME_MALFORMED, XML_…
 */
export const readImagingReport = (bytes: Uint8Array): ImagingReport =>
  reportOf(readXml(bytes, XML_LIMITS_INLINE))

function reportOf(root: XmlElement): ImagingReport {
  checkKind(root)
  const parent = at(root, "relatedDocument", "parentDocument", "id")
  const { purpose, findings, impression, reason, keyImages, bodyPart } = readBody(root)
  const order = readOrder(root)
  const report: ImagingReport = {
    documentId: attribute(required(root, "id"), "root"),
    setId: attribute(required(root, "setId"), "root"),
    versionNumber: Number(attribute(required(root, "versionNumber"), "value")),
    status: statusOf(root, parent !== null),
    effectiveTime: isoOfTs(attribute(required(root, "effectiveTime"), "value")),
    ...readPatient(root),
    study: { ...readStudy(root), bodyPart, AccessionNumber: order.AccessionNumber },
    hospital: readOrganization(required(root, "recordTarget", "patientRole", "providerOrganization")),
    center: readOrganization(
      required(root, "custodian", "assignedCustodian", "representedCustodianOrganization"),
    ),
    requestNumber: order.requestNumber,
    purpose,
    physician: nameOf(at(root, "participant", "associatedEntity", "associatedPerson", "name")),
    reader: readReader(root),
    findings,
    impression,
    correction: parent && { replacesDocumentId: attribute(parent, "root"), reason },
    keyImages,
  }
  checkReport(report)
  return report
}

function checkKind(root: XmlElement): void {
  const typeId = isElement(root, HL7, "ClinicalDocument") ? at(root, "typeId") : null
  const fits =
    typeId !== null &&
    optional(typeId, "root") === CDA_TYPE_ROOT &&
    optional(typeId, "extension") === CDA_TYPE_EXTENSION
  if (!fits) throw new Malformed("REPORT_NOT_CDA", "CDA R2 4.2.1.1", "not a CDA R2 document")
  const code = required(root, "code")
  const known =
    optional(code, "codeSystem") === LOINC &&
    DOCUMENT_CODES.some((wanted) => wanted === optional(code, "code"))
  if (!known) throw new Malformed("REPORT_NOT_CDA", "PS3.20 8.1", "not an imaging report")
}

/** The status has no element of its own in CDA R2: it follows from who answers and what is replaced. */
function statusOf(root: XmlElement, replaces: boolean): ImagingReport["status"] {
  const related = all(root, "relatedDocument").map((document) => optional(document, "typeCode"))
  if (related.some((typeCode) => typeCode !== "RPLC"))
    throw new Malformed("REPORT_INVALID", "CDA R2 4.2.3.1", "relation to the parent document is not RPLC")
  if (replaces) return "corrected"
  return at(root, "legalAuthenticator") === null ? "preliminary" : "final"
}
