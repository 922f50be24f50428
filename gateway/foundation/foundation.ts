/**
 * What both roles stand on: storage under our own roof, keys, trust, the runner, and the road between gateways.
 * edge.ts and center.ts add their stations and nothing else.
 */
import type { Recipient } from "../actors/document-recipient/listen.ts"
import type { Endpoint } from "../actors/document-source/endpoint.ts"
import { openDraughtsman } from "../actors/draughtsman/draughtsman.ts"
import { listenMachineRoom, type MachineRoom } from "../actors/machine-room/listen.ts"
import type { FileTotals, StorageTotals } from "../actors/machine-room/metrics.ts"
import { httpGuard } from "../actors/secure-node/waiting-room.ts"
import { systemChance, systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { submissionHandler } from "../journey/accept/accept.ts"
import { Contacts } from "../journey/technician/contacts.ts"
import { frameCache } from "../journey/read/frame-cache.ts"
import { uuid } from "../journey/ids.ts"
import { locks } from "../journey/locks.ts"
import { bytesPerSecond, linePace } from "../journey/submit/pace.ts"
import { NO_LEVERS, type Levers } from "../journey/ports/levers.ts"
import type { AuditEvent } from "../journey/ports/audit.ts"
import type { ReadersCards, SigningService } from "../journey/ports/keys.ts"
import type { Chance, Clock } from "../journey/ports/time.ts"
import { frozenWorld } from "../journey/levers/frozen-world.ts"
import type { Change } from "../journey/records/ledger.ts"
import { rollForward } from "../journey/recover/roll-forward.ts"
import { type Runner } from "../journey/run.ts"
import { leftovers } from "../journey/submit/leftovers.ts"
import { linePlaces } from "../journey/submit/line-places.ts"
import { judgeAgain } from "../journey/verify/judge-again.ts"
import type { Condition } from "../journey/technician/technician.ts"
import type { World } from "../journey/world.ts"
import { errorFields, openLog, type Log } from "../log.ts"
import { LineKeys } from "../storage/keys/line-key.ts"
import type { PeopleStore } from "../storage/people/people.ts"
import { keepAccounts } from "./accountability.ts"
import { activity } from "./activity.ts"
import { startCollectors } from "./collectors.ts"
import { keepClock } from "./clock-keeping.ts"
import type { CrlFolder } from "./crl-folder.ts"
import { condition, health, meters, MONITORS_WAITING } from "./health.ts"
import { openLocalDoor } from "./local-door.ts"
import { mailOf } from "./mail.ts"
import { organisationFault } from "./organisation-certificates.ts"
import { fetchRevocation } from "./revocation.ts"
import { refusedServers } from "./refused-servers.ts"
import { keepRoads, type NamedRoad } from "./road-home.ts"
import { agreementsOf, credentialsOf, openRecipient } from "./road.ts"
import { openLevelStores } from "./stores.ts"
import { syntaxesOf } from "./transfer-syntaxes.ts"
import { timeStampAuthorities } from "./time-stamps.ts"
import { openTrust, type EvidenceAtHand } from "./trust-store.ts"
import { Ears, heardLedger, type RequestListener } from "./ears.ts"
import { keysInHand } from "./keys-in-hand.ts"
import { keepRenewing } from "./renewing.ts"
import { runSteps, takeUp, type OwnSteps } from "./steps.ts"
import { waysOut } from "./ways-out.ts"
import { keepTurning } from "./epoch.ts"

export interface Foundation {
  readonly config: Config
  readonly levers: Levers
  readonly log: Log
  readonly world: World
  /** Revocation lists, for whoever opens a TLS connection. */
  readonly lists: CrlFolder
  /** Revocation evidence at hand, and who fetches more of it. */
  readonly evidence: EvidenceAtHand
  /** Keys shown in TLS, for the same. */
  readonly lineKeys: LineKeys
  readonly people: PeopleStore
  /** Where readers' keys are held; null = in files alone. */
  readonly signingService: SigningService | null
  readonly readersCards: ReadersCards | null
  readonly clock: Clock
  readonly chance: Chance
  readonly recipient: Recipient
  /** Bytes on the line by submission, for progress bars. */
  readonly line: ReadonlyMap<string, number>
  /** Whom we call, and who answered when. */
  readonly contacts: Contacts
  /** Told when somebody we call begins or ceases to answer. */
  readonly contactListeners: Set<() => void>
  /** How the house itself is. */
  readonly condition: () => Promise<Condition>
  /** Where and how each partner is called. */
  readonly endpointOf: (agreement: string) => Endpoint
  /** How the road home of each agreement is that has one. */
  readonly roads: () => readonly NamedRoad[]
  /** Desks register here to hear what changed. */
  readonly listeners: Set<RequestListener>
  readonly record: (event: AuditEvent) => Promise<void>
  /** Starts the runner, with the steps that are the role's own, and opens the machine room. */
  run(
    own: OwnSteps,
    storage: (() => StorageTotals) | null,
    files: (() => readonly FileTotals[]) | null,
  ): Promise<MachineRoom>
  close(): Promise<void>
}

/** @param levers those that hold for as long as this foundation does; `isolated` never is one of them (isolated.ts) */
export async function layFoundation(config: Config, levers: Levers = NO_LEVERS): Promise<Foundation> {
  const { frozen } = levers
  const log = openLog(config.role)
  if (config.trust.allowTestPolicies) log("warn", "test-certificates-count", {})
  const ears = new Ears()
  const stores = await openLevelStores(config, log)
  const { spool, trail, people } = stores
  const { ledger, cases } = heardLedger(stores.ledger, ears, log)
  const record = (event: AuditEvent): Promise<void> => trail.record([{ key: uuid(systemChance), event }])
  const audited = (told: AuditEvent): void => {
    record(told).catch((error: unknown) => log("error", "audit-failed", errorFields(error)))
  }

  // whom it trusts, and with what keys it speaks
  const keys = await keysInHand(config)
  const { certificates, lines: lineKeys } = keys
  const revocation = fetchRevocation({ config, log, onNews: () => ears.evidence?.() })
  const { lists } = revocation
  const evidence = { ...revocation, crls: () => lists.crls() }
  const organisations = await organisationFault({ config, evidence, clock: systemClock })
  const credentials = await credentialsOf(config, { lists, lineKeys }, certificates, organisations)
  const trust = await openTrust(config, {
    ...evidence,
    want: (chains) => {
      certificates.sealedBy(chains)
      revocation.want(chains)
    },
  })
  const timeKeeping = await keepClock({ config, log, record, changed: ears.tellContacts })
  const clock = timeKeeping.watch

  // whom it calls
  const contacts = new Contacts(systemClock, ears.tellContacts)
  const refused = refusedServers(audited)
  const told = { refused, log, changed: ears.tellContacts }
  const mail = await mailOf(config, certificates)
  const collectors = await startCollectors({ config, trail: trail.reader, lists, lineKeys, ...told })
  const { endpointOf, held, source, mbitPerSecondOf } = waysOut({
    config,
    log,
    credentials,
    contacts,
    refused,
  })

  const draughtsman = openDraughtsman({ style: { timeZone: config.site.timeZone } })
  const line = new Map<string, number>()
  const open: World = {
    clock: systemClock,
    chance: systemChance,
    spool,
    ledger,
    cases,
    ...keys.usable(people, clock),
    timeStamps: timeStampAuthorities(config, trust, contacts),
    source,
    draughtsman,
    frames: frameCache(),
    locks: locks(),
    pace: linePace((agreement) => bytesPerSecond(mbitPerSecondOf(agreement)), await ledger.paces()),
    places: linePlaces(),
    leftovers: leftovers(),
    site: config.site,
    agreements: await agreementsOf(config),
    syntaxOf: syntaxesOf(config),
    trust,
    progress: (submissionId, bytes) => {
      line.set(submissionId, bytes)
    },
  }
  const world = frozen === null ? open : frozenWorld(open, frozen)
  if (frozen === null) log("info", "rolled-forward", { ...(await rollForward(world, spool)) })
  else log("warn", "frozen", { since: frozen.since })

  // its doors
  // One handler for the line and for media: what comes by both at once is told apart.
  const handler = submissionHandler(world)
  const recipient = await openRecipient(config, world, credentials, { log, record }, { handler, held })
  if (frozen === null) held.serve(world)
  const kept = keepRoads({ config, world, recipient, endpointOf, contacts, ...told })
  const roads = (): readonly NamedRoad[] => [...held.states(), ...kept.states()]
  const localDoor = await openLocalDoor(config, world, handler, { log, record })
  await ledger.commit([activity("application-start")])

  // A turn destroys a key, and writes every slot anew.
  const stopTurning = frozen === null ? await keepTurning(config, spool, log) : () => undefined
  const stopRenewing = keepRenewing({ own: keys.own, lines: lineKeys }, log)
  const stopAccounts = await keepAccounts({ config, trail, spool, people, log })
  const watched = {
    config,
    spool,
    ledger,
    cases,
    certificates,
    lists,
    disk: stores.disk,
    collectors,
    clock,
    roads,
    revocation,
    levers,
  }
  let runner: Runner | null = null
  return {
    config,
    levers,
    log,
    world,
    lists,
    evidence,
    lineKeys,
    people,
    signingService: keys.signingService,
    readersCards: keys.readersCards,
    clock: systemClock,
    chance: systemChance,
    recipient,
    contacts,
    contactListeners: ears.contacts,
    condition: () => condition(watched),
    endpointOf,
    roads,
    line,
    listeners: ears.requests,
    record,
    run: async (own, storage, files) => {
      const isFrozen = frozen !== null
      if (!isFrozen) await takeUp(world, mail, log)
      const started = runSteps(world, { trail, mail, log, oneConnection: held.agreements, isFrozen }, own)
      runner = started
      const meter = meters(watched, storage, files)
      ears.committed = (changes) => {
        meter.committed(changes)
        if (changes.some(isWork)) started.wake()
      }
      ears.evidence = () => {
        if (isFrozen) return
        judgeAgain(world).catch((error: unknown) => log("error", "not-judged-again", errorFields(error)))
      }
      return listenMachineRoom({
        host: config.health.host,
        port: config.health.port,
        health: () => health(watched),
        register: meter.register,
        guard: httpGuard(MONITORS_WAITING),
        onFault: (error) => log("error", "machine-room-fault", errorFields(error)),
      })
    },
    close: async () => {
      timeKeeping.stop()
      stopTurning()
      stopRenewing()
      stopAccounts()
      await Promise.all([kept.stop(), held.close(), recipient.close(), localDoor.close()])
      await ledger.commit([activity("application-stop")])
      await revocation.stop()
      await runner?.stop()
      await collectors.stop()
      await draughtsman.close()
      keys.own.close()
      await stores.close()
    },
  }
}

/** What the runner has to do something about. */
const isWork = (change: Change): boolean =>
  "put" in change && (change.put === "job" || change.put === "audit")
