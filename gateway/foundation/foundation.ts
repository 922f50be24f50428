/**
 * What both roles stand on: storage under our own roof, keys, trust, the runner, and the road between gateways.
 * edge.ts and center.ts add their stations and nothing else.
 */
import type { Recipient } from "../actors/document-recipient/listen.ts"
import { documentSource } from "../actors/document-source/document-source.ts"
import { storeSource } from "../actors/document-source/store-source.ts"
import type { Endpoint, HeldEndpoint } from "../actors/document-source/endpoint.ts"
import { pacedSource, type PaceTime } from "../actors/document-source/paced.ts"
import { openDraughtsman } from "../actors/draughtsman/draughtsman.ts"
import { listenMachineRoom, type MachineRoom } from "../actors/machine-room/listen.ts"
import type { FileTotals, StorageTotals } from "../actors/machine-room/metrics.ts"
import { httpGuard } from "../actors/secure-node/waiting-room.ts"
import { systemChance, systemClock, wait } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { submissionHandler } from "../journey/accept/accept.ts"
import { caseBook } from "../journey/cases/case-book.ts"
import { Contacts, watchedSource } from "../journey/technician/contacts.ts"
import { datedKeys, datedPersonKeys } from "../journey/clock/dated.ts"
import { boundPersonKeys } from "../journey/people/bound-keys.ts"
import { expire } from "../journey/retain/expire.ts"
import { signLater } from "../journey/read/sign-later.ts"
import { frameCache } from "../journey/read/frame-cache.ts"
import { uuid } from "../journey/ids.ts"
import { locks } from "../journey/locks.ts"
import { notify, notifyAll, type MailParts } from "../journey/notify/notify.ts"
import { lookAgain } from "../journey/submit/look-again.ts"
import { news } from "../journey/news.ts"
import { bytesPerSecond, linePace } from "../journey/submit/pace.ts"
import { packageSubmission } from "../journey/submit/package.ts"
import { NO_LEVERS, type Levers } from "../journey/ports/levers.ts"
import type { AuditEvent } from "../journey/ports/audit.ts"
import type { ReadersCards, SigningService } from "../journey/ports/keys.ts"
import type { Chance, Clock } from "../journey/ports/time.ts"
import { frozenWorld } from "../journey/levers/frozen-world.ts"
import type { Change, Ledger } from "../journey/records/ledger.ts"
import { recode } from "../journey/recode/recode.ts"
import { rollForward } from "../journey/recover/roll-forward.ts"
import { startRunner, type Runner, type Step } from "../journey/run.ts"
import { CONTENTS, EFFECTS } from "../journey/submit/submissions.ts"
import { submit } from "../journey/submit/submit.ts"
import { leftovers } from "../journey/submit/leftovers.ts"
import { linePlaces } from "../journey/submit/line-places.ts"
import { judgeAgain } from "../journey/verify/judge-again.ts"
import { renew } from "../journey/verify/renew.ts"
import { stamp } from "../journey/submit/stamp.ts"
import { verify } from "../journey/verify/verify.ts"
import type { Condition } from "../journey/technician/technician.ts"
import type { TrustStore } from "../journey/trust.ts"
import type { World } from "../journey/world.ts"
import { errorFields, openLog, type Log } from "../log.ts"
import { keyStore, type OpenKeyStore } from "../storage/keys/key-store.ts"
import { LineKeys } from "../storage/keys/line-key.ts"
import type { PeopleStore } from "../storage/people/people.ts"
import type { FileSpool } from "../storage/spool/file-spool.ts"
import type { Trail } from "../storage/trail/trail.ts"
import { CertificateWatch } from "./certificate-watch.ts"
import { keepAccounts } from "./accountability.ts"
import { activity } from "./activity.ts"
import { startCollectors } from "./collectors.ts"
import { keepClock } from "./clock-keeping.ts"
import type { CrlFolder } from "./crl-folder.ts"
import { condition, health, meters, MONITORS_WAITING } from "./health.ts"
import { turnEpochWhenDue } from "./epoch.ts"
import { openLocalDoor } from "./local-door.ts"
import { mailOf } from "./mail.ts"
import { organisationFault } from "./organisation-certificates.ts"
import { cardKeysOf, personKeysOf, signingServiceOf } from "./person-keys.ts"
import { keyPlaces, refusedPinsFolder } from "./own-keys.ts"
import { fetchRevocation } from "./revocation.ts"
import { refusedServers, tellingSource } from "./refused-servers.ts"
import { heldRoads, keepRoads, type NamedRoad } from "./road-home.ts"
import { agreementsOf, credentialsOf, endpointsOf, documentsTo, openRecipient } from "./road.ts"
import { openLevelStores } from "./stores.ts"
import { syntaxesOf } from "./transfer-syntaxes.ts"
import { timeStampAuthorities } from "./time-stamps.ts"
import { openTrust, type EvidenceAtHand } from "./trust-store.ts"

