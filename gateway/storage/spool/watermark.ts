/**
 * Stop before the disk is full, in two steps: below `refuseBytes` of free space no routine object begins, below
 * `reserveBytes` none at all, so that ledger, audit and slots can still be written. The file system is asked again
 * after a second or 64 MiB, not for every object: taking resumes by itself when there is space again.
 */
import { SpoolError } from "../../journey/errors.ts"
import type { Room } from "../../journey/ports/spool.ts"
import type { Clock } from "../../journey/ports/time.ts"
import type { Disk } from "./disk.ts"

const FRESH_MS = 1000
const FRESH_BYTES = 64 * 2 ** 20

/** Free space, in bytes, that must be left after a write; 0 = until the disk is full. */
export interface Floors {
  readonly reserveBytes: number
  /** For routine objects; never below `reserveBytes`. */
  readonly refuseBytes: number
}

export class Watermark {
  readonly #disk: Disk
  readonly #path: string
  readonly #clock: Clock
  readonly #floorBytes: Readonly<Record<Room, number>>
  #freeBytes = 0
  #askedAtMs = Number.NEGATIVE_INFINITY
  #spentBytes = 0

  constructor(disk: Disk, path: string, clock: Clock, { reserveBytes, refuseBytes }: Floors) {
    this.#disk = disk
    this.#path = path
    this.#clock = clock
    this.#floorBytes = { reserved: reserveBytes, routine: Math.max(reserveBytes, refuseBytes) }
  }

  /** Throws ERR_SPOOL_FULL when writing `bytes` more would leave less than this room must leave. */
  async spend(bytes: number, room: Room): Promise<void> {
    const floorBytes = this.#floorBytes[room]
    if (floorBytes === 0) return
    if (this.#isStale() || !this.#fits(bytes, floorBytes)) await this.#ask()
    if (!this.#fits(bytes, floorBytes))
      throw new SpoolError("ERR_SPOOL_FULL", `the disk is below what is kept back from ${room} objects`)
    this.#spentBytes += bytes
  }

  /** Would an object begin now? */
  async has(room: Room): Promise<boolean> {
    const floorBytes = this.#floorBytes[room]
    if (floorBytes === 0) return true
    if (this.#isStale()) await this.#ask()
    return this.#fits(0, floorBytes)
  }

  #fits(bytes: number, floorBytes: number): boolean {
    return this.#freeBytes - this.#spentBytes - bytes >= floorBytes
  }

  #isStale(): boolean {
    return this.#spentBytes > FRESH_BYTES || this.#clock.now().getTime() - this.#askedAtMs > FRESH_MS
  }

  async #ask(): Promise<void> {
    this.#freeBytes = (await this.#disk.statfs(this.#path)).freeBytes
    this.#askedAtMs = this.#clock.now().getTime()
    this.#spentBytes = 0
  }
}
