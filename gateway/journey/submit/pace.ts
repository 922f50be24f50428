/**
 * Pace: how much may be on the line to a partner at a time. What it carries in a tenth of the time for which it holds, between
 * one second and five: a cut then costs little of what was sent, and a line that holds is not stopped at every second for
 * signatures and answers. How long it holds is what it has held since it was last cut, or half of what it held before that.
 */
import type { PaceRecord } from "../records/line.ts"

export interface Pace {
  /** How many bytes may leave in one piece: all that may be on the line. */
  wholeBytes(agreement: string): number
  /** How many bytes the next unit may hold when so many are on the line at a time. */
  unitBytes(agreement: string, inFlight: number): number
  /** How many may be on the line at a time, of the agreed number: on a slow one alone, where two could not be small enough. */
  inFlight(agreement: string, agreed: number): number
  /** A submission was answered. */
  through(agreement: string, sent: Carried): void
  /** The line broke while one was on it, after so much of it. */
  cut(agreement: string, sent: Carried): void
  /** What is to be remembered of the line; null while nothing was measured. */
  known(agreement: string): PaceRecord | null
}

/** On the line from when to when, milliseconds of one clock. */
export interface Carried {
  readonly bytes: number
  readonly fromMs: number
  readonly untilMs: number
}

const LONGEST_S = 5
const SHORTEST_S = 1
/** Of the time for which a line holds so much is at stake at a time: of the bytes about half of that is sent again. */
const AT_STAKE = 0.1
/** Longer than this a line need not hold for units of the longest kind. */
const LONG_ENOUGH_MS = (LONGEST_S / AT_STAKE) * 1000
/** Before anything was measured: 40 Mbit/s. Whoever has less says so in the agreement. */
const CAUTIOUS_BYTES_PER_S = 5_000_000
/** Below this an answer takes longer than the bytes: it says how long a submission takes beside its bytes. */
const SMALL_BYTES = 128 * 1024
/** Before one was seen: connection, handshake, verification and answer. */
const CUSTOMARY_REST_MS = 250
/** Seldom more than this share of a submission's time is not its bytes: what was small may have waited behind others. */
const LONGEST_REST = 0.75
/** A shorter rest is believed at once, a longer one by so much. */
const LONGER_REST = 0.1
/** A cut sooner than this says nothing of the line's rate. */
const TELLING_MS = 1_000
/** What was measured counts less with everything that was measured since. */
const FADES = 0.7
const SMALLEST_UNIT_BYTES = 256 * 1024
/** Where units are smaller than this one alone is on the line: images are not divided, and two would be too much. */
const SHARED_UNIT_BYTES = 512 * 1024
const LARGEST_UNIT_BYTES = 512 * 1024 * 1024

const BYTES_PER_MBIT = 125_000

/** Of an agreed rate, null when none is. */
export const bytesPerSecond = (mbitPerSecond: number | null): number | null =>
  mbitPerSecond === null ? null : mbitPerSecond * BYTES_PER_MBIT

/** One line as it was seen. */
interface Seen {
  /** Bytes that arrived, and the time in which something was on it: its rate, when it is never idle. */
  readonly bytes: number
  readonly ms: number
  /** Bytes per second of one submission in its own time: the line's rate, when it is idle until each is answered. */
  readonly ownBytesPerSecond: number
  /** What a submission takes beside its bytes. */
  readonly restMs: number
  /** Its rate was seen, and is not only what it was taken for. */
  readonly isMeasured: boolean
  /** Since it was last cut something was on it for so long. */
  readonly heldMs: number
  /** The same before that cut; null = it was never cut. */
  readonly heldBeforeMs: number | null
  /** Until when what is counted above was on the line; times of one run of the program. */
  readonly untilMs: number
  readonly cutAtMs: number
}

/**
 * @param expected bytes per second a line is taken for before it was measured, where the agreement says
 * @param remembered what was known of lines before the program was started
 */
export function linePace(
  expected: (agreement: string) => number | null = () => null,
  remembered: readonly PaceRecord[] = [],
): Pace {
  const lines = new Map<string, Seen>(remembered.map((each) => [each.agreement, seenBefore(each)]))
  const of = (agreement: string): Seen => lines.get(agreement) ?? unseen(expected(agreement))
  const wholeBytes = (agreement: string): number => {
    const line = of(agreement)
    return rateOf(line) * secondsOf(line)
  }
  return {
    wholeBytes: (agreement) => bounded(wholeBytes(agreement)),
    unitBytes: (agreement, inFlight) => bounded(wholeBytes(agreement) / inFlight),
    inFlight: (agreement, agreed) =>
      Math.max(1, Math.min(agreed, Math.floor(wholeBytes(agreement) / SHARED_UNIT_BYTES))),
    through: (agreement, sent) => {
      const line = of(agreement)
      lines.set(agreement, sent.bytes < SMALL_BYTES ? afterSmall(line, sent) : afterArrival(line, sent))
    },
    cut: (agreement, sent) => {
      lines.set(agreement, afterCut(of(agreement), sent))
    },
    known: (agreement) => {
      const line = lines.get(agreement)
      if (line?.isMeasured !== true) return null
      const { restMs, heldMs, heldBeforeMs } = line
      return { agreement, bytesPerSecond: Math.round(rateOf(line)), restMs, heldMs, heldBeforeMs }
    },
  }
}

