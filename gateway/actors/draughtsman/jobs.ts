/**
 * What the gateway process and the drawing child say to each other (structured clone over the IPC channel).
 */
import type { CodedFrame, FramePixels, GreyPage, ReportContent } from "../../journey/ports/drawing.ts"
import type { ErrorCode } from "../../journey/errors.ts"
import type { ReadingRequest } from "../../standards/request/request-content.ts"
import type { EncodedPixels } from "./htj2k.ts"

/** Where the report fonts lie and whose time is printed. */
export interface ReportStyle {
  /** OpenType collection or file. */
  readonly fontFile: string
  /** PostScript name inside a collection. */
  readonly fontName: string
  readonly boldFontFile: string
  readonly boldFontName: string
  /** IANA time zone in which instants are printed. */
  readonly timeZone: string
}

/** Debian package fonts-noto-cjk. */
export const DEBIAN_STYLE: ReportStyle = {
  fontFile: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
  fontName: "NotoSansCJKjp-Regular",
  boldFontFile: "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
  boldFontName: "NotoSansCJKjp-Bold",
  timeZone: "Asia/Tokyo",
}

export type Job =
  | { readonly kind: "encode"; readonly frame: FramePixels }
  | { readonly kind: "decode"; readonly frame: CodedFrame }
  | {
      readonly kind: "render"
      readonly frame: FramePixels
      readonly windowCenter: number
      readonly windowWidth: number
    }
  | { readonly kind: "report" | "pages"; readonly report: ReportContent; readonly style: ReportStyle }
  | { readonly kind: "request"; readonly request: ReadingRequest; readonly style: ReportStyle }

export type Result =
  | { readonly kind: "encode"; readonly encoded: EncodedPixels }
  | { readonly kind: "decode"; readonly frame: FramePixels }
  | { readonly kind: "render"; readonly png: Uint8Array }
  | { readonly kind: "report"; readonly pdf: Uint8Array }
  | { readonly kind: "request"; readonly pdf: Uint8Array }
  | { readonly kind: "pages"; readonly pages: readonly GreyPage[] }

export interface Request {
  readonly id: number
  readonly job: Job
}

export type Answer =
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly failure: { readonly code: ErrorCode | null; readonly message: string } }
