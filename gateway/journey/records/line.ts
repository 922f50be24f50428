/** What the ledger keeps and says of the line to each partner. Types only. */

/** How a line was when something was last sent over it. */
export interface PaceRecord {
  readonly agreement: string
  readonly bytesPerSecond: number
  /** What a submission takes beside its bytes: connection, handshake, verification and answer. */
  readonly restMs: number
  /** Since it was last cut something was on it for so long. */
  readonly heldMs: number
  /** The same before that cut; null = it was never cut. */
  readonly heldBeforeMs: number | null
}

/** Of a delivery that leaves in units. */
export interface UnitsStanding {
  readonly made: number
  readonly underWay: number
  /** Why one was given up; null = none was. */
  readonly failureCode: string | null
}

export interface PaceChange {
  readonly put: "pace"
  readonly record: PaceRecord
}

/** Jobs that share the places of one line at the runner, and are as urgent as each other. */
export interface JobQueue {
  /** "" = what works here; else the partner that they send to, by its agreement ("?" when that is not known). */
  readonly line: string
  /** Of two queues of a line the smaller one goes first. */
  readonly rank: string
}
