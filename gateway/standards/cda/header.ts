/**
 * Header of the imaging report: who, about whom, for whom, which order, which study (PS3.20 8.1, 8.2).
 */
import { element, xml, type Markup, type XmlContent } from "../xml/writer.ts"
import {
  ADMINISTRATIVE_GENDER,
  CDA_TYPE_EXTENSION,
  CDA_TYPE_ROOT,
  CONFIDENTIALITY,
  DCM,
  DOCUMENT_CODES,
  loincCode,
  TEMPLATE,
} from "./codes.ts"
import { tsOfIso } from "./hl7-time.ts"
import { isOid } from "./report-rules.ts"
import { nameElement, patientNames } from "./person-name.ts"
import type { ImagingReport, Organization, ParentDocument, ReportPatient } from "./report-content.ts"

const TITLE = {
  report: "画像診断報告書",
  preliminary: "画像診断報告書（仮報告）",
  addendum: "画像診断報告書（追記）",
} as const
const titleOf = ({ addendum, status }: ImagingReport): string =>
  TITLE[addendum !== null ? "addendum" : status === "preliminary" ? "preliminary" : "report"]

/** Everything before the body, in the order of the CDA schema. */
export function header(report: ImagingReport): Markup[] {
  return [
    ...identification(report),
    recordTarget(report),
    author(report),
    custodian(report.center),
    recipient(report),
    ...legalAuthenticator(report),
    ...referrer(report),
    order(report),
    serviceEvent(report),
    ...parentDocument(report),
  ]
}

function identification(report: ImagingReport): Markup[] {
  const kind = report.addendum === null ? TEMPLATE.imagingReport : TEMPLATE.imagingAddendumReport
  const templates: string[] = [kind, TEMPLATE.generalHeader, TEMPLATE.imagingHeader]
  if (parentOf(report) !== null) templates.push(TEMPLATE.parentDocument)
  return [
    element("realmCode", { code: "JP" }),
    element("typeId", { root: CDA_TYPE_ROOT, extension: CDA_TYPE_EXTENSION }),
    ...templates.map((root) => element("templateId", { root })),
    element("id", { root: report.documentId }),
    loincCode(DOCUMENT_CODES[0], "Diagnostic Imaging Report"),
    element("title", {}, titleOf(report)),
    element("effectiveTime", { value: tsOfIso(report.effectiveTime) }),
    element("confidentialityCode", { code: "N", codeSystem: CONFIDENTIALITY }),
    element("languageCode", { code: "ja-JP" }),
    element("setId", { root: report.setId }),
    element("versionNumber", { value: report.versionNumber }),
  ]
}

/** The patient, under the number of the hospital. */
export function recordTarget({
  patient,
  patientIdRoot,
  hospital,
}: Pick<ImagingReport, "patient" | "patientIdRoot" | "hospital">): Markup {
  return xml`<recordTarget><patientRole><id root="${patientIdRoot}" extension="${patient.PatientID}"/><patient>${[
    ...patientNames(patient),
    gender(patient.sex),
    element(
      "birthTime",
      patient.birthDate === null ? { nullFlavor: "UNK" } : { value: tsOfIso(patient.birthDate) },
    ),
  ]}</patient><providerOrganization>${organization(hospital)}</providerOrganization></patientRole></recordTarget>`
}

/** DICOM O is HL7 UN, "undifferentiated". */
function gender(sex: ReportPatient["sex"]): Markup {
  if (sex === "") return element("administrativeGenderCode", { nullFlavor: "UNK" })
  return element("administrativeGenderCode", {
    code: sex === "O" ? "UN" : sex,
    codeSystem: ADMINISTRATIVE_GENDER,
  })
}

/** id, name; telecom and addr are required by some headers and unknown to us. */
export const organization = ({ name, oid }: Organization): XmlContent => [
  element("id", { root: oid }),
  element("name", {}, name),
  element("telecom", { nullFlavor: "UNK" }),
  element("addr", { nullFlavor: "UNK" }),
]

const readerEntity = ({ reader, center }: ImagingReport): XmlContent => [
  element("id", { root: reader.idRoot, extension: reader.id }),
  element("addr", { nullFlavor: "UNK" }),
  element("telecom", { nullFlavor: "UNK" }),
  element("assignedPerson", {}, nameElement(reader.name)),
  element("representedOrganization", {}, organization(center)),
]

const author = (report: ImagingReport): Markup =>
  xml`<author><time value="${tsOfIso(report.effectiveTime)}"/><assignedAuthor>${readerEntity(report)}</assignedAuthor></author>`

