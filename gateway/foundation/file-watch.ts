/** Files as they come through one door: counted for the machine room, and noted in the book of the doors. */
import type { FileTotals } from "../actors/machine-room/metrics.ts"
import type { FileHandler, FileIntake, FileSink, StoreOutcome } from "../journey/ports/inbound.ts"
import type { DoorEvent } from "../journey/technician/door-book.ts"

export class FileWatch {
  readonly #note: (event: DoorEvent) => void
  #totals: FileTotals

  constructor(door: FileTotals["door"], note: (event: DoorEvent) => void) {
    this.#note = note
    this.#totals = { door, stored: 0, refused: 0, abandoned: 0, bytes: 0 }
  }

  get totals(): FileTotals {
    return this.#totals
  }

  /** @param isLast false: the file may be brought once more when it has grown, and is not refused yet */
  watched(handler: FileHandler, isLast: (outcome: StoreOutcome) => boolean): FileHandler {
    return {
      open: (sender) => {
        const { callingAE } = sender
        this.#note({ what: "opened", callingAE })
        return this.#intake(handler.open(sender), callingAE, isLast)
      },
    }
  }

  refused(callingAE: string, { status, comment }: StoreOutcome): void {
    this.#count({ refused: 1 })
    this.#note({ what: "refused", callingAE, status, comment })
  }

  #intake(intake: FileIntake, callingAE: string, isLast: (outcome: StoreOutcome) => boolean): FileIntake {
    return {
      begin: (StudyInstanceUID) => this.#sink(intake.begin(StudyInstanceUID), callingAE, isLast),
      end: () => intake.end().finally(() => this.#note({ what: "ended", callingAE })),
    }
  }

  #sink(sink: FileSink, callingAE: string, isLast: (outcome: StoreOutcome) => boolean): FileSink {
    let bytes = 0
    return {
      write: (octets) => {
        bytes += octets.length
        return sink.write(octets)
      },
      finish: async () => {
        const outcome = await sink.finish()
        if (outcome.status === 0) this.#count({ stored: 1, bytes })
        else if (isLast(outcome)) this.refused(callingAE, outcome)
        return outcome
      },
      abort: () => {
        this.#count({ abandoned: 1 })
        return sink.abort()
      },
    }
  }

  #count(more: Partial<Omit<FileTotals, "door">>): void {
    const { door, stored, refused, abandoned, bytes } = this.#totals
    this.#totals = {
      door,
      stored: stored + (more.stored ?? 0),
      refused: refused + (more.refused ?? 0),
      abandoned: abandoned + (more.abandoned ?? 0),
      bytes: bytes + (more.bytes ?? 0),
    }
  }
}
