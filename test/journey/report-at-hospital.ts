/** A hospital's spool and ledger with a study and a report that came home for it: all that delivering needs. */
import { createHash, randomBytes } from "node:crypto"
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { systemChance } from "../../gateway/clock.ts"
import { openDraughtsman, type OpenDraughtsman } from "../../gateway/actors/draughtsman/draughtsman.ts"
import { outboxSeal } from "../../gateway/foundation/own-keys.ts"
import { deliver, type DeliverOptions } from "../../gateway/journey/home/deliver.ts"
import { instanceRecord, newStudy } from "../../gateway/journey/receive/arrival.ts"
import { locks } from "../../gateway/journey/locks.ts"
import type { ObjectMeta, ObjectPlace, SealedObject } from "../../gateway/journey/ports/spool.ts"
import type { JobRecord } from "../../gateway/journey/records/job.ts"
import type { Change, Ledger } from "../../gateway/journey/records/ledger.ts"
import type { ReportRecord } from "../../gateway/journey/records/report.ts"
import type { StudyHeader } from "../../gateway/journey/records/study.ts"
import { due } from "../../gateway/journey/run.ts"
import type { World } from "../../gateway/journey/world.ts"
import type { ImagingReport } from "../../gateway/standards/cda/report-content.ts"
import { writeImagingReport } from "../../gateway/standards/cda/imaging-report.ts"
import { dataSetStart } from "../../gateway/standards/dicom/part10.ts"
import { openLedger } from "../../gateway/storage/ledger/ledger.ts"
import { openSpool, type FileSpool } from "../../gateway/storage/spool/file-spool.ts"
import { transferSyntax } from "../../gateway/standards/dicom/sop-classes.ts"
import { MR_IMAGE_STORAGE, writeStudy, type StudyShape } from "../peers/dicom-study.ts"
import { HOSPITAL } from "./agreements.ts"

const STUDY_ID = "study-1"
const EXPLICIT = "1.2.840.10008.1.2.1"
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

export class ReportAtHospital {
  readonly ledger: Ledger & { close(): void }
  now = Date.parse("2026-11-25T06:00:00Z")
  readonly #folder: string
  readonly #spool: FileSpool
  readonly #slotId: string
  readonly #draughtsman: OpenDraughtsman

  private constructor(folder: string, spool: FileSpool, slotId: string) {
    this.#folder = folder
    this.#spool = spool
    this.#slotId = slotId
    this.#draughtsman = openDraughtsman()
    const indexKey = randomBytes(32)
    this.ledger = openLedger({
      path: join(folder, "ledger.sqlite"),
      sealer: {
        seal: (slot, context, clear) => spool.sealColumn(slot, context, clear),
        open: (slot, context, sealed) => spool.openColumn(slot, context, sealed),
      },
      indexKey,
      audit: outboxSeal(indexKey),
    })
  }

  /** @param shape of the one image that is there */
  static async open(
    shape: Pick<StudyShape, "PatientName" | "SpecificCharacterSet">,
  ): Promise<ReportAtHospital> {
    const folder = await mkdtemp(join(tmpdir(), "dokuei-deliver-"))
    await mkdir(join(folder, "data"))
    const spool = await openSpool({
      dataDir: join(folder, "data"),
      site: HOSPITAL.oid,
      epochKey: { epoch: 1, key: createHash("sha256").update("epoch").digest() },
      clock: { now: () => new Date() },
      chance: systemChance,
    })
    const made = new ReportAtHospital(folder, spool, await spool.createSlot("received"))
    await made.#receive(shape)
    return made
  }

  get world(): World {
    return {
      clock: { now: () => new Date(this.now) },
      chance: systemChance,
      spool: this.#spool,
      ledger: this.ledger,
      draughtsman: this.#draughtsman,
      locks: locks(),
      syntaxOf: transferSyntax,
      site: { ...HOSPITAL, timeZone: "Asia/Tokyo" },
      notify: () => undefined,
    } as unknown as World
  }

