/** Who may associate: what forbids it to anybody, what the handler says of this one, and whether there is room. */
import { carries } from "../../standards/dicom/fragments.ts"
import { DICOM_APPLICATION_CONTEXT, type AssociateRJ, type AssociateRQ } from "../../standards/dicom/pdu.ts"
import { PERMANENT, rejection } from "../../standards/dicom/rejection.ts"
import type { Peer } from "./pending.ts"
import type { Surroundings } from "./surroundings.ts"

/** Null: this one comes in, and has been counted in. */
export function rejectionOf(
  request: AssociateRQ,
  { callingAE, calledAE, remoteAddress }: Peer,
  { handler, spkiSha256, enter }: Pick<Surroundings, "handler" | "spkiSha256" | "enter">,
): AssociateRJ | null {
  const formal = formalRejection(request)
  if (formal) return formal
  const refused = handler.associate(callingAE, calledAE, remoteAddress, spkiSha256)
  if (refused) return { type: "A-ASSOCIATE-RJ", result: PERMANENT, ...refused }
  const full = enter(callingAE)
  if (full) handler.crowded?.(callingAE, calledAE, remoteAddress)
  return full
}

/** What forbids any association, whoever asks; null when nothing does. */
function formalRejection(request: AssociateRQ): AssociateRJ | null {
  // 9.3.2: only bit 0 is tested.
  if ((request.protocolVersion & 1) === 0) return rejection(PERMANENT, "protocolVersion")
  if (request.applicationContext !== DICOM_APPLICATION_CONTEXT)
    return rejection(PERMANENT, "applicationContext")
  return carries(request.userInformation.maximumLengthBytes) ? null : rejection(PERMANENT, "noReason")
}
