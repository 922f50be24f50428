/** The door the modalities knock at: one Storage SCP on the port in the clear and, when configured, on that in TLS. */
import { readFile } from "node:fs/promises"
import { serverTls, type NodeCredentials } from "../actors/secure-node/tls.ts"
import { listen, type SecureDoor, type StorageScp } from "../actors/storage-scp/listen.ts"
import type { Stranger } from "../actors/storage-scp/listener.ts"
import type { Offer } from "../actors/storage-scp/negotiate.ts"
import type { EdgeConfig } from "../config.ts"
import { event } from "../journey/audit.ts"
import type { AuditEvent, InstanceHandler } from "../journey/ports.ts"
import { errorFields } from "../log.ts"
import type { Foundation } from "./foundation.ts"

export type DicomConfig = EdgeConfig["dicom"]

export async function openDicomDoor(
  dicom: DicomConfig,
  base: Foundation,
  handler: InstanceHandler,
): Promise<StorageScp> {
  const { log } = base
  const refused = (remoteAddress: string, description: string): void => {
    base
      .record(turnedAway(base, remoteAddress, description))
      .catch((error: unknown) => log("error", "audit-failed", errorFields(error)))
  }
  const offer = offerOf(dicom)
  return listen(
    {
      host: dicom.host,
      port: dicom.port,
      secure: await secureDoor(dicom),
      offer: () => offer,
      maxAssociations: dicom.maxAssociations,
      onFault: (fault) => log("error", "dicom-fault", errorFields(fault)),
      onWrongProtocol: (stranger) => {
        log("warn", "dicom-wrong-port", { ...stranger, what: inWords(stranger) })
      },
      onHandshakeFault: ({ remoteAddress, detail }) => {
        log("warn", "dicom-tls-refused", { remoteAddress, detail })
        refused(remoteAddress, `DICOM TLS handshake: ${detail}`)
      },
    },
    handler,
  )
}

/** What a person does about it. */
function inWords({ expected, met }: Stranger): string {
  if (expected === "tls" && met === "dicom") return "a device sends DICOM in the clear to the TLS port"
  if (expected === "dicom" && met === "tls") return "a device begins TLS on the port in the clear"
  return met === "http" ? "a browser or web client calls a DICOM port" : "something that is not DICOM calls"
}

const offerOf = (dicom: DicomConfig): Offer => ({
  services: new Set(["verification", "storage"]),
  privateSopClasses: new Set(dicom.privateSopClasses),
  declaredStorage: dicom.declaredSopClasses,
})

async function secureDoor({ tls }: DicomConfig): Promise<SecureDoor | null> {
  if (tls === undefined) return null
  return { host: tls.host, port: tls.port, tls: serverTls(await dicomCredentials(tls)) }
}

/** PS3.15 B.13 for both ends of a DICOM connection. */
export async function dicomCredentials(tls: NonNullable<DicomConfig["tls"]>): Promise<NodeCredentials> {
  return {
    chainPem: await readFile(tls.chain, "utf8"),
    keyPem: await readFile(tls.key, "utf8"),
    trustedPem: await readFile(tls.ca, "utf8"),
    profile: "dicom-b13",
  }
}

function turnedAway(base: Foundation, remoteAddress: string, description: string): AuditEvent {
  const at = base.clock.now().toISOString()
  return event({
    event: "node-authentication-failure",
    outcome: "serious",
    at,
    objectId: remoteAddress,
    description,
  })
}
