/** Everything below `dataDir`: one process has it open, and the ledger is as new as its spool, or is said not to be. */
import { hostname } from "node:os"
import { join } from "node:path"
import { DEFAULT_PATH as RECIPIENT_PATH } from "../actors/document-recipient/options.ts"
import { systemChance, systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { LedgerError } from "../journey/errors.ts"
import type { Log } from "../log.ts"
import { claim } from "../storage/ledger/claim.ts"
import { openLedger, type FileLedger } from "../storage/ledger/ledger.ts"
import { openPeople, type PeopleStore } from "../storage/people/people.ts"
import { makeDataFolder } from "../storage/spool/data-folder.ts"
import { openSpool, type FileSpool } from "../storage/spool/file-spool.ts"
import type { Rot } from "../storage/spool/findings.ts"
import { nodeDisk } from "../storage/spool/node-disk.ts"
import { watchedDisk } from "../storage/spool/watched-disk.ts"
import { openTrail, type Trail } from "../storage/trail/trail.ts"
import { diskWatch, type DiskWatch } from "./disk-watch.ts"
import { keepLevel, whyBehind } from "./level.ts"
import { epochKeyOf, ledgerKey, outboxSeal } from "./own-keys.ts"

const IDLE_MS_ABSOLUTE = 12 * 60 * 60 * 1000
const MIB = 1024 * 1024

export interface OpenStores {
  readonly disk: DiskWatch
  readonly spool: FileSpool
  readonly ledger: FileLedger
  readonly trail: Trail
  readonly people: PeopleStore
  close(): Promise<void>
}

/** For a service: throws ERR_LEDGER_BEHIND rather than take what an older ledger does not know for remnants. */
export async function openLevelStores(config: Config, log: Log): Promise<OpenStores> {
  const stores = await openStores(config, log)
  try {
    const why = await whyBehind(stores.ledger, stores.spool)
    if (why !== null)
      throw new LedgerError(
        "ERR_LEDGER_BEHIND",
        `${why}: put a newer ledger back, or run \`dokuei recover FILE\``,
      )
    await keepLevel(stores.ledger, stores.spool)
  } catch (error) {
    // In order: a log left beside the ledger would be taken for the log of the one put in its place.
    await stores.close()
    throw error
  }
  return stores
}

/** Throws ERR_STORE_IN_USE, and what each store throws when it cannot be opened. */
export async function openStores(config: Config, log: Log): Promise<OpenStores> {
  makeDataFolder(config.dataDir)
  const claimed = claim(config.dataDir)
  const opened: (() => void | Promise<void>)[] = [() => claimed.release()]
  const close = async (): Promise<void> => {
    for (const one of opened.splice(0).reverse()) await one()
  }
  try {
    const disk = diskWatch(systemClock, (failure) => log("error", "disk-failed", { ...failure }))
    const spool = await openOurSpool(config, log, disk)
    opened.push(() => spool.close())
    const ledger = await openOurLedger(config, spool)
    opened.push(() => ledger.close())
    const trail = await openOurTrail(config)
    opened.push(() => trail.close())
    const limits = {
      idleMs: config.desk.idle,
      absoluteMs: IDLE_MS_ABSOLUTE,
      deviceRule: config.desk.devices,
    }
    const people = openPeople(join(config.dataDir, "people.sqlite"), limits)
    opened.push(() => people.close())
    return { disk, spool, ledger, trail, people, close }
  } catch (error) {
    await close()
    throw error
  }
}

const openOurSpool = async (config: Config, log: Log, disk: DiskWatch): Promise<FileSpool> =>
  openSpool({
    dataDir: config.dataDir,
    disk: watchedDisk(nodeDisk, (failure) => disk.failed(failure)),
    site: config.site.oid,
    epochKey: await epochKeyOf(config),
    clock: systemClock,
    chance: systemChance,
    reserveBytes: config.disk.reserveMiB * MIB,
    refuseBytes: config.disk.refuseMiB * MIB,
    onRot: (rot) => tellRot(log, rot),
    onTorn: (torn) => log("warn", "spool-torn-end-cut", { segment: torn.segmentId }),
  })

async function openOurLedger(config: Config, spool: FileSpool): Promise<FileLedger> {
  const indexKey = await ledgerKey(config)
  return openLedger({
    path: join(config.dataDir, "ledger.sqlite"),
    sealer: {
      seal: (slotId, context, clear) => spool.sealColumn(slotId, context, clear),
      open: (slotId, context, sealed) => spool.openColumn(slotId, context, sealed),
    },
    indexKey,
    audit: outboxSeal(indexKey),
    committed: (commits) => spool.noteLedger(commits),
  })
}

const openOurTrail = (config: Config): Promise<Trail> =>
  openTrail(join(config.dataDir, "audit.jsonl"), {
    application: `dokuei-${config.role}`,
    processId: String(process.pid),
    host: hostname(),
    enterpriseSite: config.site.institutionCode || config.site.oid,
    recipient: `https://${config.xdr.host}:${config.xdr.port}${RECIPIENT_PATH}`,
    aeTitle: config.role === "edge" ? config.dicom.aeTitle : null,
  })

/** A copy written anew, and segments whose destruction a crash interrupted, are no rot: the next step ends them. */
function tellRot(log: Log, rot: Rot): void {
  if (rot.what === "slot-mended") log("info", "slot-mended", { index: rot.index })
  else if (rot.what === "keyless")
    log("warn", "segments-without-slot", { slot: rot.slotId, segments: rot.segmentIds.length })
  else if (rot.what === "mark") log("error", "ledger-not-marked", { code: rot.cause.code })
  else log("error", "spool-rot", { what: rot.what })
}
