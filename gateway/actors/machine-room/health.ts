/**
 * Health: what the machine room asks. One sentence per check, no patient data, nothing an outsider could use.
 *
 * `fail` means: not in service, a load balancer should turn away and a person should come. `warn` means: works, and
 * somebody should look before it does not.
 */

import { daysLeft, termOf, type Term } from "../../standards/hpki/term.ts"

export type CheckState = "ok" | "warn" | "fail"
export interface Check {
  /** e.g. `spool`, `audit-outbox`, `certificate-seal`. */
  readonly name: string
  readonly state: CheckState
  readonly sentence: string
}
export interface Health {
  readonly role: string
  readonly version: string
  readonly checks: readonly Check[]
}

const MIB = 1024 * 1024
/** The runner empties the outbox within seconds; this many rows have waited longer. */
const OUTBOX_WARN_ROWS = 1_000
/** A collector that is restarted or patched is back by then. */
const UNSENT_WARN_MS = 3_600_000

/** HTTP 200 as long as nothing fails. */
export const inService = ({ checks }: Health): boolean => checks.every(({ state }) => state !== "fail")

/** The marks of the configuration, MiB of free space. */
export interface DiskMarks {
  readonly reserveMiB: number
  readonly refuseMiB: number
  readonly warnMiB: number
}

export function spaceCheck(freeBytes: number, { reserveMiB, refuseMiB, warnMiB }: DiskMarks): Check {
  const freeMiB = freeBytes / MIB
  const said = (state: CheckState, meaning: string): Check => {
    const free = `${Math.floor(freeMiB)} MiB free`
    return { name: "spool", state, sentence: meaning === "" ? free : `${free}: ${meaning}` }
  }
  if (freeMiB < reserveMiB) return said("fail", "below the reserve, nothing new is accepted")
  if (freeMiB < refuseMiB) return said("fail", "routine images are refused, urgent ones and reports accepted")
  return freeMiB < warnMiB ? said("warn", "make room soon") : said("ok", "")
}

const TERM_WORDS: Readonly<Record<Exclude<Term, "far" | "over">, string>> = {
  ask: ": apply for the next one",
  renew: ": renew it",
  urgent: ": renew it now",
}

/**
 * `use` as in the configuration: `seal`, `object`, `tls`, `dicom`; behind its agreement's id for a partner's. Without one
 * of our own we are out of service; without a partner's, that partner is.
 */
export function certificateCheck(use: string, notAfter: Date, now: Date, isOurs = true): Check {
  const days = daysLeft(notAfter, now)
  const name = `certificate-${use}`
  const term = termOf(days)
  if (term === "over") return { name, state: isOurs ? "fail" : "warn", sentence: "has expired" }
  const state = term === "far" || term === "ask" ? "ok" : "warn"
  const words = term === "far" ? "" : TERM_WORDS[term]
  return { name, state, sentence: `${Math.floor(days)} days left${words}` }
}

/** Steps that go on failing; `codes` of errors.ts, each once. */
export function stepsCheck(failing: number, codes: readonly string[]): Check {
  const name = "steps"
  return failing === 0
    ? { name, state: "ok", sentence: "nothing is repeated in vain" }
    : { name, state: "warn", sentence: `${failing} steps go on failing: ${codes.join(" ")}` }
}

/** Since when each is pulled, ISO 8601; null = it is not. */
export interface PulledLevers {
  readonly isolatedSince: string | null
  readonly frozenSince: string | null
}

/**
 * Isolated is out of service. Frozen is not: people read.
 *
 * @param endedTerms terms that have ended meanwhile, and whose destruction waits
 * @param passFrom day from which days pass that deletion certificates have named, because the epoch does not turn; null = not yet near
 */
export function leversCheck(
  { isolatedSince, frozenSince }: PulledLevers,
  endedTerms: number,
  passFrom: string | null = null,
): Check {
  const name = "levers"
  const overdue =
    passFrom === null
      ? ""
      : `; the epoch does not turn: from ${passFrom} on, days that deletion certificates have named pass`
  if (isolatedSince !== null) {
    const both = frozenSince === null ? "" : ` and frozen since ${frozenSince}`
    return {
      name,
      state: "fail",
      sentence: `isolated since ${isolatedSince}${both}: every other door is shut${overdue}`,
    }
  }
  if (frozenSince === null) return { name, state: "ok", sentence: "neither isolated nor frozen" }
  const frozen = `frozen since ${frozenSince}: people read, nothing is received, signed, sent or destroyed`
  return { name, state: "warn", sentence: `${frozen}; ${endedTerms} term(s) ended and wait${overdue}` }
}

