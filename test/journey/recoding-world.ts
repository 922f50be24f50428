/** A hospital's spool and ledger with a study in it, and the real draughtsman: all that recoding needs. */
import { createHash, randomBytes } from "node:crypto"
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openDraughtsman, type OpenDraughtsman } from "../../gateway/actors/draughtsman/draughtsman.ts"
import { systemChance, systemClock } from "../../gateway/clock.ts"
import { outboxSeal } from "../../gateway/foundation/own-keys.ts"
import { instanceRecord, newStudy } from "../../gateway/journey/receive/arrival.ts"
import { locks } from "../../gateway/journey/locks.ts"
import { plan } from "../../gateway/journey/assemble/release.ts"
import { recode } from "../../gateway/journey/recode/recode.ts"
import type { Draughtsman } from "../../gateway/journey/ports/drawing.ts"
import type { ObjectPlace } from "../../gateway/journey/ports/spool.ts"
import type { InstanceRecord } from "../../gateway/journey/records/instance.ts"
import type { JobRecord } from "../../gateway/journey/records/job.ts"
import type { RequestRecord } from "../../gateway/journey/records/request.ts"
import type { StudyHeader } from "../../gateway/journey/records/study.ts"
import { due } from "../../gateway/journey/run.ts"
import type { World } from "../../gateway/journey/world.ts"
import { dataSetStart } from "../../gateway/standards/dicom/part10.ts"
import { openLedger } from "../../gateway/storage/ledger/ledger.ts"
import { openSpool, type FileSpool } from "../../gateway/storage/spool/file-spool.ts"
import { transferSyntax } from "../../gateway/standards/dicom/sop-classes.ts"
import { request } from "../storage/ledger/records.ts"
import { AT_HOSPITAL, HOSPITAL } from "./agreements.ts"

export const STUDY_UID = "1.2.392.100495.77.7041"
const SUBMISSION = "submission-1"
const NO_DRAUGHTSMAN = (): never => {
  throw new Error("nobody draws here")
}

export class RecodingWorld {
  readonly folder: string
  readonly spool: FileSpool
  readonly draughtsman: OpenDraughtsman
  /** Put another one in its place to see what a fault does. */
  recoding: "htj2k" | "none" = "htj2k"
  drawing: Pick<Draughtsman, "encodeFrame">
  readonly #ledger: ReturnType<typeof openLedger>
  readonly #slotId: string

  private constructor(parts: {
    folder: string
    spool: FileSpool
    ledger: ReturnType<typeof openLedger>
    slotId: string
  }) {
    this.folder = parts.folder
    this.spool = parts.spool
    this.#ledger = parts.ledger
    this.#slotId = parts.slotId
    this.draughtsman = openDraughtsman()
    this.drawing = this.draughtsman
  }

  static async open(): Promise<RecodingWorld> {
    const folder = await mkdtemp(join(tmpdir(), "dokuei-recode-"))
    await mkdir(join(folder, "data"))
    const spool = await openSpool({
      dataDir: join(folder, "data"),
      site: HOSPITAL.oid,
      epochKey: { epoch: 1, key: createHash("sha256").update("epoch").digest() },
      clock: systemClock,
      chance: systemChance,
    })
    const indexKey = randomBytes(32)
    const ledger = openLedger({
      path: join(folder, "ledger.sqlite"),
      sealer: {
        seal: (slotId, context, clear) => spool.sealColumn(slotId, context, clear),
        open: (slotId, context, sealed) => spool.openColumn(slotId, context, sealed),
      },
      indexKey,
      audit: outboxSeal(indexKey),
    })
    const slotId = await spool.createSlot("received")
    const made = new RecodingWorld({ folder, spool, ledger, slotId })
    await made.#begin()
    return made
  }

