/**
 * Several time-stamp authorities for one: the first that answers rightly, in the order of the configuration.
 *
 * One that failed is left alone for a while, longer each time, so that a dead one costs its time limit once and not with every
 * stamp. When all are resting they are asked all the same: nobody waits for a rest to end.
 */
import { TimeStampError } from "../../journey/errors.ts"
import type { TimeStampAuthority } from "../../journey/ports/outside.ts"
import type { Clock } from "../../journey/ports/time.ts"

const FIRST_REST_MS = 30_000
const LAST_REST_MS = 30 * 60_000

interface Asked {
  readonly authority: TimeStampAuthority
  failures: number
  restsUntilMs: number
}

/** Throws TimeStampError when none gave a token: one that may pass, if any may. */
export function inOrder(authorities: readonly TimeStampAuthority[], clock: Clock): TimeStampAuthority {
  const asked: readonly Asked[] = authorities.map((authority) => ({
    authority,
    failures: 0,
    restsUntilMs: 0,
  }))
  return {
    async stamp(bytes) {
      const nowMs = clock.now().getTime()
      const ready = asked.filter(({ restsUntilMs }) => restsUntilMs <= nowMs)
      const faults: TimeStampError[] = []
      for (const each of [...ready, ...asked.filter((one) => !ready.includes(one))]) {
        const token = await tokenFrom(each, bytes, clock, faults)
        if (token !== null) return token
      }
      throw faults.find(({ failure }) => failure !== "permanent") ?? faults[0] ?? nobody()
    },
  }
}

/** Null when it failed; the reason is among the faults then. */
async function tokenFrom(
  asked: Asked,
  bytes: Uint8Array,
  clock: Clock,
  faults: TimeStampError[],
): Promise<Uint8Array | null> {
  try {
    const token = await asked.authority.stamp(bytes)
    asked.failures = 0
    asked.restsUntilMs = 0
    return token
  } catch (error) {
    if (!(error instanceof TimeStampError)) throw error
    faults.push(error)
    const restMs = Math.min(FIRST_REST_MS * 2 ** asked.failures, LAST_REST_MS)
    asked.failures += 1
    asked.restsUntilMs = clock.now().getTime() + restMs
    return null
  }
}

const nobody = () => new TimeStampError("ERR_TIMESTAMP_UNAVAILABLE", "no time-stamp authority is configured")
