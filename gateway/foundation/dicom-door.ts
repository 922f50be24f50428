/** The door the modalities knock at: one Storage SCP on the port in the clear and, when configured, on that in TLS. */
import type { TlsOptions } from "node:tls"
import type { RemoteAE } from "../actors/association-requestor/remote.ts"
import { chainOf } from "../actors/secure-node/revoked.ts"
import { clientTls, serverTls } from "../actors/secure-node/tls.ts"
import { WaitingRoom } from "../actors/secure-node/waiting-room.ts"
import { listen, type SecureDoor, type StorageScp } from "../actors/storage-scp/listen.ts"
import type { Stranger } from "../actors/storage-scp/listener.ts"
import type { Offer } from "../actors/storage-scp/negotiate.ts"
import type { EdgeConfig } from "../config/schema.ts"
import { event } from "../journey/audit.ts"
import type { DoorEvent } from "../journey/technician/door-book.ts"
import type { AuditEvent } from "../journey/ports/audit.ts"
import type { CommitmentHandler } from "../journey/ports/dicom-nodes.ts"
import type { InstanceHandler } from "../journey/ports/inbound.ts"
import type { ReceiveOptions } from "../journey/receive/receive.ts"
import { errorFields } from "../log.ts"
import type { TransferSyntaxOf } from "../standards/dicom/sop-classes.ts"
import type { Foundation } from "./foundation.ts"
import { loggedHandler, type Rejected } from "./door-log.ts"
import { lineCredentials, type LineCredentials, type LineParts } from "./line-credentials.ts"
import { repeats, timesOf } from "./repeats.ts"

export type DicomConfig = EdgeConfig["dicom"]

export interface Behind {
  readonly handler: InstanceHandler
  readonly commitments: CommitmentHandler
  /** Hears of who did not come in. */
  readonly note: (event: DoorEvent) => void
}

export async function openDicomDoor(
  dicom: DicomConfig,
  base: Foundation,
  { handler, commitments, note }: Behind,
): Promise<StorageScp> {
  const { log } = base
  const tell = tellers(base)
  const secure = await secureDoor(dicom, base)
  const scp = await listen(
    {
      host: dicom.host,
      port: dicom.port,
      secure,
      offer: offersOf(dicom, base.world.syntaxOf),
      commitments,
      maxAssociations: dicom.maxAssociations,
      waitingRoom: new WaitingRoom(dicom.maxAssociations),
      maxAssociationsPerAE: dicom.maxAssociationsPerAE,
      onFault: (fault) => log("error", "dicom-fault", errorFields(fault)),
      onWrongProtocol: (stranger) => {
        tell.wrongPort(stranger)
        note({ what: "wrong-port", ...stranger })
      },
      onIdentity: (named) => log("info", "dicom-user", { ...named }),
      onHandshakeFault: (fault) => {
        tell.handshake(fault)
        note({ what: "handshake", remoteAddress: fault.remoteAddress })
      },
    },
    loggedHandler(handler, log, tell.rejected),
  )
  secure?.onRenewed((tls) => scp.renewTls(tls))
  return scp
}

/** To the log and the trail; a device that tries again all day is told of once a minute. */
function tellers(base: Foundation) {
  const { log } = base
  const audit = (told: AuditEvent): void =>
    void base.record(told).catch((error: unknown) => log("error", "audit-failed", errorFields(error)))
  return {
    wrongPort: repeats(
      ({ expected, met, remoteAddress }: Stranger) => `${expected} ${met} ${remoteAddress}`,
      (stranger, times) => log("warn", "dicom-wrong-port", { ...stranger, what: inWords(stranger), times }),
    ),
    rejected: repeats(
      ({ callingAE, calledAE, remoteAddress, reason }: Rejected) =>
        JSON.stringify([callingAE, calledAE, remoteAddress, reason]),
      (who, times) => {
        log("warn", "dicom-rejected", { ...who, times })
        const { callingAE, calledAE, remoteAddress, reason } = who
        const description = timesOf(`DICOM association of ${callingAE} to ${calledAE}: ${reason}`, times)
        audit(turnedAway(base, remoteAddress, description))
      },
    ),
    handshake: repeats(
      ({ remoteAddress }: { readonly remoteAddress: string; readonly detail: string }) => remoteAddress,
      ({ remoteAddress, detail }, times) => {
        log("warn", "dicom-tls-refused", { remoteAddress, detail, times })
        const description = timesOf(`DICOM TLS handshake: ${detail}`, times)
        audit(turnedAway(base, remoteAddress, description))
      },
    ),
  }
}