  get world(): World {
    return {
      clock: systemClock,
      chance: systemChance,
      spool: this.spool,
      ledger: this.#ledger,
      locks: locks(),
      syntaxOf: transferSyntax,
      site: HOSPITAL,
      agreements: [{ ...AT_HOSPITAL, recoding: this.recoding }],
      draughtsman: {
        encodeFrame: (frame: Parameters<Draughtsman["encodeFrame"]>[0]) => this.drawing.encodeFrame(frame),
        decodeFrame: NO_DRAUGHTSMAN,
        renderFrame: NO_DRAUGHTSMAN,
        renderReport: NO_DRAUGHTSMAN,
      },
    } as unknown as World
  }

  /** Part 10 files as they were received, in one segment. */
  async receive(files: readonly Uint8Array[]): Promise<InstanceRecord[]> {
    const segment = await this.spool.openSegment(this.#slotId)
    const records: InstanceRecord[] = []
    for (const [index, file] of files.entries()) {
      const start = dataSetStart(file)
      const writer = await segment.begin("instance", file.subarray(0, start?.offsetBytes ?? 0))
      await writer.write(file.subarray(start?.offsetBytes ?? 0))
      const sealed = await writer.finish({
        StudyInstanceUID: STUDY_UID,
        SeriesInstanceUID: `${STUDY_UID}.1`,
        uniqueId: start?.MediaStorageSOPInstanceUID ?? `2.25.${index}`,
        SOPClassUID: start?.MediaStorageSOPClassUID ?? "",
        TransferSyntaxUID: start?.TransferSyntaxUID ?? "",
        mimeType: "application/dicom",
        callingAE: "CT1",
        calledAE: "DOKUEI",
        source: "127.0.0.1",
        receivedAt: "2026-04-01T00:00:00.000Z",
        supersedes: null,
      })
      records.push(instanceRecord("study-1", { sealed, conflict: false }))
    }
    await segment.close()
    await this.#ledger.commit(records.map((record) => ({ put: "instance", record })))
    return records
  }

  /** One attempt of the job. */
  async recode(attempts = 0, world: World = this.world): ReturnType<typeof recode> {
    const job = due("recode", SUBMISSION, systemClock.now()) as { readonly record: JobRecord }
    return recode(world, { ...job.record, attempts })
  }

  /** Another study of this urgency is to be recoded; resolves with how to say that it is. */
  async another(urgency: RequestRecord["urgency"]): Promise<() => Promise<void>> {
    const slotId = await this.spool.createSlot("documents")
    const asked = request({ id: `request-${urgency}`, slotId, urgency })
    const planned = plan(this.world, { kind: "study", agreement: AT_HOSPITAL.id, slotId })
    const submission = { ...planned, requestId: asked.id }
    const job = due("recode", submission.id, systemClock.now()) as { readonly record: JobRecord }
    await this.#ledger.commit([
      { put: "request", record: asked },
      { put: "submission", record: submission },
      { put: "job", record: job.record },
    ])
    return () => this.#ledger.commit([{ remove: "job", id: job.record.id, runAt: job.record.runAt }])
  }

  /** As the ledger has them, in the order of these. */
  async instances(records: readonly InstanceRecord[]): Promise<InstanceRecord[]> {
    const kept = new Map((await this.#ledger.instances("study-1")).map((each) => [each.place.objectId, each]))
    return records.map(({ place }) => kept.get(place.objectId)!)
  }

  async clear(place: ObjectPlace): Promise<Buffer> {
    const pieces: Uint8Array[] = []
    for await (const piece of (await this.spool.open(place)).clear()) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  async close(): Promise<void> {
    await this.draughtsman.close()
    this.#ledger.close()
    await this.spool.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  async #begin(): Promise<void> {
    const header = { StudyInstanceUID: STUDY_UID, patient: { PatientID: "P1" }, modalities: [] }
    const study = newStudy(this.world, this.#slotId, header as unknown as StudyHeader, "CT1", "released")
    const planned = plan(this.world, { kind: "study", agreement: AT_HOSPITAL.id, slotId: this.#slotId })
    await this.#ledger.commit([
      { put: "study", record: { ...study, id: "study-1", agreement: AT_HOSPITAL.id } },
      { put: "submission", record: { ...planned, id: SUBMISSION, studyId: "study-1" } },
    ])
  }
}
