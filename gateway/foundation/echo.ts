/** C-ECHO to a node of the configuration, as we call it. */
import { associate } from "../actors/association-requestor/associate.ts"
import { echo } from "../actors/association-requestor/operations.ts"
import type { RemoteAE } from "../actors/association-requestor/remote.ts"
import {
  EXPLICIT_VR_LITTLE_ENDIAN,
  IMPLICIT_VR_LITTLE_ENDIAN,
  VERIFICATION_SOP_CLASS,
} from "../standards/dicom/sop-classes.ts"

const PROPOSAL = {
  abstractSyntax: VERIFICATION_SOP_CLASS,
  transferSyntaxes: [IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN],
}

/** Resolves when the node answered with success. Throws AssociationError, DimseError. */
export async function echoTo(remote: RemoteAE, callingAE: string): Promise<void> {
  const association = await associate(remote, [PROPOSAL], { callingAE })
  try {
    await echo(association)
  } finally {
    await association.release()
  }
}
