/** The line to each partner, as both pages show it: what waits, who answered when, and the connection that is held open. */
import type { Contact, Contacts } from "./contacts.ts"
import type { Standing } from "../records/job.ts"
import { opensAt } from "../submit/calendar.ts"
import type { PartnerView, RoadHomeView } from "../views/technician.ts"
import type { World } from "../world.ts"

/** What only the house knows of its lines. */
export interface Lines {
  /** When the program began: nothing was seen of the lines before. */
  readonly since: string
  readonly contacts: Contacts
  /** The connection that a hospital holds open, at either end; null where there is none under this agreement. */
  readonly roadHome: (agreement: string) => RoadHomeView | null
}

export const partnersOf = (
  { site, agreements }: Pick<World, "site" | "agreements">,
  { contacts, roadHome }: Lines,
  standing: Standing,
  now: Date,
): readonly PartnerView[] =>
  agreements.map((each) => ({
    ...partnerOf(each.id, each.partner.name, contacts.of(each.id), standing),
    maxMbitPerSecond: each.line.maxMbitPerSecond,
    opensAt: opensAt(each.line, "ROUTINE", site.timeZone, now)?.toISOString() ?? null,
    roadHome: roadHome(each.id),
  }))

function partnerOf(
  agreement: string,
  name: string,
  contact: Contact,
  standing: Standing,
): Omit<PartnerView, "maxMbitPerSecond" | "opensAt" | "roadHome"> {
  const own = standing.outgoing.filter((each) => each.agreement === agreement)
  const waiting = own.filter(({ state }) => state === "planned" || state === "sealed")
  const onTheWay = own.filter(({ state }) => state !== "failed")
  const count = (wanted: string): number => own.find(({ state }) => state === wanted)?.count ?? 0
  const sum = (of: typeof own, what: "count" | "stat" | "bytes"): number =>
    of.reduce((total, each) => total + each[what], 0)
  // What closes their deliveries waits meanwhile; the studies are on the line.
  const inUnits = own.find(({ state }) => state === "sending")?.inUnits ?? 0
  return {
    ...contact,
    lastSuccessAt: later(contact.lastSuccessAt, standing.acceptedAt.get(agreement) ?? null),
    agreement,
    name,
    waiting: Math.max(0, sum(waiting, "count") - inUnits),
    stat: sum(onTheWay, "stat"),
    oldestAt: onTheWay.map(({ oldestAt }) => oldestAt).sort()[0] ?? null,
    sending: count("sending") + inUnits,
    failed: count("failed"),
    bytes: sum(onTheWay, "bytes"),
  }
}

const later = (one: string | null, other: string | null): string | null =>
  one === null || (other !== null && other > one) ? other : one
