/** Metadata of a test submission, as the gateway writes those of a real one: files, what is said of them → Submission. */
import { contentTypeCode } from "../../journey/codes.ts"
import { MediumError } from "../../journey/errors.ts"
import { uuidOid, uuidUrn } from "../../journey/ids.ts"
import { patientIdDomainOf } from "../../journey/institution.ts"
import { instantIn } from "../../journey/local-day.ts"
import { documentEntry, dtm, submissionSet, xon, type Described } from "../../journey/metadata.ts"
import type { Chance } from "../../journey/ports/time.ts"
import type { StudyHeader } from "../../journey/records/study.ts"
import type { PatientView } from "../../journey/views/study.ts"
import type { DocumentEntry, Submission } from "../../standards/xds/submission.ts"
import type { FolderDocument } from "./folder.ts"
import { EXAMPLE_PATIENT_DOMAIN, type DocumentWords, type TestMetadata } from "./metadata-file.ts"

/** Of a folder without images, where nothing else is said. */
const NOBODY: PatientView = {
  PatientID: "TEST0001",
  ideographic: "試験 太郎",
  phonetic: "シケン タロウ",
  alphabetic: "Shiken Taro",
  birthDate: "1970-01-01",
  sex: "O",
  nameMarked: false,
}

/** Entries stand in the order of the documents. @throws MediumError for images of several studies */
export function testSubmission(
  documents: readonly FolderDocument[],
  told: TestMetadata,
  chance: Chance,
  at: Date,
): Submission {
  const study = studyOf(documents)
  const about = described(study, told, chance)
  const set = submissionSet(about, {
    kind: study === null ? "report" : "study",
    entryUUID: uuidUrn(chance),
    uniqueId: uuidOid(chance),
    at,
  })
  return {
    submissionSet: {
      ...set,
      title: told.title ?? set.title,
      contentTypeCode: told.contentTypeCode ?? contentTypeCode(study === null ? "report" : "study"),
      intendedRecipient: told.recipients.map(({ name, oid }) => xon(name, oid)),
    },
    documentEntries: documents.map((each) =>
      withWords(entryOf(about, each, chance, at), told.documents[each.name]),
    ),
    associations: [],
  }
}

/** One submission is about one study; null where there are no images. */
function studyOf(documents: readonly FolderDocument[]): StudyHeader | null {
  const studies = documents.flatMap(({ image }) => (image === null ? [] : [image.study]))
  const uids = new Set(studies.map(({ StudyInstanceUID }) => StudyInstanceUID))
  if (uids.size > 1)
    throw new MediumError("ERR_MEDIUM_UNFIT", `the images are of ${uids.size} studies: send them one by one`)
  const [first] = studies
  if (first === undefined) return null
  return { ...first, modalities: [...new Set(studies.flatMap(({ modalities }) => modalities))] }
}

function described(study: StudyHeader | null, told: TestMetadata, chance: Chance): Described {
  const { sender, patient, codes, limitedMetadata, timeZone } = told
  const site = { ...sender, institutionCode: sender.institutionCode ?? "", timeZone }
  return {
    agreement: {
      accepts: [],
      codes,
      limitedMetadata: limitedMetadata ? ["send"] : [],
      packaging: { form: "plain", seals: "none", permission: null },
      partner: { name: "", oid: "", institutionCode: "" },
      patientIdDomain: patient.domain ?? domainOf(sender.institutionCode),
    },
    site,
    patient: patientOf(study?.patient ?? NOBODY, patient),
    StudyInstanceUID: study?.StudyInstanceUID ?? "",
    AccessionNumber: told.accessionNumber ?? study?.AccessionNumber ?? "",
    requestNumber: told.requestNumber ?? "",
    requestId: uuidUrn(chance),
    serviceStartTime: startOf(study, timeZone),
    modalities: study?.modalities ?? [],
    procedures: study?.procedures ?? [],
  }
}

const domainOf = (institutionCode: string | undefined): string =>
  institutionCode === undefined ? EXAMPLE_PATIENT_DOMAIN : patientIdDomainOf(institutionCode)

function startOf(study: StudyHeader | null, timeZone: string): string | null {
  const local = study?.studyDateTime ?? null
  return local === null ? null : dtm(instantIn(local, timeZone))
}

/** What is said takes the place of what the images say; without any number a message may not be sent. */
function patientOf(known: PatientView, said: TestMetadata["patient"]): PatientView {
  return {
    PatientID: said.id ?? (known.PatientID === "" ? NOBODY.PatientID : known.PatientID),
    ideographic: said.name ?? known.ideographic,
    phonetic: said.kana ?? known.phonetic,
    alphabetic: said.latin ?? known.alphabetic,
    birthDate: said.birthDate ?? known.birthDate,
    sex: said.sex ?? known.sex,
    nameMarked: known.nameMarked,
  }
}

function entryOf(about: Described, each: FolderDocument, chance: Chance, at: Date): DocumentEntry {
  return documentEntry(about, {
    role: each.role,
    entryUUID: uuidUrn(chance),
    // In clear an image is known by its SOP Instance UID.
    uniqueId: each.image?.SOPInstanceUID ?? uuidOid(chance),
    SOPClassUID: each.image?.SOPClassUID ?? "",
    SOPInstanceUID: "",
    title: each.name.split("/").at(-1) ?? each.name,
    mimeType: each.mimeType,
    createdAt: at,
    purposes: [],
    legalAuthenticator: null,
    hash: each.sha1,
    sizeBytes: each.lengthBytes,
  })
}

function withWords(entry: DocumentEntry, words: DocumentWords | undefined): DocumentEntry {
  if (words === undefined) return entry
  return {
    ...entry,
    title: words.title ?? entry.title,
    mimeType: words.mimeType ?? entry.mimeType,
    classCode: words.classCode ?? entry.classCode,
    typeCode: words.typeCode ?? entry.typeCode,
    formatCode: words.formatCode ?? entry.formatCode,
  }
}
