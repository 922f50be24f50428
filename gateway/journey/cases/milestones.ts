/** The way line: eight stations, drawn from when each was reached. */
import type { Milestone } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import type { Trouble } from "./trouble.ts"
import type { Station, StationName, StationState } from "../views/study.ts"

/** A station that no submission or report tells of. */
export const milestone = (subject: string, name: string, at: string): Change => ({
  put: "milestone",
  record: { subject, name, at },
})

/** What the way line is drawn from: when each station was reached, and what is amiss. */
export interface WayFacts {
  readonly received: string | null
  readonly receiving: boolean
  readonly sent: string | null
  readonly sending: number | null
  /** At the hospital: it waits for a person before it leaves. */
  readonly sentHeld?: boolean
  readonly arrived: string | null
  readonly arrivedHeld: boolean
  /** At a sender to whom no signed receipt is promised. */
  readonly arrivedByAnswer?: boolean
  readonly reading: string | null
  readonly readingNow: boolean
  readonly reported: string | null
  /** At the hospital: by a version that replaces another and is not received yet. */
  readonly reportedAnew?: boolean
  readonly acknowledged: string | null
  readonly failure: Trouble | null
}

const ORDER: readonly StationName[] = [
  "received",
  "sent",
  "arrived",
  "reading",
  "reported",
  "acknowledged",
  "seen",
  "acted",
]

/** Of a study nothing is known of. */
export const NOTHING_YET: WayFacts = {
  received: null,
  receiving: false,
  sent: null,
  sending: null,
  arrived: null,
  arrivedHeld: false,
  reading: null,
  readingNow: false,
  reported: null,
  acknowledged: null,
  failure: null,
}

/** Eight stations; 既読 and 対応済 are not agreed yet and shown as skipped. */
export function way(facts: WayFacts): Station[] {
  const times: Readonly<Record<StationName, string | null>> = { ...facts, seen: null, acted: null }
  // One station is now: while somebody reads, the report is still to come.
  const firstOpen = facts.readingNow
    ? "reading"
    : ORDER.find((name) => times[name] === null && name !== "seen" && name !== "acted")
  return ORDER.map((name) => {
    const at = times[name]
    const state = stationState(facts, name, at, name === firstOpen)
    const share = name === "sent" && state === "part" ? facts.sending : null
    const reason = facts.failure?.station === name ? facts.failure.code : null
    const isByAnswer = name === "arrived" && state === "done" && facts.arrivedByAnswer === true
    return { name, state, at, share, reason, ...(isByAnswer ? { by: "answer" as const } : {}) }
  })
}

function stationState(
  facts: WayFacts,
  name: StationName,
  at: string | null,
  firstOpen: boolean,
): StationState {
  if (facts.failure?.station === name) return facts.failure.state
  if (name === "seen" || name === "acted") return "skip"
  if (name === "reading" && at !== null && facts.readingNow) return "now"
  if (name === "reported" && facts.reportedAnew === true) return "hold"
  if (at !== null) return "done"
  if (!firstOpen) return "todo"
  if (name === "received") return facts.receiving ? "part" : "now"
  if (name === "sent" && facts.sentHeld === true) return "hold"
  if (name === "sent") return facts.sending !== null ? "part" : "now"
  if (name === "arrived") return facts.arrivedHeld ? "hold" : "now"
  return "now"
}

export const milestoneAt = (list: readonly Milestone[], name: string): string | null =>
  list.find((each) => each.name === name)?.at ?? null
