/** The time-stamp authorities of the configuration as one, watched: as a whole, and each where there are several. */
import { inOrder } from "../actors/timestamp-client/in-order.ts"
import { timeStampClient } from "../actors/timestamp-client/timestamp-client.ts"
import { systemChance, systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import type { TimeStampAuthority } from "../journey/ports/outside.ts"
import { type Contacts, watchedAuthority, watchedTimeStamps } from "../journey/technician/contacts.ts"
import type { TrustStore } from "../journey/trust.ts"

const TIMEOUT_MS = 10_000

export function timeStampAuthorities(
  { timeStamp: { url: first, others } }: Pick<Config, "timeStamp">,
  trust: TrustStore,
  contacts: Contacts,
): TimeStampAuthority {
  const asked = [first, ...others].map((url) => {
    const client = timeStampClient({
      url,
      timeoutMs: TIMEOUT_MS,
      trust: () => trust.report().timeStamp,
      chance: systemChance,
      clock: systemClock,
    })
    return others.length === 0 ? client : watchedAuthority(client, new URL(url).host, contacts)
  })
  return watchedTimeStamps(inOrder(asked, systemClock), contacts)
}
