import { imageFacts } from "../../image/image-facts.ts"
import type { DicomJson } from "../../image/dicom-json.ts"
import type { SeriesView } from "../../../gateway/journey/views/reading.ts"
import type { FrameSource } from "./frame-store.ts"

/** One image of a stack, with what key images and corner texts name it by. */
export interface StackImage extends FrameSource {
  readonly SOPInstanceUID: string
  /** 1-based frame of the instance. */
  readonly frame: number
}

const part = encodeURIComponent

/** Whose study: a UID alone may be in use for another patient. */
export interface CaseStudy {
  readonly requestId: string
  readonly StudyInstanceUID: string
}

/** `/dicomweb/studies/{study}/series/{series}/…` (PS3.18 10.4), and the case it is looked at for. */
export const seriesPath = (study: CaseStudy, series: string, below: string): string =>
  `/dicomweb/studies/${part(study.StudyInstanceUID)}/series/${part(series)}/${below}?case=${part(study.requestId)}`

/**
 * The frames of a series in the gateway's order. An instance the metadata do not know is left out: it could not be
 * drawn, and the missing number is seen in the count of the strip.
 */
export function stackOf(
  study: CaseStudy,
  series: SeriesView,
  metadata: readonly DicomJson[],
): readonly StackImage[] {
  const bySop = new Map(metadata.map((dataSet) => [imageFacts(dataSet, 1).SOPInstanceUID, dataSet]))
  return series.images.flatMap(({ SOPInstanceUID, frames }) => {
    const dataSet = bySop.get(SOPInstanceUID)
    if (dataSet === undefined) return []
    return Array.from({ length: Math.max(1, frames) }, (_, at): StackImage => ({
      SOPInstanceUID,
      frame: at + 1,
      facts: imageFacts(dataSet, at + 1),
      path: seriesPath(study, series.SeriesInstanceUID, `instances/${part(SOPInstanceUID)}/frames/${at + 1}`),
    }))
  })
}

/** Where a key image lies in a stack, or -1. */
export const indexInStack = (
  stack: readonly StackImage[],
  key: { readonly SOPInstanceUID: string; readonly frame: number },
): number =>
  stack.findIndex(({ SOPInstanceUID, frame }) => SOPInstanceUID === key.SOPInstanceUID && frame === key.frame)
