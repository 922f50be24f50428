/**
 * Orphans: what lies in the spool, was acknowledged once, and no ledger can place any more. Kept for a person to look into;
 * destroyed at the end of its term, or before when a person says so, by the same procedure as everything else.
 */
import { audit } from "../audit.ts"
import { destroyed } from "./expire-study.ts"
import type { OrphanRecord } from "../records/orphan.ts"
import type { SlotClass, SlotId, Spool } from "../ports/spool.ts"
import type { Change } from "../records/ledger.ts"
import { due, type Outcome } from "../run.ts"
import { unnamedSlots, type Stray } from "../recover/survey.ts"
import type { Stores } from "../world.ts"

/** Of an agreement that nobody knows any more, and where there is none. */
const TERM_OF_NO_AGREEMENT_MS = 365 * 24 * 60 * 60 * 1000

/** Enters as orphans what `strays` tells, and every slot nobody names, in one commit; returns what was entered. */
export async function keepOrphans(
  world: Stores,
  spool: Spool,
  strays: readonly Stray[],
): Promise<readonly OrphanRecord[]> {
  const named = await world.ledger.slotsInUse()
  const empty = (await unnamedSlots(world, spool)).map(({ slotId }) => slotId)
  const slotIds = new Set([...strays.map(({ slotId }) => slotId), ...empty])
  const classes = new Map(spool.slots.map(({ slotId, slotClass }) => [slotId, slotClass]))
  const records: OrphanRecord[] = []
  for (const slotId of slotIds) {
    const slotClass = classes.get(slotId)
    if (slotClass === undefined) continue // rotten: nothing in it opens, and the spool has reported it
    const inSlot = strays.filter((each) => each.slotId === slotId)
    const earlier = await world.ledger.orphan(slotId)
    records.push(orphan(world, { slotId, slotClass, wholeSlot: !named.has(slotId) }, inSlot, earlier))
  }
  if (records.length > 0) await world.ledger.commit(records.flatMap((record) => entered(record)))
  return records
}

function orphan(
  world: Stores,
  slot: { readonly slotId: SlotId; readonly slotClass: SlotClass; readonly wholeSlot: boolean },
  strays: readonly Stray[],
  earlier: OrphanRecord | null,
): OrphanRecord {
  const kept = earlier?.destroyedAt === null ? earlier : null
  const now = world.clock.now()
  const source = strays.find((each) => world.agreements.some(({ id }) => id === each.source))?.source ?? null
  const arrivals = [kept?.firstArrivalAt, ...strays.map((each) => each.firstArrivalAt)]
  const agreement = source ?? kept?.agreement ?? null
  return {
    ...slot,
    segmentIds: [...(kept?.segmentIds ?? []), ...strays.map(({ segmentId }) => segmentId)],
    objects: strays.reduce((sum, each) => sum + each.objects, kept?.objects ?? 0),
    bytes: strays.reduce((sum, each) => sum + each.bytes, kept?.bytes ?? 0),
    agreement,
    firstArrivalAt: arrivals.flatMap((each) => each ?? []).sort()[0] ?? null,
    foundAt: kept?.foundAt ?? now.toISOString(),
    keepUntil: new Date(now.getTime() + longestTermMs(world, agreement)).toISOString(),
    destroyedAt: null,
  }
}

/** Nobody knows which of the terms is the right one: the longest of its agreement, or of all of them. */
function longestTermMs({ agreements }: Stores, id: string | null): number {
  const own = agreements.filter((each) => each.id === id)
  const terms = (own.length > 0 ? own : agreements).flatMap(({ retention }) => [
    retention.imagesMs,
    retention.unreadImagesMs ?? 0,
    retention.reportsMs,
  ])
  return terms.length === 0 ? TERM_OF_NO_AGREEMENT_MS : Math.max(...terms)
}

const entered = (record: OrphanRecord): Change[] => [
  { put: "orphan", record },
  due("expire", record.slotId, new Date(record.keepUntil)),
  audit(`orphan/${record.slotId}/${record.foundAt}/${record.objects}`, {
    event: "security-alert",
    outcome: "minor",
    at: record.foundAt,
    objectId: record.slotId,
    instances: record.objects,
    description: `the ledger put back does not know slot ${record.slotId} (${record.objects} objects): kept for a person`,
  }),
]

/** The job of an orphan: at the end of its term it goes. */
export async function expireOrphan(world: Stores, record: OrphanRecord): Promise<Outcome> {
  if (record.destroyedAt !== null) return { changes: [] }
  const until = new Date(record.keepUntil)
  if (until > world.clock.now()) return { changes: [], again: { at: until, failureCode: null } }
  return { changes: await destroyOrphan(world, record, "its term has ended") }
}

/** Intent, destruction, account. May be run again after a crash. @param why for the audit trail, without patient data */
export async function destroyOrphan(world: Stores, record: OrphanRecord, why: string): Promise<Change[]> {
  const { slotId, foundAt, objects } = record
  const told = (what: "deleting" | "deleted", outcome: "minor" | "success", description: string): Change =>
    audit(`${what}/${slotId}/${foundAt}`, {
      event: "study-deleted",
      outcome,
      at: world.clock.now().toISOString(),
      objectId: slotId,
      instances: objects,
      description: `orphan in slot ${slotId}: ${description}`,
    })
  await world.ledger.commit([told("deleting", "minor", `${why}; destruction begins`)])
  const how = await erase(world, record)
  const gone: OrphanRecord = { ...record, destroyedAt: world.clock.now().toISOString() }
  return [{ put: "orphan", record: gone }, told("deleted", "success", how)]
}

/** Beside what others still need only files can go; their keys are under the slot's and go with it. */
async function erase(world: Stores, { wholeSlot, slotId, segmentIds }: OrphanRecord): Promise<string> {
  if (wholeSlot) {
    const { objects, bytes, epoch } = await destroyed(world, slotId)
    return `key destroyed and read back in epoch ${epoch}, ${objects} objects of ${bytes} bytes removed`
  }
  for (const segmentId of segmentIds) await world.spool.discardSegment(slotId, segmentId)
  return `${segmentIds.length} files removed; their key is destroyed with the slot they lay in`
}

/** Until when something nobody could place lies in one of these slots; null = nothing does. */
export async function orphansUntil(
  { ledger }: Pick<Stores, "ledger">,
  slotIds: readonly SlotId[],
): Promise<Date | null> {
  const found = await Promise.all(slotIds.map((slotId) => ledger.orphan(slotId)))
  const terms = found.flatMap((each) => (each?.destroyedAt === null ? [each.keepUntil] : []))
  const last = terms.sort().at(-1)
  return last === undefined ? null : new Date(last)
}
