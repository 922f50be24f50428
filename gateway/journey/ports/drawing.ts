/** What draws: a report's pages, and frames of images in another coding. */
import type { ReadingRequest } from "../../standards/request/request-content.ts"
import type { PatientView, StudyView } from "../views/study.ts"

/** Draws in a child process; the gateway process never decodes pixels or lays out text. */
export interface Draughtsman {
  /** HTJ2K lossless RPCL codestream of one native frame, with the byte length of each resolution level. */
  encodeFrame(
    frame: FramePixels,
  ): Promise<{ readonly codestream: Uint8Array; readonly levelEndBytes: readonly number[] }>
  /** The samples of an HTJ2K frame, for `renderFrame` and the like. */
  decodeFrame(frame: CodedFrame): Promise<FramePixels>
  /** 8-bit grey or RGB PNG of one frame through a window. */
  renderFrame(frame: FramePixels, windowCenter: number, windowWidth: number): Promise<Uint8Array>
  /** PDF/A-2b, byte-identical for equal input. Throws ReportError ERR_REPORT_GLYPH naming the character. */
  renderReport(report: ReportContent): Promise<Uint8Array>
  /** A reading request on paper, for who takes nothing else: as `renderReport`. */
  renderRequest(request: ReadingRequest): Promise<Uint8Array>
  /** The pages of the same report as pictures. Throws as `renderReport`. */
  renderPages(report: ReportContent): Promise<readonly GreyPage[]>
}

/** 8 bits a pixel, 0 = black, row by row. */
export interface GreyPage {
  readonly rows: number
  readonly columns: number
  readonly pixels: Uint8Array
}

export interface FramePixels {
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: 1 | 3
  readonly bitsAllocated: 8 | 16
  readonly bitsStored: number
  readonly signed: boolean
  readonly photometricInterpretation: string
  readonly rescaleSlope: number
  readonly rescaleIntercept: number
  /** Little endian, as stored. */
  readonly pixels: Uint8Array
}

/** As the data set describes it; `codestream` is HTJ2K (1.2.840.10008.1.2.4.201 to .203) without padding. */
export interface CodedFrame extends Omit<FramePixels, "pixels"> {
  readonly codestream: Uint8Array
}

/** Everything a report document says; frozen before signing. */
export interface ReportContent {
  /** OIDs (dotted). */
  readonly documentId: string
  readonly setId: string
  readonly versionNumber: number
  readonly status: "final" | "corrected" | "preliminary" | "appended"
  readonly effectiveTime: string
  readonly patient: PatientView
  readonly patientIdRoot: string
  readonly study: StudyView
  readonly hospital: { readonly name: string; readonly oid: string }
  readonly center: { readonly name: string; readonly oid: string }
  readonly requestNumber: string
  readonly purpose: string
  readonly physician: string
  /** By the hospital's id; "" = unknown. */
  readonly physicianId?: string
  readonly reader: { readonly id: string; readonly idRoot: string; readonly name: string }
  readonly findings: string
  readonly impression: string
  readonly correction: { readonly replacesDocumentId: string; readonly reason: string } | null
  /** Of a report, preliminary or final: the preliminary one whose place it takes. Absent = none. */
  readonly replacesPreliminary?: string
  /** null in a report; of an addendum what it adds, and to which document in its first version. */
  readonly addendum: {
    readonly text: string
    readonly appends: {
      readonly documentId: string
      readonly setId: string | null
      readonly versionNumber: number | null
    } | null
  } | null
  readonly keyImages: readonly { readonly png: Uint8Array; readonly caption: string }[]
}
