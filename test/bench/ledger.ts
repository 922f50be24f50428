/** Rows of a new study in a ledger that holds many instances, and in one that holds none. */
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { performance } from "node:perf_hooks"
import { outboxSeal } from "../../gateway/foundation/own-keys.ts"
import { newStudy } from "../../gateway/journey/receive/arrival.ts"
import { uuidOid } from "../../gateway/journey/ids.ts"
import type { Chance, Clock } from "../../gateway/journey/ports/time.ts"
import type { Change } from "../../gateway/journey/records/ledger.ts"
import { openLedger, type FileLedger } from "../../gateway/storage/ledger/ledger.ts"
import { openColumn, sealColumn } from "../../gateway/storage/spool/column.ts"
import { freshId, freshTimedId } from "../../gateway/storage/spool/ids.ts"
import { LiveSlot } from "../../gateway/storage/spool/live-slot.ts"
import type { Asked } from "./asked.ts"
import { figure, type Figure, type Promised } from "./figure.ts"
import { inFolder, settleDisk } from "./folder.ts"
import { alternate, median } from "./rounds.ts"

/** Promised for 1,000,000 instances (`--long`). */
const LEDGER_PROMISED: Promised = { floor: 1.5, aim: null, bound: "at most" }
const INSTANCES_OF_A_STUDY = 500
/** As a hospital fills it: over so many days, up to now. */
const DAYS = 90
const DAY_MS = 86_400_000
/** One commit alone tells little: SQLite moves its log into the file every few of them. */
const STUDIES_A_ROUND = 12

const chance: Chance = { bytes: (length) => randomBytes(length) }

export function ledger(asked: Asked): Promise<Figure[]> {
  return inFolder(asked.parent, async (folder) => {
    const [full, empty] = [new Book(join(folder, "full.sqlite")), new Book(join(folder, "empty.sqlite"))]
    try {
      await full.fill(asked.ledgerInstances)
      asked.say(`  ${asked.ledgerInstances} instances are there`)
      const take = async (book: Book): Promise<number> => {
        await settleDisk(folder)
        return book.takeStudies(STUDIES_A_ROUND)
      }
      const times = await alternate(
        [
          { name: "full", run: () => take(full) },
          { name: "empty", run: () => take(empty) },
        ],
        asked.rounds,
      )
      const what = { unit: `ms per ${INSTANCES_OF_A_STUDY} instances`, peerName: "dokuei, empty ledger" }
      const name = `ledger-insert/${asked.ledgerInstances}`
      const found = { ...what, figure: name }
      return [figure(found, times.get("full") ?? [], times.get("empty") ?? [], LEDGER_PROMISED)]
    } finally {
      full.close()
      empty.close()
    }
  })
}

/** A ledger without a spool: slots are keys in memory, their columns are sealed all the same. */
class Book {
  readonly #ledger: FileLedger
  readonly #slot: LiveSlot
  #nowMs = Date.now()
  readonly #clock: Clock = { now: () => new Date(this.#nowMs) }

  constructor(path: string) {
    const slotId = freshId(chance)
    this.#slot = new LiveSlot(slotId, "received", randomBytes(32), 1)
    const indexKey = randomBytes(32)
    this.#ledger = openLedger({
      path,
      sealer: {
        seal: (_slotId, context, clear) => sealColumn(this.#slot, context, clear, chance),
        open: (_slotId, context, sealed) => openColumn(this.#slot, context, sealed),
      },
      indexKey,
      audit: outboxSeal(indexKey),
    })
  }

  async fill(instances: number): Promise<void> {
    const studies = Math.ceil(instances / INSTANCES_OF_A_STUDY)
    const untilMs = this.#nowMs
    for (let left = studies; left > 0; left--) {
      this.#nowMs = untilMs - (left / studies) * DAYS * DAY_MS
      await this.#ledger.commit(this.#study())
    }
    this.#nowMs = untilMs
  }

  /** Median milliseconds from the rows to their being durable. */
  async takeStudies(studies: number): Promise<number> {
    const times: number[] = []
    for (let left = studies; left > 0; left--) {
      const rows = this.#study()
      const begun = performance.now()
      await this.#ledger.commit(rows)
      times.push(performance.now() - begun)
      this.#nowMs += 60_000
    }
    return median(times)
  }

  close(): void {
    this.#ledger.close()
  }

  #study(): Change[] {
    const { slotId } = this.#slot
    const StudyInstanceUID = uuidOid(chance)
    const header = {
      StudyInstanceUID,
      patient: {
        PatientID: "B0001",
        ideographic: "山田 太郎",
        phonetic: "やまだ たろう",
        alphabetic: "Yamada Tarou",
        birthDate: "1945-03-08",
        sex: "M",
        nameMarked: false,
      },
      StudyDescription: "CHEST ROUTINE",
      AccessionNumber: "20260401-1",
      bodyPart: "CHEST",
      modalities: ["CT"],
      studyDateTime: "2026-04-01T10:15:30",
    } as const
    const study = newStudy({ clock: this.#clock, chance }, slotId, header, "CT1", "arriving")
    const segmentId = freshTimedId(this.#clock, chance)
    const rows = Array.from({ length: INSTANCES_OF_A_STUDY }, (_, index): Change => {
      this.#nowMs += 5
      const objectId = freshTimedId(this.#clock, chance)
      return {
        put: "instance",
        record: {
          place: { slotId, segmentId, offsetBytes: index * 526_000, objectId },
          studyId: study.id,
          sha256: randomBytes(32).toString("hex"),
          sha256DataSet: randomBytes(32).toString("hex"),
          clearLengthBytes: 525_000,
          receivedAt: this.#clock.now().toISOString(),
          conflict: false,
          recoding: null,
          original: null,
          private: {
            SOPInstanceUID: uuidOid(chance),
            SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
            SeriesInstanceUID: StudyInstanceUID,
            TransferSyntaxUID: "1.2.840.10008.1.2.1",
            image: null,
          },
        },
      }
    })
    return [{ put: "study", record: { ...study, instances: INSTANCES_OF_A_STUDY } }, ...rows]
  }
}
