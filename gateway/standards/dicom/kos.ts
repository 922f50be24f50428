/**
 * Key Object Selection documents (PS3.3 A.35.4, PS3.16 TID 2010): the manifest of a submission (RAD TF 4.68), and what
 * a device says about images it no longer means (IHE IOCM).
 */
import { Malformed } from "../malformed.ts"
import { readPart10, type DataSet } from "./data-set.ts"
import { authoredBytes, type AuthoredItem } from "./authored-elements.ts"
import { joined } from "./octets.ts"
import { fileMetaBytes } from "./part10.ts"
import { EXPLICIT_VR_LITTLE_ENDIAN, storageSopClass } from "./sop-classes.ts"
import { isTolerableUid, uuidUid } from "./uid.ts"

export const KEY_OBJECT_SELECTION = "1.2.840.10008.5.1.4.1.1.88.59"

/** Document titles by code of scheme DCM (PS3.16 CID 7010): the manifest, and the reasons for rejection of IOCM. */
export const KOS_TITLES = {
  "113030": "Manifest",
  "113001": "Rejected for Quality Reasons",
  "113037": "Rejected for Patient Safety Reasons",
  "113038": "Incorrect Modality Worklist Entry",
  "113039": "Data Retention Policy Expired",
} as const
export type KosTitle = keyof typeof KOS_TITLES

export interface ManifestInstance {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
}
export interface ManifestSeries {
  readonly SeriesInstanceUID: string
  readonly instances: readonly ManifestInstance[]
}

/** Attributes of patient and study that a manifest shares with the images; decoded text, PN with `^` and `=`. */
const SHARED = [
  "PatientName",
  "PatientID",
  "IssuerOfPatientID",
  "PatientBirthDate",
  "PatientSex",
  "StudyInstanceUID",
  "StudyDate",
  "StudyTime",
  "StudyID",
  "StudyDescription",
  "AccessionNumber",
  "ReferringPhysicianName",
] as const
export type SharedAttributes = Readonly<Record<(typeof SHARED)[number], string>>

/** What one of the images says of patient and study; "" for what it does not. */
export function sharedAttributes(dataSet: DataSet): SharedAttributes {
  const pairs = SHARED.map((keyword) => [keyword, dataSet.texts(keyword).join("\\")])
  return Object.fromEntries(pairs) as SharedAttributes
}

/** From where the instances may be fetched (PS3.3 C.17.2.1). */
export interface RetrieveFrom {
  /** (0008,0054), of a DICOM node. */
  readonly aeTitle: string
  /** (0040,E011), OID of an imaging document source; "" = none. */
  readonly locationUid: string
}

export interface ManifestContent {
  readonly shared: SharedAttributes
  /** Every instance the submission is about; at least one. */
  readonly series: readonly ManifestSeries[]
  readonly title?: KosTitle
  /** Absent = who reads it knows. */
  readonly retrieve?: RetrieveFrom
  /** Local time of the agreement's zone, `YYYYMMDDhhmmss`. */
  readonly contentDateTime: string
  /** Who makes it, for Manufacturer and the file's meta information. */
  readonly manufacturer: string
  readonly aeTitle: string
}

export interface WrittenManifest {
  readonly SOPInstanceUID: string
  readonly SeriesInstanceUID: string
  /** Part 10 file, explicit VR little endian, ISO_IR 192. */
  readonly file: Uint8Array
}

/**
 * A new manifest in a new series of its own.
 *
 * @param chance 32 random bytes for its two UIDs
 * @throws Malformed KOS_EMPTY, KOS_UID
 */
export function writeManifest(content: ManifestContent, chance: Uint8Array): WrittenManifest {
  check(content)
  const SOPInstanceUID = uuidUid(chance.subarray(0, 16))
  const SeriesInstanceUID = uuidUid(chance.subarray(16, 32))
  const dataSet = authoredBytes({
    ...content.shared,
    ...document(content),
    ...structuredContent(content),
    SOPInstanceUID,
    SeriesInstanceUID,
  })
  const meta = fileMetaBytes({
    MediaStorageSOPClassUID: KEY_OBJECT_SELECTION,
    MediaStorageSOPInstanceUID: SOPInstanceUID,
    TransferSyntaxUID: EXPLICIT_VR_LITTLE_ENDIAN,
    SendingApplicationEntityTitle: content.aeTitle,
    ReceivingApplicationEntityTitle: content.aeTitle,
  })
  return { SOPInstanceUID, SeriesInstanceUID, file: joined([meta, dataSet]) }
}

function check({ series, shared }: ManifestContent): void {
  const instances = series.flatMap((one) => one.instances)
  if (instances.length === 0 || series.some((one) => one.instances.length === 0))
    throw new Malformed("KOS_EMPTY", "PS3.3 A.35.4", "a manifest names at least one instance of each series")
  const uids = [
    shared.StudyInstanceUID,
    ...series.map((one) => one.SeriesInstanceUID),
    ...instances.flatMap((one) => [one.SOPClassUID, one.SOPInstanceUID]),
  ]
  if (!uids.every(isTolerableUid)) throw new Malformed("KOS_UID", "PS3.5 9.1", "a reference is not a UID")
}

