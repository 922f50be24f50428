/** A morning's reception through the C-STORE handler itself, on any disk: two studies, several objects under way at once. */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { filing } from "../../gateway/journey/receive/file-instance.ts"
import { locks } from "../../gateway/journey/locks.ts"
import type { InstanceIntake, InstanceSink } from "../../gateway/journey/ports/inbound.ts"
import { instanceHandler } from "../../gateway/journey/receive/receive.ts"
import type { World } from "../../gateway/journey/world.ts"
import { openLedger } from "../../gateway/storage/ledger/ledger.ts"
import type { Disk } from "../../gateway/storage/spool/disk.ts"
import type { FileSpool } from "../../gateway/storage/spool/file-spool.ts"
import { transferSyntax } from "../../gateway/standards/dicom/sop-classes.ts"
import { MR_IMAGE_STORAGE } from "../peers/dicom-study.ts"
import { openTestSpool, seededChance, steppingClock } from "../storage/spool/world.ts"
import { MODALITY, OUR_AE } from "./gateway.ts"
import { STORED, study, type Image } from "./people.ts"

export const DATA = "/data"
const KEY = Buffer.alloc(32, 5)
/** As many as the test device has under way. */
const WINDOW = 3
/** SQLite syncs at every commit: in memory where the machine has such a folder. */
const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()
/** Beyond a chunk of the spool: 1,024 x 1,024 pixels of two bytes. */
const LARGE_ROWS = 1024

export interface Told {
  /** SOP Instance UID → the data set that was answered with success. */
  readonly acknowledged: Map<string, Uint8Array>
  readonly refused: Map<string, number>
}
export const nobody = (): Told => ({ acknowledged: new Map(), refused: new Map() })

export interface Listener {
  acknowledged(uid: string): void
  refused(uid: string): void
}
const SILENT: Listener = { acknowledged: () => undefined, refused: () => undefined }

const ASSOCIATION = { callingAE: MODALITY, calledAE: OUR_AE, remoteAddress: "192.0.2.7" }

/** The same images at every call of one process. */
export const IMAGES: readonly Image[] = [
  ...study("P-ONE", 4).instances,
  ...study("P-TWO", 2).instances,
  ...study("P-LARGE", 1, { rows: LARGE_ROWS }).instances,
]
/** Says to be another than it is. */
export const LIAR: Image = { ...study("P-LIAR", 1).instances[0]!, SOPInstanceUID: "1.2.3.4.5" }

/** Opens a spool on `disk` and receives; stops when the spool does not open. */
export async function receiveOn(
  disk: Disk,
  told: Told,
  listener: Listener = SILENT,
  dataDir = DATA,
): Promise<void> {
  const spool = await openTestSpool(disk, dataDir, "reception")
  const folder = mkdtempSync(join(SCRATCH, "dokuei-reception-"))
  const ledger = openLedger({
    path: join(folder, "ledger.sqlite"),
    sealer: {
      seal: (slotId, context, clear) => spool.sealColumn(slotId, context, clear),
      open: (slotId, context, sealed) => spool.openColumn(slotId, context, sealed),
    },
    indexKey: KEY,
    audit: { seal: (clear) => clear, open: (sealed) => sealed },
  })
  try {
    await morning(spool, ledger, told, listener)
  } finally {
    ledger.close()
    rmSync(folder, { recursive: true })
  }
}

async function morning(
  spool: FileSpool,
  ledger: World["ledger"],
  told: Told,
  listener: Listener,
): Promise<void> {
  const parts = {
    clock: steppingClock(),
    chance: seededChance("world"),
    spool,
    ledger,
    locks: locks(),
    syntaxOf: transferSyntax,
  }
  const world = parts as unknown as World
  const files = filing(
    world,
    () => Promise.resolve(),
    () => undefined,
  )
  const handler = instanceHandler(world, files, { aeTitle: OUR_AE, modalities: new Set([MODALITY]) })
  const intake = handler.open(ASSOCIATION)
  const underWay = new Set<Promise<void>>()
  // One of them comes twice, as after an answer that was lost.
  for (const image of [...IMAGES, LIAR, IMAGES[0]!]) {
    const sink = await begun(intake, image)
    const over = conclude(sink, image, told, listener).finally(() => underWay.delete(over))
    underWay.add(over)
    if (underWay.size >= WINDOW) await Promise.race(underWay)
  }
  await Promise.all(underWay)
  await intake.end().catch(() => undefined)
  await files.flush().catch(() => undefined)
}

/** Its data set has come whole. */
async function begun(intake: InstanceIntake, { SOPInstanceUID, dataSet }: Image): Promise<InstanceSink> {
  const sink = intake.begin({
    ...ASSOCIATION,
    AffectedSOPClassUID: MR_IMAGE_STORAGE,
    AffectedSOPInstanceUID: SOPInstanceUID,
    TransferSyntaxUID: "1.2.840.10008.1.2.1",
  })
  for (let at = 0; at < dataSet.length; at += 100_000) await sink.write(dataSet.subarray(at, at + 100_000))
  return sink
}

async function conclude(sink: InstanceSink, image: Image, told: Told, listener: Listener): Promise<void> {
  const { SOPInstanceUID: uid, dataSet } = image
  const { status } = await sink.finish()
  if (status === STORED) {
    told.acknowledged.set(uid, dataSet)
    told.refused.delete(uid)
    listener.acknowledged(uid)
  } else if (!told.acknowledged.has(uid)) {
    told.refused.set(uid, status)
    listener.refused(uid)
  }
}
