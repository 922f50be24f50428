/** That the program began or ended (PS3.15 A.5.3.1). */
import { systemClock } from "../clock.ts"
import { audit } from "../journey/audit.ts"
import type { Change } from "../journey/records/ledger.ts"

export function activity(event: "application-start" | "application-stop"): Change {
  const at = systemClock.now().toISOString()
  return audit(`${event}/${at}`, { event, outcome: "success", at })
}
