/**
 * Pace: how much of the line to a partner one unit takes. About five seconds of what the last sends measured; after a cut
 * half of that, down to one second, and a little more again with everything that gets through. A cut then costs little of
 * what was sent, and a line that holds is not stopped at every second for signatures and answers.
 *
 * In memory: after a start the first unit is small, and has measured the line.
 */

export interface Pace {
  /** How many bytes the next unit to this partner may hold. */
  unitBytes(agreement: string): number
  /** How many may be on the line at a time, of the agreed number: on one that breaks again and again one alone. */
  inFlight(agreement: string, agreed: number): number
  /** A submission was answered: so long as this it was on the line. */
  through(agreement: string, sent: Carried): void
  /** The line broke while one was on it, after so much of it. */
  cut(agreement: string, sent: Carried): void
}

export interface Carried {
  readonly bytes: number
  readonly milliseconds: number
}

const LONGEST_UNIT_S = 5
const SHORTEST_UNIT_S = 1
/** Below this the line was cut a short while ago. */
const STEADY_S = 2
/**
 * Per submission that gets through. Small: on a line that is cut every ten seconds a dozen gets through in between, and what
 * the next cut costs shall not grow with them.
 */
const GROWTH_S = 0.02
/** Before anything was measured: 40 Mbit/s. Whoever has less says so in the agreement. */
const CAUTIOUS_BYTES_PER_S = 5_000_000
/** Below this an answer takes longer than the bytes: it says nothing of the line. */
const MEASURED_BYTES = 256 * 1024
/** A cut sooner than this says nothing of the line's rate. */
const TELLING_MS = 1_000
const SMALLEST_UNIT_BYTES = 256 * 1024
const LARGEST_UNIT_BYTES = 512 * 1024 * 1024

const BYTES_PER_MBIT = 125_000

/** Of an agreed rate, null when none is. */
export const bytesPerSecond = (mbitPerSecond: number | null): number | null =>
  mbitPerSecond === null ? null : mbitPerSecond * BYTES_PER_MBIT

const rateOf = ({ bytes, milliseconds }: Carried): number => (bytes * 1000) / Math.max(1, milliseconds)

interface Measured {
  readonly bytesPerSecond: number
  readonly seconds: number
}

/** @param expected bytes per second a line is taken for before it was measured, where the agreement says */
export function linePace(expected: (agreement: string) => number | null = () => null): Pace {
  const lines = new Map<string, Measured>()
  const of = (agreement: string): Measured =>
    lines.get(agreement) ?? {
      bytesPerSecond: expected(agreement) ?? CAUTIOUS_BYTES_PER_S,
      seconds: SHORTEST_UNIT_S,
    }
  return {
    unitBytes: (agreement) => {
      const { bytesPerSecond, seconds } = of(agreement)
      return Math.min(LARGEST_UNIT_BYTES, Math.max(SMALLEST_UNIT_BYTES, Math.floor(bytesPerSecond * seconds)))
    },
    inFlight: (agreement, agreed) => (of(agreement).seconds < STEADY_S ? 1 : agreed),
    through: (agreement, sent) => {
      if (sent.bytes < MEASURED_BYTES) return
      const known = lines.get(agreement)
      lines.set(
        agreement,
        known === undefined
          ? { bytesPerSecond: rateOf(sent), seconds: LONGEST_UNIT_S }
          : {
              bytesPerSecond: (known.bytesPerSecond + rateOf(sent)) / 2,
              seconds: Math.min(LONGEST_UNIT_S, known.seconds + GROWTH_S),
            },
      )
    },
    cut: (agreement, sent) => {
      const { bytesPerSecond, seconds } = of(agreement)
      // What our own system had taken for the line may never have left: that much it carried at most.
      const most = sent.milliseconds < TELLING_MS ? bytesPerSecond : rateOf(sent)
      lines.set(agreement, {
        bytesPerSecond: Math.max(1, Math.min(bytesPerSecond, most)),
        seconds: Math.max(SHORTEST_UNIT_S, seconds / 2),
      })
    },
  }
}
