/**
 * Storage SCP (PS3.4 annex B), Verification SCP (annex A) and Storage Commitment (annex J) on a TCP port in the clear
 * and, if asked for, on one in TLS: who may connect, how many at once over both, and an orderly end. What is done with
 * an instance is the handler's matter.
 */
import type { X509Certificate } from "node:crypto"
import { createServer } from "node:net"
import type { Server } from "node:net"
import type { TlsOptions } from "node:tls"
import type { CommitmentHandler } from "../../journey/ports/dicom-nodes.ts"
import type { InstanceHandler } from "../../journey/ports/inbound.ts"
import { transferSyntax } from "../../standards/dicom/sop-classes.ts"
import type { CommitmentResult } from "../../standards/dicom/storage-commitment.ts"
import type { Timers, WaitingPlaces } from "./surroundings.ts"
import {
  Listener,
  type ListenerOptions,
  type NamedUser,
  type StorageScpStats,
  type Stranger,
} from "./listener.ts"
import type { Offer } from "./negotiate.ts"
import { tlsDoor, type TlsDoor } from "./tls-door.ts"

export interface SecureDoor {
  readonly port: number
  readonly host: string
  /** Certificate, key, trusted CAs, versions, suites; client certificates are asked for. */
  readonly tls: TlsOptions
  /** Why a device is refused although its chain holds (a revoked certificate), or null. */
  readonly revoked: (certificate: X509Certificate) => string | null
}

export interface ListenOptions {
  /** 0 = any free port. */
  readonly port: number
  /** Address to listen on; never all interfaces by accident. */
  readonly host: string
  /** A second port for DICOM TLS (PS3.15 B.12, B.13). */
  readonly secure?: SecureDoor | null
  /** What a calling AE title may negotiate; everything of PS3.6 by default. */
  readonly offer?: (callingAE: string) => Offer
  readonly maxAssociations?: number
  readonly maxAssociationsPerAE?: number
  /** PS3.8 9.1.5, from connect to A-ASSOCIATE-RQ and from the last word to the close. */
  readonly artimMs?: number
  /** From one whole PDU to the next. */
  readonly idleMs?: number
  /** The same while a device waits for the result of a commitment it asked for. */
  readonly waitingMs?: number
  /** Serves storage commitment, where `offer` has it. */
  readonly commitments?: CommitmentHandler | null
  readonly timers?: Timers
  /** Who may wait for an association, over both ports; no limit by default. */
  readonly waitingRoom?: WaitingPlaces
  /** Faults of the handler or of the listener, for the log. */
  readonly onFault?: (fault: unknown) => void
  /** A device speaks another protocol than this port is for. */
  readonly onWrongProtocol?: (stranger: Stranger) => void
  /** A device named a user: for the log. */
  readonly onIdentity?: (named: NamedUser) => void
  /** A TLS handshake failed. */
  readonly onHandshakeFault?: (fault: { readonly remoteAddress: string; readonly detail: string }) => void
}

export interface StorageScp {
  readonly port: number
  /** Null without a TLS port. */
  readonly securePort: number | null
  /** Numbers of now. */
  readonly stats: StorageScpStats
  /**
   * Tell a device the result of a commitment on the association it asked on; false when that is over.
   *
   * @throws AssociationError when it ends before the answer, DimseError when the device refuses it
   */
  report(callingAE: string, result: CommitmentResult): Promise<boolean>
  /** Renewed certificates on the TLS port, for connections from now on. */
  renewTls(tls: TlsOptions): void
  /** Take no more connections, let associations end for `graceMs`, abort the rest. Resolves when every intake is ended. */
  close(graceMs: number): Promise<void>
}

const EVERYTHING: Offer = {
  services: new Set(["verification", "storage"]),
  privateSopClasses: new Set(),
  declaredStorage: true,
  syntaxOf: transferSyntax,
}

export const DEFAULTS = {
  maxAssociations: 64,
  maxAssociationsPerAE: 16,
  artimMs: 30_000,
  idleMs: 60_000,
  waitingMs: 600_000,
} as const

const BOUNDLESS: WaitingPlaces = { enter: () => undefined, leave: () => undefined }

const realTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Ready when it resolves; rejects when the port cannot be had. */
function bind(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, () => {
      server.off("error", reject)
      const address = server.address()
      resolve(typeof address === "object" && address ? address.port : port)
    })
  })
}

/**
 * Start a Storage SCP.
 *
 * @param handler judges devices and takes instances; one fragment is a view into network memory, which is used
 * again or freed when the promise of `write` resolves
 */
export async function listen(options: ListenOptions, handler: InstanceHandler): Promise<StorageScp> {
  const full = {
    ...DEFAULTS,
    timers: realTimers,
    waitingRoom: BOUNDLESS,
    offer: () => EVERYTHING,
    onFault: () => undefined,
    onWrongProtocol: () => undefined,
    onIdentity: () => undefined,
    onHandshakeFault: () => undefined,
    secure: null,
    commitments: null,
    ...options,
  } satisfies ListenerOptions & ListenOptions
  const listener = new Listener(handler, full)
  const plain = createServer((socket) => listener.serve(socket, null))
  const secure = secureServer(full, listener)
  const port = await open(plain, full, full)
  const securePort = full.secure && secure ? await open(secure.server, full.secure, full) : null
  return {
    port,
    securePort,
    get stats() {
      return listener.stats
    },
    report: (callingAE, result) => listener.report(callingAE, result),
    renewTls: (tls) => secure?.renewTls(tls),
    async close(graceMs) {
      plain.close()
      secure?.server.close()
      await listener.end(graceMs)
    },
  }
}

function secureServer(options: Required<ListenOptions>, listener: Listener): TlsDoor | null {
  const { secure, artimMs: silentMs } = options
  return secure === null
    ? null
    : tlsDoor({ ...options, ...secure, silentMs }, (socket, pin) => listener.serve(socket, pin))
}

async function open(
  server: Server,
  { port, host }: { readonly port: number; readonly host: string },
  { waitingRoom, onFault }: Required<ListenOptions>,
): Promise<number> {
  server.prependListener("connection", (socket) => waitingRoom.enter(socket))
  const bound = await bind(server, port, host)
  server.on("error", onFault)
  return bound
}
