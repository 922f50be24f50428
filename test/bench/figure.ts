/** One measured figure: ours beside the peer's of the same rounds. */
import { median } from "./rounds.ts"

/** Which way is better, hence which way a floor reads: `at most` or `at least`. */
export type Bound = "at most" | "at least"

export interface Figure {
  /** e.g. `ingest-cpu/orthanc/1`. */
  readonly figure: string
  readonly unit: string
  /** Medians over the rounds. */
  readonly ours: number
  /** Null when nothing comparable exists. */
  readonly peer: number | null
  /** Median of ours ÷ peer, round by round: what slows the whole machine in a round slows both. */
  readonly ratio: number | null
  /** What floor and aim are about: the ratio, or the figure itself where something absolute was promised. */
  readonly judged: "ratio" | "ours"
  /** Null = nothing was promised. */
  readonly floor: number | null
  readonly aim: number | null
  readonly bound: Bound
  readonly peerName: string
  /** Smallest and largest of the rounds' ratios (of `ours` without a peer): the noise. */
  readonly spread: readonly [number, number]
  readonly rounds: number
}

export interface Promised {
  readonly floor: number | null
  readonly aim: number | null
  readonly bound: Bound
}

export const NOTHING_PROMISED: Promised = { floor: null, aim: null, bound: "at most" }

/** @param peer round by round with `ours`, or null */
export function figure(
  what: { readonly figure: string; readonly unit: string; readonly peerName: string },
  ours: readonly number[],
  peer: readonly number[] | null,
  promised: Promised = NOTHING_PROMISED,
): Figure {
  const ratios = peer === null ? null : ours.map((value, round) => value / (peer[round] ?? Number.NaN))
  const spread = ratios ?? ours
  return {
    ...what,
    ours: median(ours),
    peer: peer === null ? null : median(peer),
    ratio: ratios === null ? null : median(ratios),
    judged: ratios === null ? "ours" : "ratio",
    ...promised,
    spread: [Math.min(...spread), Math.max(...spread)],
    rounds: ours.length,
  }
}

export type Verdict = "aim" | "floor" | "missed" | "-"

/** What was reached. `-` when nothing was promised. */
export function reached({ ratio, ours, judged, floor, aim, bound }: Figure): Verdict {
  const value = judged === "ratio" && ratio !== null ? ratio : ours
  const within = (limit: number): boolean => (bound === "at most" ? value <= limit : value >= limit)
  if (aim !== null && within(aim)) return "aim"
  if (floor === null) return "-"
  return within(floor) ? "floor" : "missed"
}