  /** A report as `verify` leaves it. Resolves with its id. */
  async comesHome(
    content: ImagingReport,
    pdf: Uint8Array,
    bend: Partial<ReportRecord> = {},
  ): Promise<string> {
    const id = bend.id ?? `report-${content.versionNumber}`
    const documents = []
    for (const [role, bytes] of [
      ["cda", writeImagingReport(content)],
      ["pdf", pdf],
    ] as const) {
      const { place } = await this.#seal("document", bytes, new Uint8Array(0), { uniqueId: `${id}/${role}` })
      documents.push({ role, uniqueId: `2.25.${documents.length}`, place, sha256: sha256(bytes) })
    }
    const record = {
      id,
      requestId: "request-1",
      studyId: STUDY_ID,
      agreement: "center",
      setId: content.setId,
      version: content.versionNumber,
      status: content.status,
      readerId: "r",
      readerName: "",
      slotId: this.#slotId,
      private: { documents, signature: null },
      ...bend,
    } as unknown as ReportRecord
    await this.ledger.commit([{ put: "report", record }])
    return id
  }

  /** One attempt of the job; the outcome is committed. Resolves with when it is to be tried again. */
  async attempt(reportId: string, options: DeliverOptions, attempts = 0): Promise<Date | null> {
    const { record } = due("deliver", reportId, new Date(this.now)) as { readonly record: JobRecord }
    const { changes, again } = await deliver(this.world, options, { ...record, attempts })
    await this.ledger.commit(changes)
    return again?.at ?? null
  }

  async forgetImages(): Promise<void> {
    await this.ledger.commit([{ remove: "instances", studyId: STUDY_ID }])
  }

  async close(): Promise<void> {
    await this.#draughtsman.close()
    this.ledger.close()
    await this.#spool.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #receive(shape: Pick<StudyShape, "PatientName" | "SpecificCharacterSet">): Promise<void> {
    const study = writeStudy(join(this.#folder, "study"), { PatientID: "00-0012345", slices: 1, ...shape })
    const file = await readFile(study.files[0]!)
    const { offsetBytes } = dataSetStart(file)!
    const sealed = await this.#seal("instance", file.subarray(offsetBytes), file.subarray(0, offsetBytes), {
      uniqueId: study.instances[0]!.SOPInstanceUID,
      StudyInstanceUID: study.StudyInstanceUID,
    })
    const header = {
      StudyInstanceUID: study.StudyInstanceUID,
      patient: { PatientID: "00-0012345" },
      modalities: ["MR"],
    }
    const record = newStudy(this.world, this.#slotId, header as unknown as StudyHeader, "MR1", "closed")
    const changes: Change[] = [
      { put: "study", record: { ...record, id: STUDY_ID } },
      { put: "instance", record: instanceRecord(STUDY_ID, { sealed, conflict: false }) },
    ]
    await this.ledger.commit(changes)
  }

  async #seal(
    kind: "instance" | "document",
    bytes: Uint8Array,
    prologue: Uint8Array,
    meta: Partial<ObjectMeta>,
  ): Promise<SealedObject & { readonly place: ObjectPlace }> {
    const segment = await this.#spool.openSegment(this.#slotId)
    const writer = await segment.begin(kind, prologue)
    await writer.write(bytes)
    const sealed = await writer.finish({
      StudyInstanceUID: "1.2",
      SeriesInstanceUID: "1.2.3",
      uniqueId: "1.2.3.4",
      SOPClassUID: MR_IMAGE_STORAGE,
      TransferSyntaxUID: EXPLICIT,
      mimeType: "application/dicom",
      callingAE: "MR1",
      calledAE: "DOKUEI",
      source: "127.0.0.1",
      receivedAt: "2026-11-25T05:00:00.000Z",
      supersedes: null,
      ...meta,
    })
    await segment.close()
    return sealed
  }
}
