/**
 * What the DICOM objects of one report have in common: patient and study as an image of the study has them, byte by
 * byte and in its own character set, and a series of their own (PS3.3 C.7.1.1, C.7.2.1, C.24.1, C.8.6.1).
 */
import { Malformed } from "../malformed.ts"
import type { AuthoredItem, Writing } from "./authored-elements.ts"
import { textEncoding } from "./charset-encoder.ts"
import type { DataSet } from "./data-set.ts"
import { trimmed } from "./octets.ts"
import { transferSyntax } from "./sop-classes.ts"

export interface ReportObject {
  /** Any image of the study, read at least up to its series. */
  readonly image: DataSet
  /** In which the object is written: the study's own, or UTF-8 where the archive has agreed to it. */
  readonly characterSet: "study" | "ISO_IR 192"
  readonly SOPInstanceUID: string
  /** One for all versions of a report. */
  readonly SeriesInstanceUID: string
  readonly SeriesNumber: number
  readonly InstanceNumber: number
  /** Best first: the first that the character set can write is taken; the last is ASCII. */
  readonly titles: readonly string[]
  /** Id of the CDA document that says the same, a dotted OID. */
  readonly HL7InstanceIdentifier: string
  /** Local time of the hospital, `YYYYMMDDhhmmss`. */
  readonly contentDateTime: string
  readonly manufacturer: string
}

/** Type 2 where PS3.3 wants the element even without a value. */
export const COPIED: readonly (readonly [keyword: string, type: 1 | 2 | 3])[] = [
  ["PatientName", 2],
  ["PatientID", 2],
  ["IssuerOfPatientID", 3],
  ["PatientBirthDate", 2],
  ["PatientSex", 2],
  ["PatientAge", 3],
  ["StudyInstanceUID", 1],
  ["StudyDate", 2],
  ["StudyTime", 2],
  ["StudyID", 2],
  ["AccessionNumber", 2],
  ["ReferringPhysicianName", 2],
  ["StudyDescription", 3],
]

/** The elements, and how to write them. @throws Malformed `REPORT_STUDY` when the image names no study */
export function reportElements(report: ReportObject): AuthoredItem {
  const [date, time] = [report.contentDateTime.slice(0, 8), report.contentDateTime.slice(8)]
  const title = chosenTitle(report)
  return {
    ...characterSetElement(report),
    ...copied(report),
    SOPInstanceUID: report.SOPInstanceUID,
    Modality: "DOC",
    ConversionType: "WSD",
    Manufacturer: report.manufacturer,
    SeriesInstanceUID: report.SeriesInstanceUID,
    SeriesNumber: String(report.SeriesNumber),
    SeriesDescription: title,
    SeriesDate: date,
    SeriesTime: time,
    InstanceNumber: String(report.InstanceNumber),
    ContentDate: date,
    ContentTime: time,
    BurnedInAnnotation: "YES",
    HL7InstanceIdentifier: report.HL7InstanceIdentifier,
  }
}

function copied({ image, characterSet }: ReportObject): AuthoredItem {
  const values = COPIED.flatMap(([keyword, type]) => {
    const value = image.bytes(keyword)
    if (value === null || value.length === 0) {
      if (type === 1) throw new Malformed("REPORT_STUDY", "PS3.3 C.7.2.1", `the image has no ${keyword}`)
      return type === 2 ? [[keyword, ""] as const] : []
    }
    return [[keyword, characterSet === "study" ? value : image.texts(keyword).join("\\")] as const]
  })
  return Object.fromEntries(values)
}

function characterSetElement({ image, characterSet }: ReportObject): AuthoredItem {
  if (characterSet === "ISO_IR 192") return { SpecificCharacterSet: characterSet }
  const value = image.bytes("SpecificCharacterSet")
  return value === null ? {} : { SpecificCharacterSet: value }
}

/** Values of (0008,0005) as the object will have them. */
function terms({ image, characterSet }: ReportObject): string[] {
  if (characterSet === "ISO_IR 192") return [characterSet]
  const value = image.bytes("SpecificCharacterSet")
  return value === null || value.length === 0
    ? []
    : trimmed(value)
        .split("\\")
        .map((term) => term.trim())
}

/** LO holds 64 characters (PS3.5 6.2). */
const MAX_LO_CHARACTERS = 64

export function chosenTitle(report: ReportObject): string {
  const encode = textEncoding(terms(report))
  const fits = report.titles.find((each) => each.length <= MAX_LO_CHARACTERS && encode(each, "\\") !== null)
  if (fits === undefined) throw new Malformed("REPORT_TITLE", "PS3.5 6.1", "no title can be written")
  return fits
}

/** @param TransferSyntaxUID one of the two uncompressed little endian ones */
export function writingOf(report: ReportObject, TransferSyntaxUID: string): Writing {
  const encode = textEncoding(terms(report))
  return {
    encoding: transferSyntax(TransferSyntaxUID)?.encoding === "implicit-le" ? "implicit-le" : "explicit-le",
    text: (value, vr) => {
      const bytes = encode(value, vr === "PN" ? "\\^=" : "\\")
      if (bytes === null) throw new Malformed("REPORT_TEXT", "PS3.5 6.1", "a character the set does not have")
      return bytes
    },
  }
}
