/**
 * The page of lines at the reading centre: which hospitals hold a connection open, since when, when each was heard last, what
 * waits for it, and what to do about each light.
 */
import { only } from "../desk-guards.ts"
import type { LinesDesk } from "../ports/machine-desk.ts"
import type { Light, PartnerView } from "../views/technician.ts"
import type { World } from "../world.ts"
import { ageMs, light, RED_AFTER_MS, worstFirst } from "./lights.ts"
import { partnersOf, type Lines } from "./partners.ts"

export const linesDesk = (world: World, lines: Lines): LinesDesk => ({
  view: async (person) => {
    only(person, "radiologist")
    const { agreements, clock, ledger } = world
    const standing = await ledger.standing(agreements.map(({ id }) => id))
    const now = clock.now()
    const partners = partnersOf(world, lines, standing, now)
    const firstResponders = new Map(agreements.map(({ id, firstResponder }) => [id, firstResponder]))
    return {
      serverTime: now.toISOString(),
      since: lines.since,
      lights: hospitalLights(partners, firstResponders, now),
      partners,
    }
  },
})

/** @param firstResponders by agreement */
export const hospitalLights = (
  partners: readonly PartnerView[],
  firstResponders: ReadonlyMap<string, string>,
  now: Date,
): readonly Light[] =>
  worstFirst(
    partners.flatMap((partner) => {
      const call = firstResponders.get(partner.agreement) ?? null
      const { name: about, failed: n } = partner
      const given = n === 0 ? [] : [light("hospital-not-sent", "red", { about, n, call })]
      return [...lineLight(partner, call, now), ...given]
    }),
  )

/** The hospital itself is not reached. */
const DOWN: readonly string[] = ["ERR_SUBMISSION_UNREACHABLE", "ERR_SUBMISSION_TLS"]

/** A clinic that is closed for the night is no red light while nothing waits for it. */
function lineLight(partner: PartnerView, call: string | null, now: Date): Light[] {
  const { name: about, waiting, sending, roadHome, failingSince, failureCode } = partner
  const n = waiting + sending
  const shown = (code: Parameters<typeof light>[0], since: string): Light[] => {
    const isUrgent = n > 0 && ageMs(since, now) >= RED_AFTER_MS
    return [light(code, isUrgent ? "red" : "amber", { about, n, since, call })]
  }
  if (roadHome !== null && roadHome.downSince !== null) return shown("hospital-away", roadHome.downSince)
  if (failingSince === null || failureCode === null) return []
  if (!DOWN.includes(failureCode)) return shown("hospital-failing", failingSince)
  // With a connection it is there again: the next sending says so.
  return roadHome === null ? shown("hospital-unreachable", failingSince) : []
}