/** Series, equipment and document modules (PS3.3 C.17.6.1, C.7.5.1, C.17.6.2). */
function document(content: ManifestContent): AuthoredItem {
  return {
    SpecificCharacterSet: "ISO_IR 192",
    SOPClassUID: KEY_OBJECT_SELECTION,
    Modality: "KO",
    SeriesNumber: "1",
    InstanceNumber: "1",
    ReferencedPerformedProcedureStepSequence: [],
    Manufacturer: content.manufacturer,
    ContentDate: content.contentDateTime.slice(0, 8),
    ContentTime: content.contentDateTime.slice(8),
    CurrentRequestedProcedureEvidenceSequence: [
      {
        StudyInstanceUID: content.shared.StudyInstanceUID,
        ReferencedSeriesSequence: content.series.map((one) => ({
          SeriesInstanceUID: one.SeriesInstanceUID,
          ...retrieveFrom(content),
          ReferencedSOPSequence: one.instances.map(reference),
        })),
      },
    ],
  }
}

const retrieveFrom = ({ retrieve }: ManifestContent): AuthoredItem =>
  retrieve === undefined
    ? {}
    : {
        RetrieveAETitle: retrieve.aeTitle,
        ...(retrieve.locationUid === "" ? {} : { RetrieveLocationUID: retrieve.locationUid }),
      }

/** TID 2010: one container with every instance in it. */
function structuredContent({ title = "113030", series }: ManifestContent): AuthoredItem {
  return {
    ValueType: "CONTAINER",
    ConceptNameCodeSequence: [
      { CodeValue: title, CodingSchemeDesignator: "DCM", CodeMeaning: KOS_TITLES[title] },
    ],
    ContinuityOfContent: "SEPARATE",
    ContentTemplateSequence: [{ MappingResource: "DCMR", TemplateIdentifier: "2010" }],
    ContentSequence: series
      .flatMap((one) => one.instances)
      .map((instance) => ({
        RelationshipType: "CONTAINS",
        ValueType: valueType(instance.SOPClassUID),
        ReferencedSOPSequence: [reference(instance)],
      })),
  }
}

const reference = ({ SOPClassUID, SOPInstanceUID }: ManifestInstance): AuthoredItem => ({
  ReferencedSOPClassUID: SOPClassUID,
  ReferencedSOPInstanceUID: SOPInstanceUID,
})

/** PS3.16 TID 2010 rows 5 to 7: image, waveform, any other composite object. */
function valueType(SOPClassUID: string): string {
  const keyword = storageSopClass(SOPClassUID)?.keyword ?? ""
  if (/Image|Segmentation|RTDose/.test(keyword)) return "IMAGE"
  return /Waveform|ECG/.test(keyword) ? "WAVEFORM" : "COMPOSITE"
}

export interface ReadManifest {
  readonly SOPInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly shared: SharedAttributes
  readonly title: { readonly code: string; readonly scheme: string; readonly meaning: string }
  /** Evidence: what the document is about; a manifest of ours has one study. */
  readonly studies: readonly {
    readonly StudyInstanceUID: string
    readonly series: readonly ManifestSeries[]
  }[]
}

/**
 * Reads any Key Object Selection document, whatever its title.
 *
 * @throws Malformed KOS_CLASS for another object, KOS_EMPTY, KOS_UID, KOS_EVIDENCE when the content names what the
 *   evidence does not (PS3.3 C.17.6.2.1), and those of `readPart10`
 */
export function readManifest(file: Uint8Array): ReadManifest {
  const { dataSet } = readPart10(file)
  if (dataSet.text("SOPClassUID") !== KEY_OBJECT_SELECTION)
    throw new Malformed("KOS_CLASS", "PS3.3 A.35.4", "not a Key Object Selection document")
  const title = dataSet.items("ConceptNameCodeSequence")[0]
  const studies = dataSet.items("CurrentRequestedProcedureEvidenceSequence").map((study) => ({
    StudyInstanceUID: uid(study, "StudyInstanceUID"),
    series: study.items("ReferencedSeriesSequence").map((series) => ({
      SeriesInstanceUID: uid(series, "SeriesInstanceUID"),
      instances: series.items("ReferencedSOPSequence").map(referenced),
    })),
  }))
  checkEvidence(dataSet, studies)
  return {
    SOPInstanceUID: uid(dataSet, "SOPInstanceUID"),
    SeriesInstanceUID: uid(dataSet, "SeriesInstanceUID"),
    shared: sharedAttributes(dataSet),
    title: {
      code: title?.text("CodeValue") ?? "",
      scheme: title?.text("CodingSchemeDesignator") ?? "",
      meaning: title?.text("CodeMeaning") ?? "",
    },
    studies,
  }
}

function uid(dataSet: DataSet, keyword: string): string {
  const value = dataSet.text(keyword)
  if (!isTolerableUid(value)) throw new Malformed("KOS_UID", "PS3.5 9.1", `${keyword} is not a UID`)
  return value
}

const referenced = (item: DataSet): ManifestInstance => ({
  SOPClassUID: uid(item, "ReferencedSOPClassUID"),
  SOPInstanceUID: uid(item, "ReferencedSOPInstanceUID"),
})

function checkEvidence(dataSet: DataSet, studies: ReadManifest["studies"]): void {
  const evidence = new Set(
    studies.flatMap((study) =>
      study.series.flatMap((one) => one.instances.map(({ SOPInstanceUID }) => SOPInstanceUID)),
    ),
  )
  if (evidence.size === 0) throw new Malformed("KOS_EMPTY", "PS3.3 C.17.6.2", "no evidence")
  const content = dataSet
    .items("ContentSequence")
    .flatMap((item) => item.items("ReferencedSOPSequence"))
    .map(referenced)
  if (!content.every(({ SOPInstanceUID }) => evidence.has(SOPInstanceUID)))
    throw new Malformed("KOS_EVIDENCE", "PS3.3 C.17.6.2.1", "the content names what the evidence does not")
}