/** What a person does about it. */
function inWords({ expected, met }: Stranger): string {
  if (expected === "tls" && met === "dicom") return "a device sends DICOM in the clear to the TLS port"
  if (expected === "dicom" && met === "tls") return "a device begins TLS on the port in the clear"
  return met === "http" ? "a browser or web client calls a DICOM port" : "something that is not DICOM calls"
}

/** Devices store; the archive comes back with its answers and stores nothing, unless it is a device as well. */
function offersOf(dicom: DicomConfig, syntaxOf: TransferSyntaxOf): (callingAE: string) => Offer {
  const common = {
    privateSopClasses: new Set(dicom.privateSopClasses),
    declaredStorage: dicom.declaredSopClasses,
    syntaxOf,
  }
  const device: Offer = { ...common, services: new Set(["verification", "storage", "commitment"]) }
  const archive: Offer = { ...common, services: new Set(["verification", "commitment"]) }
  const devices = new Set(dicom.modalities.map(({ aeTitle }) => aeTitle))
  return (callingAE) => (devices.has(callingAE) ? device : archive)
}

/** Who may call, and what must be true of each. */
export function receiveOptions(dicom: DicomConfig) {
  const pins = callersOf(dicom)
  return {
    aeTitle: dicom.aeTitle,
    modalities: new Set(pins.keys()),
    pins,
    addresses: new Map(dicom.modalities.map(({ aeTitle, addresses }) => [aeTitle, addresses])),
    urgent: new Set(dicom.modalities.filter(({ stat }) => stat).map(({ aeTitle }) => aeTitle)),
  } satisfies ReceiveOptions
}

/** Who may call, and the keys each must show; the archive among them. */
export function callersOf({ modalities, archive }: DicomConfig): ReadonlyMap<string, readonly string[]> {
  const callers = archive === undefined ? modalities : [archive, ...modalities]
  return new Map(callers.map(({ aeTitle, tlsPins }) => [aeTitle, tlsPins]))
}

/** A node as we call it: in TLS when its keys are pinned. Null when its address is not configured. */
export async function remoteOf(
  dicom: DicomConfig,
  node: {
    readonly aeTitle: string
    readonly host?: string | undefined
    readonly port?: number | undefined
    readonly tlsPins: readonly string[]
  },
  parts: LineParts,
): Promise<RemoteAE | null> {
  const { aeTitle, host, port, tlsPins } = node
  if (host === undefined || port === undefined) return null
  const tls =
    dicom.tls === undefined || tlsPins.length === 0
      ? null
      : clientTls(await dicomCredentials(dicom.tls, parts), tlsPins)
  return { aeTitle, host, port, tls }
}

export interface RenewedDoor extends SecureDoor {
  /** Whoever listens takes up a renewed key and certificate, for connections from then on. */
  readonly onRenewed: (take: (tls: TlsOptions) => void) => void
}

/** The node's TLS, as PS3.15 B.13 wants it; null when it has none. */
export async function secureDoor({ tls }: DicomConfig, parts: LineParts): Promise<RenewedDoor | null> {
  if (tls === undefined) return null
  const credentials = await dicomCredentials(tls, parts)
  return {
    host: tls.host,
    port: tls.port,
    tls: serverTls(credentials),
    revoked: (certificate) => credentials.revoked(chainOf(certificate)),
    onRenewed: (take) => credentials.onRenewed(() => take(serverTls(credentials))),
  }
}

/** PS3.15 B.13 for both ends of a DICOM connection. */
const dicomCredentials = (
  { key, chain, ca }: NonNullable<DicomConfig["tls"]>,
  parts: LineParts,
): Promise<LineCredentials> => lineCredentials(parts, { key, chain, ca, profile: "dicom-b13" })

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