/** What each role does in its own way, or not at all. */
export type OwnSteps = Readonly<Record<"assemble" | "commit" | "deliver", Step>>

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
  readonly listeners: Set<(requestId: string | null) => void>
  readonly record: (event: AuditEvent) => Promise<void>
  /** Starts the runner, with the steps that are the role's own, and opens the machine room. */
  run(
    own: OwnSteps,
    storage: (() => StorageTotals) | null,
    files: (() => readonly FileTotals[]) | null,
  ): Promise<MachineRoom>
  close(): Promise<void>
}

/** Whoever hears of what happens, once the runner is there. */
interface Hearer {
  committed: ((changes: readonly Change[]) => void) | null
  /** New evidence for signatures is at hand. */
  evidence: (() => void) | null
}

const NEVER = new AbortController().signal
const LINE_TIME: PaceTime = {
  now: () => performance.now(),
  wait: (milliseconds) => wait(milliseconds, NEVER),
}

/** @param levers those that hold for as long as this foundation does; `isolated` never is one of them (isolated.ts) */
export async function layFoundation(config: Config, levers: Levers = NO_LEVERS): Promise<Foundation> {
  const log = openLog(config.role)
  const stores = await openLevelStores(config, log)
  const { spool, trail, people } = stores
  const hearer: Hearer = { committed: null, evidence: null }
  const listeners = new Set<(requestId: string | null) => void>()
  const cases = caseBook(stores.ledger)
  const ledger = heard(cases.ledger, (changes) => {
    hearer.committed?.(changes)
    tellSubmissions(changes, log)
    for (const requestId of news(changes)) for (const listener of listeners) listener(requestId)
  })
  if (config.trust.allowTestPolicies) log("warn", "test-certificates-count", {})
  const revocation = fetchRevocation({ config, log, onNews: () => hearer.evidence?.() })
  const { lists } = revocation
  const keys = await keyStore(keyPlaces(config), refusedPinsFolder(config))
  const signingService = await signingServiceOf(config)
  const readersCards = cardKeysOf(config)
  const certificates = new CertificateWatch(config, keys)
  const lineKeys = new LineKeys()
  const evidence = { ...revocation, crls: () => lists.crls() }
  const organisations = await organisationFault({ config, evidence, clock: systemClock })
  const credentials = await credentialsOf(config, { lists, lineKeys }, certificates, organisations)
  const want: TrustStore["want"] = (chains) => {
    certificates.sealedBy(chains)
    revocation.want(chains)
  }
  const trust = await openTrust(config, { ...evidence, want })
  const line = new Map<string, number>()
  const contactListeners = new Set<() => void>()
  const tellContacts = (): void => contactListeners.forEach((listener) => listener())
  const contacts = new Contacts(systemClock, tellContacts)
  const record = (event: AuditEvent): Promise<void> => trail.record([{ key: uuid(systemChance), event }])
  const mail = await mailOf(config, certificates)
  const timeKeeping = await keepClock({ config, log, record, changed: tellContacts })
  const refused = refusedServers((told) => {
    record(told).catch((error: unknown) => log("error", "audit-failed", errorFields(error)))
  })
  const followed = { config, trail: trail.reader, lists, lineKeys, log, changed: tellContacts, refused }
  const collectors = await startCollectors(followed)
  const endpointOf = endpointsOf(config, credentials)
  const held = heldRoads(config, log)
  const wayTo = (id: string): Endpoint | HeldEndpoint => held.endpointOf(id) ?? endpointOf(id)
  const ways = documentsTo(config, { submit: documentSource(wayTo), store: storeSource(endpointOf) })
  const documents = tellingSource(ways, (id) => wayTo(id).url, refused)
  const mbitPerSecondOf = (id: string): number | null =>
    config.agreements.find((each) => each.id === id)?.line.maxMbitPerSecond ?? null
  const draughtsman = openDraughtsman({ style: { timeZone: config.site.timeZone } })
  const open: World = {
    clock: systemClock,
    chance: systemChance,
    spool,
    ledger,
    cases,
    keys: datedKeys(keys, timeKeeping.watch),
    personKeys: boundPersonKeys(
      datedPersonKeys(personKeysOf(config, signingService, readersCards), timeKeeping.watch),
      people,
      systemClock,
    ),
    timeStamps: timeStampAuthorities(config, trust, contacts),
    source: watchedSource(pacedSource(documents, mbitPerSecondOf, LINE_TIME), contacts),
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
  const { frozen } = levers
  const world = frozen === null ? open : frozenWorld(open, frozen)
  if (frozen === null) log("info", "rolled-forward", { ...(await rollForward(world, spool)) })
  else log("warn", "frozen", { since: frozen.since })
  // One for the line and for media: what comes by both at once is told apart.
  const handler = submissionHandler(world)
  const recipient = await openRecipient(config, world, credentials, { log, record }, { handler, held })
  if (frozen === null) held.serve(world)
  const told = { refused, log, changed: tellContacts }
  const kept = keepRoads({ config, world, recipient, endpointOf, contacts, ...told })
  const roads = (): readonly NamedRoad[] => [...held.states(), ...kept.states()]
  const localDoor = await openLocalDoor(config, world, handler, { log, record })
  await ledger.commit([activity("application-start")])
  let runner: Runner | null = null
  // A turn destroys a key, and writes every slot anew.
  const stopTurning = frozen === null ? await keepTurning(config, spool, log) : () => undefined
  const stopRenewing = keepRenewing({ own: keys, lines: lineKeys }, log)
  const stopAccounts = await keepAccounts({ config, trail, spool, people, log })
  const clock = timeKeeping.watch
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
  return {
    config,
    levers,
    log,
    world,
    lists,
    evidence,
    lineKeys,
    people,
    signingService,
    readersCards,
    clock: systemClock,
    chance: systemChance,
    recipient,
    contacts,
    contactListeners,
    condition: () => condition(watched),
    endpointOf,
    roads,
    line,
    listeners,
    record,
    run: async (own, storage, files) => {
      if (frozen === null) await takeUp(world, mail, log)
      const isFrozen = frozen !== null
      const started = runSteps(world, { trail, mail, log, oneConnection: held.agreements, isFrozen }, own)
      runner = started
      const meter = meters(watched, storage, files)
      hearer.committed = (changes) => {
        meter.committed(changes)
        if (changes.some((change) => "put" in change && (change.put === "job" || change.put === "audit")))
          started.wake()
      }
      hearer.evidence = () => {
        if (isFrozen) return
        judgeAgain(world).catch((error: unknown) => log("error", "not-judged-again", errorFields(error)))
      }
      const { host, port } = config.health
      const onFault = (error: unknown): void => log("error", "machine-room-fault", errorFields(error))
      return listenMachineRoom({
        host,
        port,
        health: () => health(watched),
        register: meter.register,
        guard: httpGuard(MONITORS_WAITING),
        onFault,
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
      keys.close()
      await stores.close()
    },
  }
}

/** What waited for this start. */
async function takeUp(world: World, mail: MailParts | null, log: Log): Promise<void> {
  const waiting = await lookAgain(world)
  if (waiting > 0) log("info", "looked-at-again", { jobs: waiting })
  if (mail !== null) await world.ledger.commit(notifyAll(mail, systemClock.now()))
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

const RENEW_LOOK_MS = 60_000

/** New keys and certificates are taken up where they lie, as soon as they fit each other. */
function keepRenewing(held: Readonly<Record<string, Pick<OpenKeyStore, "renew">>>, log: Log): () => void {
  const look = async (which: string, keys: Pick<OpenKeyStore, "renew">): Promise<void> => {
    try {
      if (await keys.renew()) log("info", "keys-renewed", { which })
    } catch (error) {
      log("error", "keys-not-renewed", { which, ...errorFields(error) })
    }
  }
  const lookAtAll = (): void => {
    for (const [which, keys] of Object.entries(held)) void look(which, keys)
  }
  const timer = setInterval(lookAtAll, RENEW_LOOK_MS)
  return () => clearInterval(timer)
}

const TURN_LOOK_MS = 60 * 60 * 1000

/** Looks at once and every hour whether the epoch must turn; a failure is told and tried again. */
async function keepTurning(config: Config, spool: FileSpool, log: Log): Promise<() => void> {
  const look = async (): Promise<void> => {
    try {
      const epoch = await turnEpochWhenDue(config, spool)
      if (epoch !== null) log("info", "epoch-turned", { epoch })
    } catch (error) {
      log("error", "epoch-not-turned", errorFields(error))
    }
  }
  await look()
  const timer = setInterval(() => void look(), TURN_LOOK_MS)
  return () => clearInterval(timer)
}

/** The ledger, with somebody who hears of every commit once it is durable. */
function heard(ledger: Ledger, committed: (changes: readonly Change[]) => void): Ledger {
  return {
    ...ledger,
    commit: async (changes) => {
      await ledger.commit(changes)
      committed(changes)
    },
  }
}

interface RunnerNeeds {
  readonly trail: Trail
  readonly mail: MailParts | null
  readonly log: Log
  readonly oneConnection: ReadonlySet<string>
  readonly isFrozen: boolean
}

function runSteps(
  world: World,
  { trail, mail, log, oneConnection, isFrozen }: RunnerNeeds,
  own: OwnSteps,
): Runner {
  return startRunner({
    ledger: world.ledger,
    trail,
    clock: world.clock,
    chance: world.chance,
    locks: world.locks,
    wait,
    oneConnection,
    isFrozen,
    steps: {
      ...own,
      recode: (job) => recode(world, job),
      package: (job) => packageSubmission(world, CONTENTS, job),
      submit: (job) => submit(world, job),
      verify: (job) => verify(world, EFFECTS, job),
      expire: (job) => expire(world, job),
      renew: (job) => renew(world, job),
      stamp: (job) => stamp(world, job),
      sign: (job) => signLater(world, job),
      notify: (job) => (mail === null ? Promise.resolve({ changes: [] }) : notify(world, mail, job)),
    },
    onFailure: (job, error) =>
      log("warn", "step-failed", {
        verb: job?.verb ?? "audit",
        subject: job?.subject ?? "",
        ...errorFields(error),
      }),
  })
}
