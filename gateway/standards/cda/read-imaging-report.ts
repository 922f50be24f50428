/**
 * Reads an imaging report for showing it: strict on structure and identity, open to other people's extra sections.
 */
import { Malformed } from "../malformed.ts"
import { XML_LIMITS_INLINE } from "../xml/limits.ts"
import { isElement, readXml, type XmlElement } from "../xml/reader.ts"
import { CDA_TYPE_EXTENSION, CDA_TYPE_ROOT, DOCUMENT_CODES, HL7, LOINC, TEMPLATE } from "./codes.ts"
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
import type { ImagingReport, Organization, ParentDocument } from "./report-content.ts"
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
  const { replaces, appends } = readParent(root)
  const isAddendum = appends !== null || isAddendumDocument(root)
  const { purpose, findings, impression, addenda, keyImages, bodyPart } = readBody(root, isAddendum)
  const { text, reason } = partsOf(addenda, isAddendum, replaces !== null)
  // A correction gives its reason; the place of a preliminary report is taken without one.
  const isPreliminarys = replaces !== null && !isAddendum && reason.trim() === ""
  const order = readOrder(root)
  const hospital = readOrganization(required(root, "recordTarget", "patientRole", "providerOrganization"))
  const report: ImagingReport = {
    documentId: attribute(required(root, "id"), "root"),
    setId: attribute(required(root, "setId"), "root"),
    versionNumber: Number(attribute(required(root, "versionNumber"), "value")),
    status: statusOf(root, isPreliminarys ? null : replaces, appends),
    effectiveTime: isoOfTs(attribute(required(root, "effectiveTime"), "value")),
    ...readPatient(root),
    study: { ...readStudy(root), bodyPart, AccessionNumber: order.AccessionNumber },
    hospital,
    center: readOrganization(
      required(root, "custodian", "assignedCustodian", "representedCustodianOrganization"),
    ),
    requestNumber: order.requestNumber,
    purpose,
    physician: nameOf(at(root, "participant", "associatedEntity", "associatedPerson", "name")),
    ...readPhysicianId(root, hospital),
    reader: readReader(root),
    findings,
    impression,
    correction: isPreliminarys ? null : replaces && { replacesDocumentId: replaces.documentId, reason },
    ...(isPreliminarys ? { replacesPreliminary: replaces.documentId } : {}),
    addendum: isAddendum ? { text, appends } : null,
    keyImages,
  }
  checkReport(report)
  return report
}

/** An id that somebody else gave is none the hospital knows anybody by. */
function readPhysicianId(root: XmlElement, { oid }: Organization): Pick<ImagingReport, "physicianId"> {
  const id = at(root, "participant", "associatedEntity", "id")
  const physicianId = id !== null && optional(id, "root") === oid ? optional(id, "extension") : null
  return physicianId === null || physicianId === "" ? {} : { physicianId }
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

const isAddendumDocument = (root: XmlElement): boolean =>
  all(root, "templateId").some((each) => optional(each, "root") === TEMPLATE.imagingAddendumReport)

interface Related {
  readonly replaces: ParentDocument | null
  readonly appends: ParentDocument | null
}

/** What it was made from (XFRM) may stand beside either (CDA R2 4.2.3.1); it says nothing of versions. */
function readParent(root: XmlElement): Related {
  const related = all(root, "relatedDocument").filter((each) => optional(each, "typeCode") !== "XFRM")
  const [first, ...others] = related
  if (first === undefined) return { replaces: null, appends: null }
  const typeCode = optional(first, "typeCode")
  if (others.length > 0 || (typeCode !== "RPLC" && typeCode !== "APND"))
    throw new Malformed(
      "REPORT_INVALID",
      "CDA R2 4.2.3.1",
      "relation to the parent document is not one of RPLC, APND",
    )
  const document = required(first, "parentDocument")
  const [setId, version] = [at(document, "setId"), at(document, "versionNumber")]
  const parent: ParentDocument = {
    documentId: attribute(required(document, "id"), "root"),
    setId: setId && optional(setId, "root"),
    versionNumber: version && Number(attribute(version, "value")),
  }
  return typeCode === "RPLC" ? { replaces: parent, appends: null } : { replaces: null, appends: parent }
}

/** What the Addendum sections say. In an addendum that replaces another the last one is the reason, the others the text. */
function partsOf(
  addenda: readonly string[],
  isAddendum: boolean,
  replaces: boolean,
): { readonly text: string; readonly reason: string } {
  const joined = (texts: readonly string[]): string => texts.filter((each) => each !== "").join("\n\n")
  if (!isAddendum) return { text: "", reason: joined(addenda) }
  const said = replaces ? addenda.slice(0, -1) : addenda
  return { text: joined(said), reason: replaces ? (addenda.at(-1) ?? "") : "" }
}

/** The status has no element of its own in CDA R2: it follows from who answers, what is replaced and what is added to. */
function statusOf(
  root: XmlElement,
  replaces: ParentDocument | null,
  appends: ParentDocument | null,
): ImagingReport["status"] {
  if (replaces !== null) return "corrected"
  if (appends !== null) return "appended"
  return at(root, "legalAuthenticator") === null ? "preliminary" : "final"
}
