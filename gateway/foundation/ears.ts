/** Who hears of what happens: runner and meters of each commit, open pages of a changed case or partner. */
import { caseBook } from "../journey/cases/case-book.ts"
import type { Cases } from "../journey/cases/cases.ts"
import { news } from "../journey/news.ts"
import type { Change, Ledger } from "../journey/records/ledger.ts"
import type { Log } from "../log.ts"

/** Of one request; null = of requests that are not known by id. */
export type RequestListener = (requestId: string | null) => void

export class Ears {
  /** Told once a commit is durable; null until there is a runner. */
  committed: ((changes: readonly Change[]) => void) | null = null
  /** Told when new evidence for signatures is at hand; null until there is a runner. */
  evidence: (() => void) | null = null
  /** Desks register here to hear what changed. */
  readonly requests = new Set<RequestListener>()
  /** Told when somebody we call begins or ceases to answer. */
  readonly contacts = new Set<() => void>()

  readonly tellContacts = (): void => this.contacts.forEach((listener) => listener())
}

export interface HeardLedger {
  readonly ledger: Ledger
  readonly cases: Cases
}

/** The ledger and the cases in it, with all ears on every commit. */
export function heardLedger(kept: Ledger, ears: Ears, log: Log): HeardLedger {
  const cases = caseBook(kept)
  return {
    cases,
    ledger: heard(cases.ledger, (changes) => {
      ears.committed?.(changes)
      tellSubmissions(changes, log)
      for (const requestId of news(changes)) for (const listener of ears.requests) listener(requestId)
    }),
  }
}

function heard(ledger: Ledger, committed: (changes: readonly Change[]) => void): Ledger {
  return {
    ...ledger,
    commit: async (changes) => {
      await ledger.commit(changes)
      committed(changes)
    },
  }
}

/** States a submission stays in until the other side or a person does something. */
const TOLD_STATES: ReadonlySet<string> = new Set(["sealed", "accepted", "verified", "failed"])

/** One line for each submission that has come so far. */
function tellSubmissions(changes: readonly Change[], log: Log): void {
  for (const change of changes) {
    if (!("put" in change) || change.put !== "submission" || !TOLD_STATES.has(change.record.state)) continue
    const { id, direction, kind, agreement, state, failureCode } = change.record
    const level = state === "failed" ? "warn" : "info"
    log(level, "submission", { id, direction, kind, agreement, state, code: failureCode ?? "" })
  }
}
