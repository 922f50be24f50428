/** The doors for images that come as files: STOW-RS and watched folders. The way in behind them is that of a C-STORE. */
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { listen, type StoreOrigin } from "../actors/stow-rs/listen.ts"
import type { Sender, StoreOptions, TurnedAway } from "../actors/stow-rs/options.ts"
import { STORE_LIMITS } from "../actors/stow-rs/limits.ts"
import { httpGuard } from "../actors/secure-node/waiting-room.ts"
import { pinOf } from "../actors/secure-node/pins.ts"
import { watchFolder } from "../actors/watched-folder/watch.ts"
import { event } from "../journey/audit.ts"
import type { FileTotals } from "../actors/machine-room/metrics.ts"
import type { FileHandler, StoreOutcome } from "../journey/ports/inbound.ts"
import type { DoorEvent } from "../journey/technician/door-book.ts"
import type { ReceiveFileOptions } from "../journey/receive/receive-file.ts"
import { errorFields } from "../log.ts"
import { storageSopClass } from "../standards/dicom/sop-classes.ts"
import { isOfDicom } from "../standards/dicom/uid.ts"
import { secureDoor, type DicomConfig } from "./dicom-door.ts"
import { FileWatch } from "./file-watch.ts"
import type { Foundation } from "./foundation.ts"
import { repeats, timesOf } from "./repeats.ts"

/** What is behind the doors. */
interface Behind {
  readonly handler: FileHandler
  /** Hears of who comes, and of who does not come in. */
  readonly note: (event: DoorEvent) => void
}

export interface FileDoors {
  /** Of STOW-RS; null when it is not configured. */
  readonly webPort: number | null
  readonly totals: readonly FileTotals[]
  close(): Promise<void>
}

export async function openFileDoors(
  dicom: DicomConfig,
  base: Foundation,
  { handler, note }: Behind,
): Promise<FileDoors> {
  const watches = { web: new FileWatch("stow-rs", note), folders: new FileWatch("folder", note) }
  const behindWeb = { note, handler: watches.web.watched(handler, () => true) }
  const web = dicom.web === undefined ? null : await openWeb(dicom, dicom.web, base, behindWeb)
  const behindFolders = watches.folders.watched(handler, ({ became }) => became !== "cut")
  const folders = dicom.folders.map(({ path, aeTitle, settle: settleMs, after }) => {
    const onStillCut = (outcome: StoreOutcome): void => watches.folders.refused(aeTitle, outcome)
    return watchFolder({ path, aeTitle, settleMs, after, log: base.log, onStillCut }, behindFolders)
  })
  return {
    webPort: web?.port ?? null,
    get totals() {
      return [watches.web.totals, watches.folders.totals]
    },
    close: async () => {
      await Promise.all([web?.close(), ...folders.map((folder) => folder.close())])
    },
  }
}

async function openWeb(
  dicom: DicomConfig,
  web: NonNullable<DicomConfig["web"]>,
  base: Foundation,
  { handler, note }: Behind,
): Promise<StoreOrigin> {
  const { log } = base
  const secure = await secureDoor(dicom, base)
  const tell = teller(base)
  const tls: StoreOptions["tls"] = secure && { options: secure.tls, pinOf, revoked: secure.revoked }
  const origin = await listen(
    {
      host: web.host,
      port: web.port,
      tls,
      guard: httpGuard(STORE_LIMITS.maxConnections / 2),
      senders: await Promise.all(web.senders.map(senderOf)),
      onFault: (fault) => log("error", "stow-fault", errorFields(fault)),
      onTurnedAway: (whom) => {
        tell(whom)
        note({ what: whom.at === "handshake" ? "handshake" : "stranger", remoteAddress: whom.remoteAddress })
      },
    },
    handler,
  )
  secure?.onRenewed((renewed) => origin.renewTls(renewed))
  return origin
}

/** To the log and the trail; who tries again all day is told of once a minute. */
function teller(base: Foundation): (whom: TurnedAway) => void {
  const { log } = base
  return repeats(
    ({ remoteAddress, detail }: TurnedAway) => `${remoteAddress} ${detail}`,
    ({ remoteAddress, detail }: TurnedAway, times) => {
      log("warn", "stow-refused", { remoteAddress, detail, times })
      base
        .record(turnedAway(base, remoteAddress, timesOf(detail, times)))
        .catch((error: unknown) => log("error", "audit-failed", errorFields(error)))
    },
  )
}

async function senderOf({
  aeTitle,
  tokenFile,
  tlsPins,
}: NonNullable<DicomConfig["web"]>["senders"][number]): Promise<Sender> {
  const token = tokenFile === undefined ? null : (await readFile(tokenFile, "utf8")).trim()
  const tokenSha256 = token === null ? null : createHash("sha256").update(token, "utf8").digest("hex")
  return { aeTitle, tokenSha256, pins: tlsPins }
}

function turnedAway(base: Foundation, remoteAddress: string, detail: string) {
  return event({
    event: "node-authentication-failure",
    outcome: "serious",
    at: base.clock.now().toISOString(),
    objectId: remoteAddress,
    description: `STOW-RS: ${detail}`,
  })
}

/** Of DICOM's own SOP Classes those of storage; private ones are storage by being in a file at all (PS3.10 7). */
export function fileOptions(dicom: DicomConfig): ReceiveFileOptions {
  const named = new Set(dicom.privateSopClasses)
  return {
    aeTitle: dicom.aeTitle,
    urgent: new Set(fileEnds(dicom).flatMap(({ stat, aeTitle }) => (stat ? [aeTitle] : []))),
    takes: (uid) =>
      storageSopClass(uid) !== null || named.has(uid) || (dicom.declaredSopClasses && !isOfDicom(uid)),
  }
}

/** Those of them whose files come from outside the hospital, on media. */
export const mediaOf = (dicom: DicomConfig): ReadonlySet<string> =>
  new Set(fileEnds(dicom).flatMap(({ media, aeTitle }) => (media ? [aeTitle] : [])))

/** Who sends files; each stands for a device. */
export const fileEnds = ({ web, folders }: DicomConfig) => [...(web?.senders ?? []), ...folders]