const bounded = (bytes: number): number =>
  Math.min(LARGEST_UNIT_BYTES, Math.max(SMALLEST_UNIT_BYTES, Math.floor(bytes)))

/** Bytes per second of the whole line, whatever was on it beside each other. */
const rateOf = ({ bytes, ms, ownBytesPerSecond }: Seen): number =>
  Math.max(ownBytesPerSecond, rate(bytes, ms))

const rate = (bytes: number, ms: number): number => (bytes * 1000) / Math.max(1, ms)

function secondsOf({ heldMs, heldBeforeMs }: Seen): number {
  const holdsMs = Math.max(heldMs, (heldBeforeMs ?? 0) / 2)
  return Math.min(LONGEST_S, Math.max(SHORTEST_S, (AT_STAKE * holdsMs) / 1000))
}

/** Units come beside each other: of each only the time counts in which no other was there that is counted already. */
const alone = ({ untilMs, cutAtMs }: Seen, sent: Carried): number =>
  Math.max(0, sent.untilMs - Math.max(sent.fromMs, untilMs, cutAtMs))

function afterSmall(line: Seen, { fromMs, untilMs }: Carried): Seen {
  const ms = untilMs - fromMs
  return { ...line, restMs: ms < line.restMs ? ms : line.restMs + LONGER_REST * (ms - line.restMs) }
}

function afterArrival(line: Seen, sent: Carried): Seen {
  const ms = alone(line, sent)
  const ownMs = sent.untilMs - sent.fromMs
  const own = rate(sent.bytes, Math.max(ownMs - line.restMs, (1 - LONGEST_REST) * ownMs))
  const faded = line.isMeasured ? FADES : 0
  return {
    ...line,
    isMeasured: true,
    bytes: line.bytes * faded + sent.bytes,
    ms: line.ms * faded + ms,
    ownBytesPerSecond: line.ownBytesPerSecond * faded + own * (1 - faded),
    heldMs: Math.min(LONG_ENOUGH_MS, line.heldMs + ms),
    untilMs: Math.max(line.untilMs, sent.untilMs),
  }
}

function afterCut(line: Seen, sent: Carried): Seen {
  const slowed = atMost(line, sent)
  // It was on the line when that broke which is counted already: it only took longer to notice.
  if (sent.fromMs < line.cutAtMs) return slowed
  const heldMs = Math.min(LONG_ENOUGH_MS, line.heldMs + alone(line, sent))
  const before = line.heldBeforeMs ?? LONG_ENOUGH_MS
  return {
    ...slowed,
    heldMs: 0,
    // Shorter than before: believed at once. Longer: half of the way.
    heldBeforeMs: heldMs < before ? heldMs : (before + heldMs) / 2,
    untilMs: sent.untilMs,
    cutAtMs: sent.untilMs,
  }
}

/** What our own system had taken for the line may never have left: that much it carried at most, and as much beside it. */
function atMost(line: Seen, { bytes, fromMs, untilMs }: Carried): Seen {
  const ms = untilMs - fromMs
  const most = Math.max(1, 2 * rate(bytes, ms))
  return ms < TELLING_MS || rateOf(line) <= most ? line : { ...line, ...taken(most), isMeasured: true }
}

/** One second of what it is taken for, in weight. */
const taken = (bytesPerSecond: number): Pick<Seen, "bytes" | "ms" | "ownBytesPerSecond"> => ({
  bytes: bytesPerSecond,
  ms: 1000,
  ownBytesPerSecond: bytesPerSecond,
})

const unseen = (expected: number | null): Seen => ({
  ...taken(expected ?? CAUTIOUS_BYTES_PER_S),
  isMeasured: false,
  restMs: CUSTOMARY_REST_MS,
  heldMs: 0,
  heldBeforeMs: null,
  untilMs: -Infinity,
  cutAtMs: -Infinity,
})

const seenBefore = ({ bytesPerSecond, restMs, heldMs, heldBeforeMs }: PaceRecord): Seen => ({
  ...unseen(bytesPerSecond),
  isMeasured: true,
  restMs,
  heldMs,
  heldBeforeMs,
})
