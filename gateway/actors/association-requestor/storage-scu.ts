/** Storage SCU (PS3.4 annex B) to the hospital's archive; answers the port ReportArchive. */
import { AssociationError } from "../../journey/errors.ts"
import type { OutboundInstance, ReportArchive } from "../../journey/ports/dicom-nodes.ts"
import { EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN } from "../../standards/dicom/sop-classes.ts"
import { associate, type AssociateOptions } from "./associate.ts"
import { store } from "./operations.ts"
import type { RemoteAE } from "./remote.ts"

/** What we write ourselves is written in these, best first. */
const WRITTEN_IN = [EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN]

export function storageScu(archive: RemoteAE, options: AssociateOptions): ReportArchive {
  return {
    aeTitle: archive.aeTitle,
    address: archive.host,
    store: (SOPClassUID, instances) => storeAll(archive, options, SOPClassUID, instances),
  }
}

async function storeAll(
  archive: RemoteAE,
  options: AssociateOptions,
  SOPClassUID: string,
  instances: readonly OutboundInstance[],
): Promise<void> {
  const proposal = { abstractSyntax: SOPClassUID, transferSyntaxes: WRITTEN_IN }
  const association = await associate(archive, [proposal], options)
  try {
    const context = association.context(SOPClassUID)
    if (context === null)
      throw new AssociationError(
        "ERR_ASSOCIATION_CONTEXT",
        `${archive.aeTitle} does not take SOP Class ${SOPClassUID}`,
      )
    const TransferSyntaxUID = context.transferSyntax
    for (const { SOPInstanceUID, dataSet } of instances)
      await store(association, { SOPClassUID, SOPInstanceUID, TransferSyntaxUID }, [
        dataSet(TransferSyntaxUID),
      ])
  } finally {
    await association.release()
  }
}
