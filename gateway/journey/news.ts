/** News: which requests a commit has changed for those who look at them; null = something of the lists. */
import type { Change } from "./records/ledger.ts"

/** Each once. Told only after the commit: whoever asks again then sees it. */
export function news(changes: readonly Change[]): ReadonlySet<string | null> {
  return new Set(changes.flatMap((change) => ("put" in change ? about(change) : [])))
}

function about(change: Extract<Change, { put: string }>): (string | null)[] {
  switch (change.put) {
    case "request":
      return [change.record.id]
    case "submission":
    case "report":
    case "certificate":
    case "delivery":
      return [change.record.requestId]
    case "study":
    case "instance":
      return [null]
    default:
      return []
  }
}
