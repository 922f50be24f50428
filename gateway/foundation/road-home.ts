/**
 * Roads home (docs/road-home.md), by agreement: at a reading centre those that hospitals hold open, at a hospital the one it
 * keeps. Which of the two we are follows from who submits studies.
 */
import { RECIPIENT_LIMITS } from "../actors/document-recipient/limits.ts"
import type { Recipient } from "../actors/document-recipient/listen.ts"
import type { Turn } from "../actors/document-recipient/options.ts"
import { EXCHANGE_TIMEOUTS, type Endpoint, type HeldEndpoint } from "../actors/document-source/endpoint.ts"
import { upgraded } from "../actors/document-source/upgrade.ts"
import { Keeper, type Turned } from "../actors/road-home/keeper.ts"
import { ROAD_HOME, ROAD_TIMING } from "../actors/road-home/protocol.ts"
import { Roads } from "../actors/road-home/roads.ts"
import { systemChance, systemClock, wait } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { isHeldForUs } from "../config/road-home.ts"
import { inForce } from "../journey/agreement.ts"
import { SubmissionError } from "../journey/errors.ts"
import { lineUp, wasReached } from "../journey/submit/line-up.ts"
import type { Contacts } from "../journey/technician/contacts.ts"
import type { RoadHomeView } from "../journey/views/technician.ts"
import type { World } from "../journey/world.ts"
import { errorFields, type Log } from "../log.ts"
import type { RefusedServers } from "./refused-servers.ts"
import { repeats } from "./repeats.ts"

export interface NamedRoad extends RoadHomeView {
  readonly agreement: string
}

type AgreementConfig = Config["agreements"][number]

/** Who is never called goes by a name that leads nowhere (RFC 6761 6.4): in wsa:To and in the audit trail. */
export const nameOf = (agreement: string): string => `https://${agreement}.invalid/xdr/recipient`

const isInForce = ({ site }: Config, agreement: AgreementConfig): boolean =>
  inForce(agreement, site.timeZone, systemClock.now())

/** A road came: what waited for it leaves at once, in order. */
async function sendWhatWaits(world: World, log: Log, agreement: string): Promise<void> {
  try {
    await world.ledger.commit(await lineUp(world, agreement))
  } catch (error) {
    // It is due a little later by itself.
    log("error", "line-up-failed", { agreement, ...errorFields(error) })
  }
}

export interface HeldRoads {
  /** Agreements whose hospital holds one. */
  readonly agreements: ReadonlySet<string>
  /** For the recipient's door. */
  readonly turn: Turn
  /** How many connections the door keeps for them, besides those for submissions. */
  readonly places: number
  /** Null for a partner that is called. */
  readonly endpointOf: (agreement: string) => HeldEndpoint | null
  readonly states: () => readonly NamedRoad[]
  /** From now on what waits is sent when a road comes. */
  readonly serve: (world: World) => void
  readonly close: () => Promise<void>
}

/** A recipient there always says 100 (Continue): while it does not, its silence is found out before a document moves. */
const TIMEOUTS = { ...EXCHANGE_TIMEOUTS, continueMs: ROAD_TIMING.silenceMs + 2 * ROAD_TIMING.lookMs }
/** One that is used, and one that was replaced and ends. */
const PLACES_EACH = 2

/** At a reading centre. */
export function heldRoads(config: Config, log: Log): HeldRoads {
  const held = new Map(config.agreements.filter(isHeldForUs).map((each) => [each.id, each]))
  let world: World | null = null
  const roads = new Roads({
    agreements: [...held.keys()],
    isInForce: (id) => {
      const agreement = held.get(id)
      return agreement !== undefined && isInForce(config, agreement)
    },
    clock: systemClock,
    opened: (agreement, address, isReplacing) => {
      log("info", "road-home-opened", { agreement, address, replaces: isReplacing })
      if (world !== null) void sendWhatWaits(world, log, agreement)
    },
    ended: (agreement, why) => log("info", "road-home-ended", { agreement, why }),
  })
  const onRefused = repeats(
    ({ agreement, why }: { readonly agreement: string; readonly why: string }) => `${agreement} ${why}`,
    (refused, times) => log("warn", "road-home-refused", { ...refused, times }),
  )
  return {
    agreements: new Set(held.keys()),
    turn: {
      protocol: ROAD_HOME,
      refusalOf: (agreement) => roads.refusalOf(agreement),
      onRefused: (agreement, { message }) => onRefused({ agreement, why: message }),
      take: (...given) => roads.take(...given),
    },
    places: PLACES_EACH * held.size,
    endpointOf: (id) =>
      held.has(id) ? { url: nameOf(id), lend: () => roads.lend(id), timeouts: TIMEOUTS } : null,
    states: () => [...roads.states()].map(([agreement, state]) => ({ agreement, ...state })),
    serve: (served) => {
      world = served
    },
    close: () => roads.close(),
  }
}

export interface KeptRoadParts {
  readonly config: Config
  readonly world: World
  readonly recipient: Pick<Recipient, "enter">
  readonly endpointOf: (agreement: string) => Endpoint
  readonly contacts: Contacts
  readonly refused: RefusedServers
  readonly log: Log
  /** A road is there, or no longer. */
  readonly changed: () => void
}

export interface KeptRoads {
  readonly states: () => readonly NamedRoad[]
  readonly stop: () => Promise<void>
}

/** At a hospital. */
export function keepRoads(parts: KeptRoadParts): KeptRoads {
  const kept = parts.config.agreements.filter((each) => each.roadHome === "held" && !isHeldForUs(each))
  const keepers = kept.map((agreement) => ({ agreement: agreement.id, keeper: keeperOf(parts, agreement) }))
  return {
    states: () => keepers.map(({ agreement, keeper }) => ({ agreement, ...keeper.state() })),
    stop: async () => {
      await Promise.all(keepers.map(({ keeper }) => keeper.stop()))
    },
  }
}

/** Whoever opens the road calls the centre, as one who sends does: a centre that says no has answered. */
async function called(
  { contacts, endpointOf }: KeptRoadParts,
  id: string,
  signal: AbortSignal,
): Promise<Turned> {
  const answer = await contacts.watch(id, async () => {
    try {
      return await upgraded(endpointOf(id), ROAD_HOME, signal)
    } catch (error) {
      if (error instanceof SubmissionError && wasReached(error)) return error
      throw error
    }
  })
  if (answer instanceof SubmissionError) throw answer
  return answer
}

function keeperOf(parts: KeptRoadParts, agreement: AgreementConfig): Keeper {
  const { config, world, recipient, endpointOf, refused, log, changed } = parts
  const { id } = agreement
  return new Keeper({
    dial: (signal) => called(parts, id, signal),
    isInForce: () => isInForce(config, agreement),
    enter: recipient.enter,
    limits: RECIPIENT_LIMITS,
    clock: systemClock,
    chance: systemChance,
    wait,
    changed,
    opened: (address) => {
      log("info", "road-home-opened", { agreement: id, address })
      void sendWhatWaits(world, log, id)
    },
    ended: ({ why, isReplaced }) =>
      log(isReplaced ? "warn" : "info", "road-home-ended", { agreement: id, why, replaced: isReplaced }),
    failed: (error) => {
      log("warn", "road-home-failed", { agreement: id, ...errorFields(error) })
      refused(endpointOf(id).url, error)
    },
  })
}
