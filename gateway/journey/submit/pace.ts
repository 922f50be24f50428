/**
 * Pace: how much of the line to a partner one unit takes. About five seconds of what the last sends measured; after a cut
 * half of that, down to one second, and a little more again with everything that gets through. A cut then costs little of
 * what was sent, and a line that holds is not stopped at every second for signatures and answers.
 *
 * In memory: after a start it begins cautiously and has measured the line after the first unit.
 */

export interface Pace {
  /** How many bytes the next unit to this partner may hold. */
  unitBytes(agreement: string): number
  /** A submission was answered: so long as this it was on the line. */
  through(agreement: string, sent: { readonly bytes: number; readonly milliseconds: number }): void
  /** The line broke while one was on it. */
  cut(agreement: string): void
}

const LONGEST_UNIT_S = 5
const SHORTEST_UNIT_S = 1
/** Per submission that gets through: after a cut it takes dozens to be back at the longest. */
const GROWTH_S = 0.1
/** Before anything was measured: 20 Mbit/s. */
const CAUTIOUS_BYTES_PER_S = 2_500_000
/** Below this an answer takes longer than the bytes: it says nothing of the line. */
const MEASURED_BYTES = 256 * 1024
const SMALLEST_UNIT_BYTES = 256 * 1024
const LARGEST_UNIT_BYTES = 512 * 1024 * 1024

const BYTES_PER_MBIT = 125_000

/** Of an agreed rate, null when none is. */
export const bytesPerSecond = (mbitPerSecond: number | null): number | null =>
  mbitPerSecond === null ? null : mbitPerSecond * BYTES_PER_MBIT

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
      seconds: LONGEST_UNIT_S,
    }
  return {
    unitBytes: (agreement) => {
      const { bytesPerSecond, seconds } = of(agreement)
      return Math.min(LARGEST_UNIT_BYTES, Math.max(SMALLEST_UNIT_BYTES, Math.floor(bytesPerSecond * seconds)))
    },
    through: (agreement, { bytes, milliseconds }) => {
      const { bytesPerSecond, seconds } = of(agreement)
      if (bytes < MEASURED_BYTES) return
      const now = (bytes * 1000) / Math.max(1, milliseconds)
      lines.set(agreement, {
        bytesPerSecond: lines.has(agreement) ? (bytesPerSecond + now) / 2 : now,
        seconds: Math.min(LONGEST_UNIT_S, seconds + GROWTH_S),
      })
    },
    cut: (agreement) => {
      const { bytesPerSecond, seconds } = of(agreement)
      lines.set(agreement, { bytesPerSecond, seconds: Math.max(SHORTEST_UNIT_S, seconds / 2) })
    },
  }
}
