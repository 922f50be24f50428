/** Which service a SOP Class belongs to, of those we speak (PS3.4 annexes A, B and J). */
import { VERIFICATION_SOP_CLASS, storageSopClass } from "./sop-classes.ts"

export type Service = "verification" | "storage" | "commitment"

/** PS3.4 J.3.5: the SOP Class, and its one well-known instance. */
export const STORAGE_COMMITMENT_SOP_CLASS = "1.2.840.10008.1.20.1"
export const STORAGE_COMMITMENT_SOP_INSTANCE = "1.2.840.10008.1.20.1.1"

/** Null for a SOP Class of any other service, and for private ones. */
export function serviceOf(SOPClassUID: string): Service | null {
  if (SOPClassUID === VERIFICATION_SOP_CLASS) return "verification"
  if (SOPClassUID === STORAGE_COMMITMENT_SOP_CLASS) return "commitment"
  return storageSopClass(SOPClassUID) === null ? null : "storage"
}
