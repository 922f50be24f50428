/** Receive: an instance arrives by C-STORE. May its device associate, and is it the instance the command names? */
import { DeflatedWalk } from "../../standards/dicom/deflated-walk.ts"
import { fileMetaBytes } from "../../standards/dicom/part10.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { Filing } from "./file-instance.ts"
import { openIntake, type Arriving } from "./intake.ts"
import type { IncomingInstance, InstanceHandler } from "../ports/inbound.ts"
import { isAddress } from "./peer-address.ts"
import type { World } from "../world.ts"

/** A-ASSOCIATE-RJ, source 1 = service user: 3 = calling AE title not recognised, 7 = called (PS3.8 table 9-21). */
const CALLING_AE_NOT_RECOGNISED = { source: 1, reason: 3 }
const CALLED_AE_NOT_RECOGNISED = { source: 1, reason: 7 }

export interface ReceiveOptions {
  readonly aeTitle: string
  readonly modalities: ReadonlySet<string>
  /** By calling AE title: the keys it must show in TLS (hex SHA-256); absent or [] = in the clear as well. */
  readonly pins?: ReadonlyMap<string, readonly string[]>
  /** By calling AE title: the addresses it must call from; absent or [] = from any. */
  readonly addresses?: ReadonlyMap<string, readonly string[]>
  /** Calling AE titles whose images are all urgent. */
  readonly urgent?: ReadonlySet<string>
}

export function instanceHandler(world: World, filing: Filing, options: ReceiveOptions): InstanceHandler {
  return {
    associate: (callingAE, calledAE, remoteAddress, spkiSha256) => {
      if (calledAE !== options.aeTitle) return CALLED_AE_NOT_RECOGNISED
      if (!options.modalities.has(callingAE)) return CALLING_AE_NOT_RECOGNISED
      if (!isAddress(options.addresses?.get(callingAE) ?? [], remoteAddress)) return CALLING_AE_NOT_RECOGNISED
      const pins = options.pins?.get(callingAE) ?? []
      // With another key it is another device, whatever it calls itself.
      const known = pins.length === 0 || (spkiSha256 !== null && pins.includes(spkiSha256))
      return known ? null : CALLING_AE_NOT_RECOGNISED
    },
    open: ({ callingAE }) => {
      const intake = openIntake(world, filing)
      const urgent = options.urgent?.has(callingAE) === true
      return {
        begin: (instance) => intake.begin({ ...commanded(world, instance), urgent }),
        end: () => intake.end(),
      }
    },
  }
}

/** A data set alone: it must be of the instance that was announced, and gets a header of ours (PS3.10 7.1). */
function commanded({ syntaxOf }: World, instance: IncomingInstance): Arriving {
  // The message says where the data set ends; a deflated stream says so itself, and one that does not is read by nobody.
  const isDeflated = syntaxOf(instance.TransferSyntaxUID)?.encoding === "deflated"
  return {
    ...instance,
    walk: isDeflated ? new DeflatedWalk() : null,
    judge: ({ SOPClassUID, SOPInstanceUID }) => {
      if (SOPInstanceUID !== instance.AffectedSOPInstanceUID || SOPClassUID !== instance.AffectedSOPClassUID)
        throw new Malformed("AFFECTED_UID", "PS3.4 B.2.3", "data set and command name different instances")
    },
    fileMeta: (head) => ourFileMeta(instance, head),
  }
}

/** Group 0002 as the receiving node writes it. */
export const ourFileMeta = (
  { TransferSyntaxUID, callingAE, calledAE }: Pick<Arriving, "TransferSyntaxUID" | "callingAE" | "calledAE">,
  { SOPClassUID, SOPInstanceUID }: { readonly SOPClassUID: string; readonly SOPInstanceUID: string },
): Uint8Array =>
  fileMetaBytes({
    MediaStorageSOPClassUID: SOPClassUID,
    MediaStorageSOPInstanceUID: SOPInstanceUID,
    TransferSyntaxUID,
    SendingApplicationEntityTitle: callingAE,
    ReceivingApplicationEntityTitle: calledAE,
  })
