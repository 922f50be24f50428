/**
 * Encapsulated PDF (PS3.3 A.45.1, C.24.2): a report as archives keep it. The PDF is the signed one, byte by byte:
 * (0042,0015) tells its length without padding, so that the signature over it can be checked again from the archive.
 */
import { authoredBytes } from "./authored-elements.ts"
import type { DataSet } from "./data-set.ts"
import { chosenTitle, reportElements, writingOf, type ReportObject } from "./report-object.ts"

export const ENCAPSULATED_PDF_STORAGE = "1.2.840.10008.5.1.4.1.1.104.1"

export interface EncapsulatedPdf extends ReportObject {
  readonly pdf: Uint8Array
}

/** LOINC 18748-4, as in the XDS metadata and the CDA of the same report. */
const CONCEPT_NAME = [
  { CodeValue: "18748-4", CodingSchemeDesignator: "LN", CodeMeaning: "Diagnostic imaging study" },
]

/**
 * The data set for C-STORE.
 *
 * @param TransferSyntaxUID Explicit or Implicit VR Little Endian
 * @throws Malformed those of `reportElements` and `authoredBytes`
 */
export function writeEncapsulatedPdf(report: EncapsulatedPdf, TransferSyntaxUID: string): Uint8Array {
  return authoredBytes(
    {
      ...reportElements(report),
      SOPClassUID: ENCAPSULATED_PDF_STORAGE,
      AcquisitionDateTime: "",
      DocumentTitle: chosenTitle(report),
      ConceptNameCodeSequence: CONCEPT_NAME,
      VerificationFlag: "VERIFIED",
      MIMETypeOfEncapsulatedDocument: "application/pdf",
      EncapsulatedDocument: report.pdf,
      EncapsulatedDocumentLength: report.pdf.length,
    },
    writingOf(report, TransferSyntaxUID),
  )
}

/** The document as it was before it was padded; null when there is none. */
export function encapsulatedDocument(dataSet: DataSet): Uint8Array | null {
  const bytes = dataSet.bytes("EncapsulatedDocument")
  const lengthBytes = dataSet.number("EncapsulatedDocumentLength")
  if (bytes === null) return null
  return lengthBytes === null || lengthBytes > bytes.length ? bytes : bytes.subarray(0, lengthBytes)
}