/** Reports that wait for a time stamp or a signature: `late` of them for longer than it may take, the first since `since`. */
export interface Pending {
  readonly waiting: number
  readonly late: number
  readonly since: string | null
}

export const stampsCheck = (stamps: Pending): Check =>
  pendingCheck("time-stamps-pending", stamps, {
    none: "every signature has its time stamp",
    what: "a time stamp",
    see: "the time-stamp authority",
  })

export const signaturesCheck = (signatures: Pending): Check =>
  pendingCheck("signatures-pending", signatures, {
    none: "every approved report is signed",
    what: "their reader's signature",
    see: "the signing service, and ask the reader",
  })

interface PendingWords {
  readonly none: string
  readonly what: string
  readonly see: string
}

function pendingCheck(
  name: string,
  { waiting, late, since }: Pending,
  { none, what, see }: PendingWords,
): Check {
  if (since === null) return { name, state: "ok", sentence: none }
  const wait = `${waiting} report(s) wait for ${what}, the first since ${since}`
  return late === 0
    ? { name, state: "ok", sentence: wait }
    : { name, state: "warn", sentence: `${wait}, ${late} for more than 24 hours: see ${see}` }
}

/** Of the trail what one collector has not surely read. */
export interface Unsent {
  readonly name: string
  readonly waiting: number
  /** When the first of it happened; null when none is known to wait. */
  readonly waitingSince: string | null
  readonly failureCode: string | null
}

export function collectorCheck({ name, waiting, waitingSince, failureCode }: Unsent, now: Date): Check {
  const isLate = unsentMs({ waitingSince }, now) > UNSENT_WARN_MS
  const wait = waitingSince === null ? "all of it is there" : `${waiting} records wait since ${waitingSince}`
  return {
    name: `audit-collector-${name}`,
    state: isLate ? "warn" : "ok",
    sentence: failureCode === null ? wait : `${wait}: ${failureCode}`,
  }
}

export const unsentMs = ({ waitingSince }: Pick<Unsent, "waitingSince">, now: Date): number =>
  waitingSince === null ? 0 : now.getTime() - Date.parse(waitingSince)

/** A connection that a hospital holds open, as both of its ends know it. */
export interface RoadHomeState {
  readonly agreement: string
  readonly connectedSince: string | null
  readonly lastHeardAt: string | null
  readonly downSince: string | null
  /** Code of the last attempt that failed; at the hospital only. */
  readonly failureCode: string | null
  readonly opened: number
  /** Submissions that wait for the partner, or are on their way. */
  readonly waiting: number
}

/** A router that is switched off and on has it back by then. */
const ROAD_HOME_WARN_MS = 120_000

export function roadHomeCheck(road: RoadHomeState, now: Date): Check {
  const { agreement, connectedSince, lastHeardAt, downSince, failureCode, waiting } = road
  const name = `road-home-${agreement}`
  const wait = waiting === 0 ? "nothing waits" : `${waiting} submissions wait`
  if (connectedSince !== null)
    return {
      name,
      state: "ok",
      sentence: `since ${connectedSince}, last heard ${lastHeardAt ?? "never"}, ${wait}`,
    }
  const isLate = downSince !== null && now.getTime() - Date.parse(downSince) > ROAD_HOME_WARN_MS
  const why = failureCode === null ? "" : `: ${failureCode}`
  return {
    name,
    state: isLate ? "warn" : "ok",
    sentence: `none since ${downSince ?? "the start"}, ${wait}${why}`,
  }
}

/** What is known of the clock; `detail` says why nothing is signed by it. */
export interface ClockState {
  readonly check: string
  readonly reading: { readonly offsetMs: number; readonly boundMs: number; readonly source: string } | null
  readonly failureCode: string | null
  readonly detail: string
}

export function clockCheck({ check, reading, failureCode, detail }: ClockState): Check {
  const name = "clock"
  if (check === "none") return { name, state: "warn", sentence: "nobody looks at it: time.check is none" }
  if (failureCode !== null || reading === null)
    return { name, state: "warn", sentence: `nothing is signed: ${detail}` }
  const [offset, bound] = [reading.offsetMs, reading.boundMs].map((each) => each.toFixed(1))
  return {
    name,
    state: "ok",
    sentence: `${offset ?? ""} ms off by ${reading.source}, surely less than ${bound ?? ""} ms`,
  }
}

export function outboxCheck(rows: number): Check {
  const name = "audit-outbox"
  return rows < OUTBOX_WARN_ROWS
    ? { name, state: "ok", sentence: `${rows} rows wait` }
    : { name, state: "warn", sentence: `${rows} rows or more wait: the trail is slow or cannot be written` }
}
