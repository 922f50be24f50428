/**
 * A line that is shared with others: what is sent to a partner takes no more of it than agreed, all submissions together.
 *
 * A token bucket that is filled at the agreed rate and holds a fraction of a second; whoever takes more than there is waits for
 * it, one after the other. Documents are slowed as they are read into the socket: what the socket has taken is what was paced.
 */
import type { DocumentSource, OutboundDocument } from "../../journey/ports/outside.ts"

export interface PaceTime {
  /** Milliseconds of a clock that never goes back. */
  now(): number
  wait(milliseconds: number): Promise<void>
}

const BYTES_PER_MBIT = 125_000
/** What may leave at once after a pause, and the size of the steps in between. */
const BURST_MS = 50

/** @param mbitPerSecondOf of this agreement; null = as fast as the line is */
export function pacedSource(
  source: DocumentSource,
  mbitPerSecondOf: (agreement: string) => number | null,
  time: PaceTime,
): DocumentSource {
  const buckets = new Map<string, Bucket>()
  const bucketOf = (agreement: string): Bucket | null => {
    const rate = mbitPerSecondOf(agreement)
    if (rate === null) return null
    const bucket = buckets.get(agreement) ?? new Bucket(rate * BYTES_PER_MBIT, time)
    buckets.set(agreement, bucket)
    return bucket
  }
  return {
    provideAndRegister: (agreement, submission, documents, ...rest) => {
      const bucket = bucketOf(agreement)
      const paced = bucket === null ? documents : documents.map((each) => slowed(each, bucket))
      return source.provideAndRegister(agreement, submission, paced, ...rest)
    },
  }
}

const slowed = (document: OutboundDocument, bucket: Bucket): OutboundDocument => ({
  ...document,
  async *open() {
    for await (const piece of document.open())
      for (let at = 0; at < piece.length; at += bucket.stepBytes) {
        const step = piece.subarray(at, at + bucket.stepBytes)
        await bucket.take(step.length)
        yield step
      }
  },
})

class Bucket {
  readonly stepBytes: number
  readonly #bytesPerMs: number
  readonly #time: PaceTime
  /** When all that was taken will have been paid for. */
  #paidAt = -Infinity

  constructor(bytesPerSecond: number, time: PaceTime) {
    this.#bytesPerMs = bytesPerSecond / 1000
    this.stepBytes = Math.max(1, Math.floor(this.#bytesPerMs * BURST_MS))
    this.#time = time
  }

  async take(bytes: number): Promise<void> {
    const now = this.#time.now()
    this.#paidAt = Math.max(this.#paidAt, now - BURST_MS) + bytes / this.#bytesPerMs
    if (this.#paidAt > now) await this.#time.wait(this.#paidAt - now)
  }
}