/** Who keeps the original. */
export const custodian = (keeper: Organization): Markup =>
  xml`<custodian><assignedCustodian><representedCustodianOrganization>${organization(keeper)}</representedCustodianOrganization></assignedCustodian></custodian>`

const recipient = (report: ImagingReport): Markup =>
  xml`<informationRecipient><intendedRecipient classCode="ASSIGNED">${[
    physicianId(report),
    report.physician !== "" && element("informationRecipient", {}, nameElement(report.physician)),
  ]}<receivedOrganization>${organization(report.hospital)}</receivedOrganization></intendedRecipient></informationRecipient>`

/** Who answers for the text; a preliminary report has nobody yet (CDA R2 4.2.2.8). */
function legalAuthenticator(report: ImagingReport): Markup[] {
  if (report.status === "preliminary") return []
  return [
    xml`<legalAuthenticator><time value="${tsOfIso(report.effectiveTime)}"/><signatureCode code="S"/><assignedEntity>${readerEntity(report)}</assignedEntity></legalAuthenticator>`,
  ]
}

/** Given by the hospital; nobody is meant by an id without a name. */
const physicianId = ({ physician, physicianId: id = "", hospital }: ImagingReport): Markup | false =>
  physician !== "" && id !== "" && element("id", { root: hospital.oid, extension: id })

function referrer(report: ImagingReport): Markup[] {
  if (report.physician === "") return []
  return [
    xml`<participant typeCode="REF"><associatedEntity classCode="PROV">${physicianId(report)}<associatedPerson>${nameElement(report.physician)}</associatedPerson></associatedEntity></participant>`,
  ]
}

/** Numbers are the hospital's; the accession number's role is told by assigningAuthorityName. */
export const ACCESSION_AUTHORITY = "accession"
const order = ({ hospital, requestNumber, study }: ImagingReport): Markup =>
  xml`<inFulfillmentOf><order><id root="${hospital.oid}" extension="${requestNumber}"/>${
    study.AccessionNumber !== "" &&
    element("id", {
      root: hospital.oid,
      extension: study.AccessionNumber,
      assigningAuthorityName: ACCESSION_AUTHORITY,
    })
  }</order></inFulfillmentOf>`

/** Tells a Study Instance UID that CDA cannot take as a root, because of a leading zero in a component. */
export const STUDY_AUTHORITY = "StudyInstanceUID"
const studyId = ({ study, hospital }: ImagingReport): Markup =>
  isOid(study.StudyInstanceUID)
    ? element("id", { root: study.StudyInstanceUID })
    : element("id", {
        root: hospital.oid,
        extension: study.StudyInstanceUID,
        assigningAuthorityName: STUDY_AUTHORITY,
      })

function serviceEvent(report: ImagingReport): Markup {
  const { study } = report
  const modalities = study.modalities.map((code) =>
    element("translation", { code, codeSystem: DCM, codeSystemName: "DCM" }),
  )
  const when =
    study.studyDateTime !== null &&
    xml`<effectiveTime><low value="${tsOfIso(study.studyDateTime)}"/></effectiveTime>`
  return xml`<documentationOf><serviceEvent classCode="ACT">${studyId(report)}<code nullFlavor="OTH"><originalText>${study.StudyDescription}</originalText>${modalities}</code>${when}</serviceEvent></documentationOf>`
}

/** What replaces another is the next version of its set; an addendum names set and version of another (PS3.20 8.2.4). */
function parentOf(
  report: ImagingReport,
): { readonly typeCode: "RPLC" | "APND"; readonly parent: ParentDocument } | null {
  const { correction, replacesPreliminary, addendum, setId, versionNumber } = report
  const documentId = correction?.replacesDocumentId ?? replacesPreliminary
  if (documentId !== undefined) {
    return { typeCode: "RPLC", parent: { documentId, setId, versionNumber: versionNumber - 1 } }
  }
  const appends = addendum?.appends ?? null
  return appends && { typeCode: "APND", parent: appends }
}

function parentDocument(report: ImagingReport): Markup[] {
  const related = parentOf(report)
  if (related === null) return []
  const { documentId, setId, versionNumber } = related.parent
  return [
    xml`<relatedDocument typeCode="${related.typeCode}"><parentDocument>${[
      element("id", { root: documentId }),
      setId !== null && element("setId", { root: setId }),
      versionNumber !== null && element("versionNumber", { value: versionNumber }),
    ]}</parentDocument></relatedDocument>`,
  ]
}
