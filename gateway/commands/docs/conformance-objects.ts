/** The objects the program makes, element by element, read back from a specimen it writes. */
import { readDataSet, readPart10, type DataSet } from "../../standards/dicom/data-set.ts"
import { authoredBytes } from "../../standards/dicom/authored-elements.ts"
import { dictionaryRow } from "../../standards/dicom/dictionary.ts"
import { writeEncapsulatedPdf } from "../../standards/dicom/encapsulated-pdf.ts"
import { writeManifest } from "../../standards/dicom/kos.ts"
import { COPIED, type ReportObject } from "../../standards/dicom/report-object.ts"
import { writeCapturedPage } from "../../standards/dicom/secondary-capture.ts"
import { EXPLICIT_VR_LITTLE_ENDIAN } from "../../standards/dicom/sop-classes.ts"
import { place } from "./conformance-tables.ts"
import { code, table } from "./markdown.ts"

/** Where values come from that are not the same in every object. */
const SOURCES: Readonly<Record<string, string>> = {
  SpecificCharacterSet: "the study's; ISO_IR 192 by `dicom.archive.characterSet`",
  SOPInstanceUID: "follows from the CDA document's id (UUID version 5)",
  SeriesInstanceUID: "follows from the CDA set id: one series for all versions",
  SeriesDescription: "title, Japanese where the character set has it",
  DocumentTitle: "title, Japanese where the character set has it",
  SeriesDate: "of the report, hospital's time",
  SeriesTime: "of the report, hospital's time",
  ContentDate: "of the report, hospital's time",
  ContentTime: "of the report, hospital's time",
  InstanceNumber: "version of the report; of a page 1000 × version + page",
  HL7InstanceIdentifier: "id of the CDA document that says the same",
  EncapsulatedDocument: "the signed PDF, padded to even length",
  EncapsulatedDocumentLength: "its length without padding",
  DerivationDescription: "id of the report, SHA-256 of the signed PDF",
  Rows: "150 dpi",
  Columns: "150 dpi",
  PixelData: "the page",
  ConceptNameCodeSequence: "18748-4 LN “Diagnostic imaging study”",
}

export function objectSection(): string[] {
  const object = specimen()
  const pdf = writeEncapsulatedPdf({ ...object, pdf: Uint8Array.of(0x25) }, EXPLICIT_VR_LITTLE_ENDIAN)
  const page = { rows: 1, columns: 2, pixels: new Uint8Array(2) }
  const capture = writeCapturedPage({ ...object, page, derivation: "x" }, EXPLICIT_VR_LITTLE_ENDIAN)
  return [
    "##### Encapsulated PDF",
    "A signed report, stored in the archive. Patient and study are copied byte by byte from an image of the study.",
    elementTable(read(pdf)),
    "##### Secondary Capture",
    "The same report page by page, for an archive that does not accept Encapsulated PDF: drawn from the signed CDA, a copy to " +
      "look at.",
    elementTable(read(capture)),
    "##### Key Object Selection",
    "Manifest of a study, written for the reading centre and never sent by DICOM networking; UTF-8, Explicit VR Little " +
      `Endian, ${manifestElements()} elements at the top level, template TID 2010 with title 113030 DCM “Manifest”.`,
    "HTJ2K: images may travel to the reading centre recoded without loss ([recoding.md](recoding.md)); they are the same SOP " +
      "Instances in another encoding and are not offered to DICOM nodes.",
  ]
}

const read = (bytes: Uint8Array): DataSet => readDataSet(bytes, EXPLICIT_VR_LITTLE_ENDIAN).dataSet

function elementTable(dataSet: DataSet): string {
  const copied = new Set(COPIED.map(([keyword]) => keyword))
  const rows = [...dataSet.elements.keys()].map((tag) => {
    const { keyword, vr } = dictionaryRow(tag) ?? { keyword: "", vr: "" }
    const value = copied.has(keyword)
      ? "copied from the image"
      : (SOURCES[keyword] ?? constant(dataSet, keyword))
    return [code(place(tag)), keyword, vr, value]
  })
  return table(["tag", "attribute", "VR", "value"], rows)
}

function constant(dataSet: DataSet, keyword: string): string {
  const number = dataSet.element(keyword)?.vr === "US" ? dataSet.number(keyword) : null
  const text = number === null ? dataSet.texts(keyword).join("\\") : String(number)
  return text === "" ? "empty" : code(text)
}

function specimen(): ReportObject {
  const copied = Object.fromEntries(
    COPIED.map(([keyword]) => [keyword, keyword === "StudyInstanceUID" ? "1.2.3" : "1"]),
  )
  const image = read(authoredBytes({ ...copied, SpecificCharacterSet: "ISO_IR 100" }))
  return {
    image,
    characterSet: "study",
    SOPInstanceUID: "1.2.3.4",
    SeriesInstanceUID: "1.2.3.5",
    SeriesNumber: 9001,
    InstanceNumber: 1,
    titles: ["Diagnostic imaging report"],
    HL7InstanceIdentifier: "1.2.3.6",
    contentDateTime: "20260101000000",
    manufacturer: "Dokuei",
  }
}

function manifestElements(): number {
  const series = [
    { SeriesInstanceUID: "1.2", instances: [{ SOPClassUID: "1.2.3", SOPInstanceUID: "1.2.4" }] },
  ]
  const shared = {
    PatientName: "",
    PatientID: "",
    IssuerOfPatientID: "",
    PatientBirthDate: "",
    PatientSex: "",
    StudyInstanceUID: "1.2",
    StudyDate: "",
    StudyTime: "",
    StudyID: "",
    StudyDescription: "",
    AccessionNumber: "",
    ReferringPhysicianName: "",
  }
  const content = {
    shared,
    series,
    contentDateTime: "20260101000000",
    manufacturer: "Dokuei",
    aeTitle: "DOKUEI",
  }
  const { file } = writeManifest(content, new Uint8Array(32))
  return readPart10(file).dataSet.elements.size
}
