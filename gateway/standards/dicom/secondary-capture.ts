/**
 * Secondary Capture (PS3.3 A.8.1): a page of a report as a picture, for archives that keep no PDF. It is a copy to look
 * at; what was signed is named in Derivation Description.
 */
import { authoredBytes } from "./authored-elements.ts"
import { reportElements, writingOf, type ReportObject } from "./report-object.ts"

export const SECONDARY_CAPTURE_STORAGE = "1.2.840.10008.5.1.4.1.1.7"

export interface CapturedPage extends ReportObject {
  /** 8 bits a pixel, 0 = black, row by row. */
  readonly page: { readonly rows: number; readonly columns: number; readonly pixels: Uint8Array }
  /** ASCII, at most 1024 characters. */
  readonly derivation: string
}

/** The data set for C-STORE. @throws as `writeEncapsulatedPdf` */
export function writeCapturedPage(captured: CapturedPage, TransferSyntaxUID: string): Uint8Array {
  const { page, derivation } = captured
  return authoredBytes(
    {
      ...reportElements(captured),
      SOPClassUID: SECONDARY_CAPTURE_STORAGE,
      ImageType: "DERIVED\\SECONDARY",
      DerivationDescription: derivation,
      PatientOrientation: "",
      SamplesPerPixel: 1,
      PhotometricInterpretation: "MONOCHROME2",
      Rows: page.rows,
      Columns: page.columns,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
      PixelData: page.pixels,
    },
    writingOf(captured, TransferSyntaxUID),
  )
}
