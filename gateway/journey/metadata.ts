/**
 * XDS metadata of what we submit: one SubmissionSet, one DocumentEntry per document (ITI TF-3 4.2.3): all that column
 * "XDR DS" asks for, also where the agreement has them labelled as limited.
 */
import type { Agreement, Site } from "./agreement.ts"
import { SCHEME } from "./agreed-codes.ts"
import { contentTypeCode, entryCodes } from "./codes.ts"
import { ContentError } from "./errors.ts"
import { isRepository, wireMimeType } from "./packaging.ts"
import type { DocumentRole, SubmissionKind } from "./records/submission.ts"
import type { PatientView } from "./views/study.ts"
import type { CodedEntry } from "../standards/dicom/coded-entry.ts"
import type { Author, Code, DocumentEntry, SubmissionSet } from "../standards/xds/submission.ts"
import { MAX_SLOT_VALUE_LENGTH } from "../standards/xds/data-types.ts"
import { REFERENCE_TYPE, type ReferenceType } from "../standards/xds/vocabulary.ts"

/** HL7 DTM in UTC, `YYYYMMDDhhmmss`. */
export const dtm = (at: Date): string => at.toISOString().replace(/\D/g, "").slice(0, 14)

/** What HL7 v2 takes for structure, and what no text of XDS may hold, becomes a space: nothing is escaped there. */
export const plain = (text: string): string => text.replace(/[|^~\\&\p{Cc}]/gu, " ").trim()
/** CX: `ID^^^&OID&ISO`. @throws ContentError ERR_PATIENT_ID: without CX.1 no recipient may take it (ITI TF-3 4.2.3.1.7) */
export function cx(id: string, oid: string): string {
  const number = plain(id)
  if (number === "") throw new ContentError("ERR_PATIENT_ID", "the patient has no number a message may carry")
  return `${number}^^^&${oid}&ISO`
}
/** XCN: id, family and given name, and in XCN.9 who gave the id (ITI TF-3 table 4.2.3.1.7-2). */
export function xcn({ id, name }: { readonly id: string; readonly name: string }, oid: string): string {
  const [family = "", ...given] = name.trim().split(/[ \u3000]+/)
  return `${plain(id)}^${plain(family)}^${plain(given.join(" "))}^^^^^^&${oid}&ISO`
}
/** XON: name and, in XON.10, the OID. */
export const xon = (name: string, oid: string): string => `${plain(name)}^^^^^^^^^${oid}`

/** Of an agreement what its metadata follow. */
type Terms = Pick<
  Agreement,
  "accepts" | "affinityDomain" | "codes" | "limitedMetadata" | "packaging" | "partner" | "patientIdDomain"
>

/** Everything the entries of one submission have in common. */
export interface Described {
  readonly agreement: Terms
  readonly site: Site
  readonly patient: PatientView
  /** Of the agreement's affinity domain, where a person has said it. */
  readonly affinityPatientId?: string
  /** "" where there is none: what is sent on a test day need not be a study. */
  readonly StudyInstanceUID: string
  readonly AccessionNumber: string
  readonly requestNumber: string
  readonly requestId: string
  /** Who asked, under the id the hospital knows them by; absent where only a name is known, or not even that. */
  readonly physician?: { readonly id: string; readonly name: string }
  readonly serviceStartTime: string | null
  readonly modalities: readonly string[]
  /** Codes of the procedure the study was made for; [] where its images name none. */
  readonly procedures: readonly CodedEntry[]
}

/** The same of what one agreement is about. */
export interface Subject extends Described {
  readonly agreement: Agreement
}

/** What one document says of itself. */
export interface EntryFacts {
  readonly role: DocumentRole
  readonly entryUUID: string
  readonly uniqueId: string
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  readonly title: string
  /** Of the clear document. */
  readonly mimeType: string
  readonly createdAt: Date
  readonly purposes: readonly Code[]
  /** XCN of the person who signed, on reports. */
  readonly legalAuthenticator: string | null
  /** SHA-1 and size of the transmitted octets. */
  readonly hash: string
  readonly sizeBytes: number
}

export function documentEntry(subject: Described, facts: EntryFacts): DocumentEntry {
  const agreed = subject.agreement.codes
  const coded = { SOPClassUID: facts.SOPClassUID, procedures: subject.procedures }
  const codes = entryCodes(facts.role, agreed, coded)
  return {
    entryUUID: facts.entryUUID,
    limitedMetadata: isLimited(subject),
    uniqueId: facts.uniqueId,
    // Of what is encrypted the clear type stands in the signature's DataObjectFormat.
    mimeType: wireMimeType(subject.agreement, facts.mimeType),
    title: facts.title,
    author: author(subject, facts.role === "request" ? physicianOf(subject) : ""),
    legalAuthenticator: facts.legalAuthenticator,
    classCode: codes.classCode,
    typeCode: codes.typeCode,
    formatCode: codes.formatCode,
    confidentialityCode: [agreed.confidentialityCode],
    healthcareFacilityTypeCode: agreed.healthcareFacilityTypeCode,
    practiceSettingCode: agreed.practiceSettingCode,
    eventCodeList: facts.purposes.length > 0 ? facts.purposes : modalityCodes(subject),
    languageCode: codes.languageCode,
    creationTime: dtm(facts.createdAt),
    serviceStartTime: subject.serviceStartTime,
    serviceStopTime: null,
    patientId: patientId(subject),
    sourcePatientId: cx(subject.patient.PatientID, subject.agreement.patientIdDomain),
    sourcePatientInfo: patientInfo(subject),
    referenceIdList: references(subject, facts),
    hash: facts.hash,
    size: facts.sizeBytes,
  }
}

