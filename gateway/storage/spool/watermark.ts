/**
 * Stop before the disk is full: below the reserve nothing new begins, so that ledger, audit and slots can still be
 * written. The file system is asked again after a second or 64 MiB, not for every object.
 */
import { SpoolError } from "../../journey/errors.ts"
import type { Clock } from "../../journey/ports.ts"
import type { Disk } from "./disk.ts"

const FRESH_MS = 1000
const FRESH_BYTES = 64 * 2 ** 20

export class Watermark {
  readonly #disk: Disk
  readonly #path: string
  readonly #clock: Clock
  readonly #reserveBytes: number
  #freeBytes = 0
  #askedAtMs = Number.NEGATIVE_INFINITY
  #spentBytes = 0

  constructor(disk: Disk, path: string, clock: Clock, reserveBytes: number) {
    this.#disk = disk
    this.#path = path
    this.#clock = clock
    this.#reserveBytes = reserveBytes
  }

  /** Throws ERR_SPOOL_FULL when writing `bytes` more would leave less than the reserve. */
  async spend(bytes: number): Promise<void> {
    if (this.#reserveBytes === 0) return
    if (this.#isStale() || !this.#fits(bytes)) await this.#ask()
    if (!this.#fits(bytes)) throw new SpoolError("ERR_SPOOL_FULL", "the disk is below its reserve")
    this.#spentBytes += bytes
  }

  #fits(bytes: number): boolean {
    return this.#freeBytes - this.#spentBytes - bytes >= this.#reserveBytes
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
