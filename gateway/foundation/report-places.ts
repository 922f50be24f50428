/** Where reports go in the hospital besides the staff page. */
import type { RemoteAE } from "../actors/association-requestor/remote.ts"
import { storageScu } from "../actors/association-requestor/storage-scu.ts"
import type { DeliverOptions } from "../journey/home/deliver.ts"
import type { DicomConfig } from "./dicom-door.ts"

export function deliverOptions(dicom: DicomConfig, archive: RemoteAE | null): DeliverOptions {
  return {
    archive: archive === null ? null : storageScu(archive, { callingAE: dicom.aeTitle }),
    characterSet: dicom.archive?.characterSet === "utf-8" ? "ISO_IR 192" : "study",
  }
}
