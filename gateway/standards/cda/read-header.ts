/**
 * Header fields of an imaging report, read.
 */
import { Malformed } from "../malformed.ts"
import { textOf, type XmlElement } from "../xml/reader.ts"
import { DCM } from "./codes.ts"
import { ACCESSION_AUTHORITY, STUDY_AUTHORITY } from "./header.ts"
import { isoOfTs } from "./hl7-time.ts"
import { all, at, attribute, optional, required } from "./path.ts"
import { nameOf, nameOfUse } from "./person-name.ts"
import type { ImagingReport, Organization, ReportPatient, ReportStudy } from "./report-content.ts"

const SEXES: Readonly<Record<string, ReportPatient["sex"]>> = { M: "M", F: "F", UN: "O" }

/** Exactly one patient. */
export function readPatient(root: XmlElement): Pick<ImagingReport, "patient" | "patientIdRoot"> {
  if (all(root, "recordTarget").length !== 1)
    throw new Malformed("REPORT_INVALID", "PS3.20 8.1", "a report is about exactly one patient")
  const role = required(root, "recordTarget", "patientRole")
  const id = required(role, "id")
  const patient = required(role, "patient")
  const birth = at(patient, "birthTime")
  const birthTime = birth && optional(birth, "value")
  const gender = at(patient, "administrativeGenderCode")
  return {
    patientIdRoot: attribute(id, "root"),
    patient: {
      PatientID: attribute(id, "extension"),
      ideographic: nameOfUse(patient, "IDE"),
      phonetic: nameOfUse(patient, "SYL"),
      alphabetic: nameOfUse(patient, "ABC"),
      birthDate: birthTime === null ? null : isoOfTs(birthTime).slice(0, 10),
      sex: SEXES[(gender && optional(gender, "code")) ?? ""] ?? "",
    },
  }
}

export function readOrganization(organization: XmlElement): Organization {
  return {
    name: textOf(required(organization, "name")),
    oid: attribute(required(organization, "id"), "root"),
  }
}

export const readReader = (root: XmlElement): ImagingReport["reader"] =>
  person(required(root, "author", "assignedAuthor"))

export function readAuthenticator(root: XmlElement): ImagingReport["reader"] | null {
  const entity = at(root, "legalAuthenticator", "assignedEntity")
  return entity && person(entity)
}

function person(entity: XmlElement): ImagingReport["reader"] {
  const id = required(entity, "id")
  return {
    id: attribute(id, "extension"),
    idRoot: attribute(id, "root"),
    name: nameOf(required(entity, "assignedPerson", "name")),
  }
}

/** The first id is the request number; the accession number is marked. */
export function readOrder(root: XmlElement): { requestNumber: string; AccessionNumber: string } {
  const order = required(root, "inFulfillmentOf", "order")
  const isAccession = (id: XmlElement) => optional(id, "assigningAuthorityName") === ACCESSION_AUTHORITY
  const ids = all(order, "id")
  const extension = (id: XmlElement | undefined) => (id && optional(id, "extension")) ?? ""
  return {
    requestNumber: extension(ids.find((id) => !isAccession(id))),
    AccessionNumber: extension(ids.find(isAccession)),
  }
}

export function readStudy(root: XmlElement): Omit<ReportStudy, "AccessionNumber" | "bodyPart"> {
  const event = required(root, "documentationOf", "serviceEvent")
  const code = at(event, "code")
  const description = code && at(code, "originalText")
  const low = at(event, "effectiveTime", "low")
  const modalities = code === null ? [] : all(code, "translation")
  return {
    StudyInstanceUID: studyUid(required(event, "id")),
    StudyDescription: description === null ? "" : textOf(description),
    modalities: modalities
      .filter((translation) => optional(translation, "codeSystem") === DCM)
      .map((translation) => attribute(translation, "code")),
    studyDateTime: low && isoOfTs(attribute(low, "value")),
  }
}

const studyUid = (id: XmlElement): string =>
  attribute(id, optional(id, "assigningAuthorityName") === STUDY_AUTHORITY ? "extension" : "root")
