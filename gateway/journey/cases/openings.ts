/**
 * When is reading something again a new act? The audit trail has one row per *opening*: the first time a person asks
 * for a thing. A page that is reloaded, and the thousand frames of a study, belong to the same opening; it ends after
 * ten minutes in which nothing of it was asked for (as long as a session lasts without activity), and after an hour
 * in any case, so that the trail also shows that somebody stayed.
 *
 * Kept in memory: a restart tells once more, never less.
 */
import type { Clock } from "../ports/time.ts"

export const OPENING_IDLE_MS = 10 * 60_000
export const OPENING_MAX_MS = 60 * 60_000
/** Beyond so many, those that are over are forgotten. */
const SWEEP_ABOVE = 1_000

export interface Openings {
  /** Runs `tell` unless `key` is open; resolves when the opening is told. What could not be told is no opening. */
  tellOnce(key: string, tell: () => Promise<void>): Promise<void>
}

interface Opening {
  readonly sinceMs: number
  lastMs: number
  readonly told: Promise<void>
}

export function openings(clock: Clock): Openings {
  const open = new Map<string, Opening>()
  const isOver = ({ sinceMs, lastMs }: Opening, nowMs: number): boolean =>
    nowMs - lastMs >= OPENING_IDLE_MS || nowMs - sinceMs >= OPENING_MAX_MS
  const sweep = (nowMs: number): void => {
    for (const [key, opening] of open) if (isOver(opening, nowMs)) open.delete(key)
  }
  return {
    tellOnce: async (key, tell) => {
      const nowMs = clock.now().getTime()
      const known = open.get(key)
      if (known !== undefined && !isOver(known, nowMs)) {
        known.lastMs = nowMs
        return known.told
      }
      if (open.size >= SWEEP_ABOVE) sweep(nowMs)
      const opening: Opening = { sinceMs: nowMs, lastMs: nowMs, told: tell() }
      open.set(key, opening)
      try {
        await opening.told
      } catch (error) {
        if (open.get(key) === opening) open.delete(key)
        throw error
      }
    },
  }
}
