/**
 * Rejection notes (IHE RAD TF-1 IOCM, TF-3 4.66): key object selections by which a modality or QA station withdraws images
 * it no longer means. Whoever shows images hides those named, whatever the reason.
 */
import type { ReadManifest } from "./kos.ts"

/** Document titles, scheme DCM (PS3.16 CID 7011). */
export const REJECTION_CODES = ["113001", "113037", "113038", "113039"] as const
export type RejectionCode = (typeof REJECTION_CODES)[number]

export interface Rejection {
  readonly code: RejectionCode
  /** SOP Instance UIDs of the evidence, of this study. */
  readonly instances: readonly string[]
}

/** What the document withdraws of this study; null for a selection with any other title. */
export function rejectionOf({ title, studies }: ReadManifest, StudyInstanceUID: string): Rejection | null {
  const code = REJECTION_CODES.find((each) => title.scheme === "DCM" && title.code === each)
  if (code === undefined) return null
  const own = studies.filter((each) => each.StudyInstanceUID === StudyInstanceUID)
  const instances = own.flatMap(({ series }) => series.flatMap((one) => one.instances))
  return { code, instances: instances.map(({ SOPInstanceUID }) => SOPInstanceUID) }
}