export function submissionSet(
  subject: Described,
  facts: {
    readonly kind: SubmissionKind
    readonly entryUUID: string
    readonly uniqueId: string
    readonly at: Date
  },
): SubmissionSet {
  const { agreement, site } = subject
  const type = contentTypeCode(facts.kind)
  return {
    entryUUID: facts.entryUUID,
    limitedMetadata: isLimited(subject),
    uniqueId: facts.uniqueId,
    sourceId: site.oid,
    patientId: patientId(subject),
    submissionTime: dtm(facts.at),
    title: type.display,
    author: author(subject, ""),
    contentTypeCode: type,
    intendedRecipient: isRepository(agreement) ? [] : [recipient(subject, facts.kind)],
  }
}

const isLimited = ({ agreement }: Described): boolean => agreement.limitedMetadata.includes("send")

/** Limited metadata are for a recipient that knows no number of the patient (ITI TF-2 3.41.4.1.2.2): so none is claimed. */
function patientId(subject: Described): string | null {
  const { agreement, patient, affinityPatientId = "" } = subject
  const { affinityDomain, patientIdDomain } = agreement
  if (isLimited(subject)) return null
  if (affinityDomain === undefined) return cx(patient.PatientID, patientIdDomain)
  return cx(
    affinityDomain.numbers === "same" ? patient.PatientID : affinityPatientId,
    affinityDomain.patientIdDomain,
  )
}

/** A report is for who asked for it, where they are known; the institution alone where both do not fit one value. */
function recipient(subject: Described, kind: SubmissionKind): string {
  const { name, oid } = subject.agreement.partner
  const isForPhysician = kind === "report" || kind === "preliminary"
  const [institution, physician] = [xon(name, oid), isForPhysician ? physicianOf(subject) : ""]
  const both = `${institution}|${physician}`
  return physician === "" || both.length > MAX_SLOT_VALUE_LENGTH ? institution : both
}

/** XCN; "" where nobody is known by an id. */
const physicianOf = (subject: Described): string =>
  subject.physician === undefined ? "" : xcn(subject.physician, hospitalOf(subject).oid)

function author({ site }: Described, authorPerson: string): Author {
  return { authorPerson, authorInstitution: [xon(site.name, site.oid)], authorRole: [] }
}

function modalityCodes(subject: Described): Code[] {
  return subject.modalities.map((modality) => ({
    code: modality,
    scheme: SCHEME.DICOM,
    display: modality,
  }))
}

/** PID-3, -5, -7, -8 (ITI TF-3 4.2.3.2.23); the ideographic name first, the kana as phonetic repetition. */
function patientInfo({ patient, agreement }: Described): string[] {
  const [family = "", given = ""] = patient.ideographic.split(/[ \u3000]/)
  const [kanaFamily = "", kanaGiven = ""] = patient.phonetic.split(/[ \u3000]/)
  const names = [
    family === "" ? "" : `${plain(family)}^${plain(given)}^^^^^L^I`,
    kanaFamily === "" ? "" : `${plain(kanaFamily)}^${plain(kanaGiven)}^^^^^L^P`,
    patient.alphabetic === "" ? "" : `${plain(patient.alphabetic).replace(" ", "^")}^^^^^L^A`,
  ].filter((name) => name !== "")
  return [
    `PID-3|${cx(patient.PatientID, agreement.patientIdDomain)}`,
    ...names.map((name) => `PID-5|${name}`),
    ...(patient.birthDate === null ? [] : [`PID-7|${patient.birthDate.replaceAll("-", "")}`]),
    ...(patient.sex === "" ? [] : [`PID-8|${patient.sex}`]),
  ]
}

/** Accession and request numbers are the hospital's: of the two sites the one that submits studies. */
function hospitalOf({ agreement, site }: Described): { readonly oid: string } {
  return agreement.accepts.includes("study") ? agreement.partner : site
}

/** CXi: `ID^^^&OID&ISO^type`; what binds request, images, report and receipts of one reading. */
function references(subject: Described, facts: EntryFacts): string[] {
  const { oid } = hospitalOf(subject)
  const owned = (id: string, type: ReferenceType): string[] => {
    const text = plain(id)
    return text === "" ? [] : [`${text}^^^&${oid}&ISO^${type}`]
  }
  return [
    ...(subject.StudyInstanceUID === "" ? [] : [`${subject.StudyInstanceUID}^^^^${REFERENCE_TYPE.study}`]),
    `${subject.requestId}^^^^${REFERENCE_TYPE.workflow}`,
    ...owned(subject.AccessionNumber, REFERENCE_TYPE.accession),
    ...owned(subject.requestNumber, REFERENCE_TYPE.order),
    ...(facts.SOPInstanceUID === "" ? [] : [`${facts.SOPInstanceUID}^^^^${REFERENCE_TYPE.uniqueId}`]),
  ]
}

/** The ids of one type in a referenceIdList. */
export function referenced(entry: DocumentEntry, type: ReferenceType): string[] {
  return entry.referenceIdList
    .filter((each) => each.split("^")[4] === type)
    .map((each) => each.split("^")[0] ?? "")
}
