/** What the machine room is told of one role. */
import {
  certificateCheck,
  clockCheck,
  collectorCheck,
  leversCheck,
  outboxCheck,
  roadHomeCheck,
  spaceCheck,
  signaturesCheck,
  stampsCheck,
  stepsCheck,
  type Check,
  type Health,
  type Pending,
  type PulledLevers,
  type RoadHomeState,
} from "../actors/machine-room/health.ts"
import { metrics, type FileTotals, type Metrics, type StorageTotals } from "../actors/machine-room/metrics.ts"
import { systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { daysLeft, termOf } from "../standards/hpki/term.ts"
import type { Crl } from "../standards/hpki/crl.ts"
import { currentLists, isEnding } from "../standards/hpki/list-currency.ts"
import type { ClockWatch } from "../journey/clock/clock-watch.ts"
import type { CaseFile, Cases } from "../journey/cases/cases.ts"
import type { OrphanRecord } from "../journey/records/orphan.ts"
import type { Levers } from "../journey/ports/levers.ts"
import type { Verb } from "../journey/records/job.ts"
import type { Ledger } from "../journey/records/ledger.ts"
import { awaitedSignatures } from "../journey/cases/awaited-signatures.ts"
import { isLate, pendingSince } from "../journey/submit/pending-stamps.ts"
import type { Condition } from "../journey/technician/technician.ts"
import type { FileSpool } from "../storage/spool/file-spool.ts"
import { isRotten } from "../storage/spool/findings.ts"
import { VERSION } from "../version.ts"
import type { CertificateWatch, DatedCertificate } from "./certificate-watch.ts"
import type { Collectors } from "./collectors.ts"
import type { CrlFolder } from "./crl-folder.ts"
import type { DiskWatch } from "./disk-watch.ts"
import { certificatesPassFrom } from "./epoch.ts"
import type { FetchState } from "./revocation-keeping.ts"
import type { Revocation } from "./revocation.ts"
import type { NamedRoad } from "./road-home.ts"

/** One more than is worth a warning. */
export const OUTBOX_LOOK = 1_001
/** A line that is away for a moment is no news. */
const FAILING_ATTEMPTS = 3
const FAILING_LOOK = 1_000
const ENDED_LOOK = 1_000

/** Of the machine room, beside those who are served. */
export const MONITORS_WAITING = 32

interface Watched {
  readonly config: Config
  readonly spool: FileSpool
  readonly lists: CrlFolder
  readonly ledger: Ledger
  readonly cases: Cases
  readonly certificates: Pick<CertificateWatch, "all">
  readonly disk: DiskWatch
  readonly collectors: Pick<Collectors, "states">
  readonly clock: Pick<ClockWatch, "view">
  readonly roads: () => readonly NamedRoad[]
  readonly revocation: Pick<Revocation, "states" | "uncalled">
  readonly levers: Levers
}

/** As health and metrics tell it: since when, and never who or why. */
export const pulled = ({ isolated, frozen }: Levers): PulledLevers => ({
  isolatedSince: isolated?.since ?? null,
  frozenSince: frozen?.since ?? null,
})

/** As health and metrics name it. */
const nameOf = ({ use, partner }: DatedCertificate): string =>
  partner === null ? use : `${partner.id}/${use}`

/** A partner's is none of our people's business while its end is far. */
const concernsUs =
  (now: Date) =>
  ({ partner, notAfter }: DatedCertificate): boolean =>
    partner === null || termOf(daysLeft(notAfter, now)) !== "far"

const outboxRows = async (ledger: Ledger): Promise<number> => (await ledger.auditOutbox(OUTBOX_LOOK)).length

export async function health(watched: Watched): Promise<Health> {
  const { config, spool, ledger, certificates, lists, disk, collectors, revocation } = watched
  const now = systemClock.now()
  return {
    role: config.role,
    version: VERSION,
    checks: [
      await leversOf(watched, now),
      spaceCheck((await spool.usage()).freeBytes, config.disk),
      disk.check(),
      clockCheck(watched.clock.view()),
      outboxCheck(await outboxRows(ledger)),
      ...collectors.states().map((state) => collectorCheck(state, now)),
      ...(await roadsOf(watched)).map((road) => roadHomeCheck(road, now)),
      rotCheck(rotten(spool)),
      orphansCheck(await ledger.orphans()),
      await failingSteps(ledger),
      stampsCheck(await pendingStamps(watched.cases, now)),
      signaturesCheck(await pendingSignatures(watched.cases, now)),
      ...lists.unreadable().map(unreadableList),
      ...listChecks(lists, now),
      ...revocation.states().flatMap(fetchCheck),
      ...revocation.uncalled().map(uncalledCheck),
      ...certificates
        .all()
        .map((each) => certificateCheck(nameOf(each), each.notAfter, now, each.partner === null)),
    ],
  }
}

async function leversOf(watched: Watched, now: Date): Promise<Check> {
  const { config, spool, levers } = watched
  // Where nothing is pulled the epoch turns by itself.
  if (levers.frozen === null) return leversCheck(pulled(levers), 0)
  const passFrom = await certificatesPassFrom(config, spool, now)
  return leversCheck(pulled(levers), await endedTerms(watched, now), passFrom)
}

/** While nothing is frozen each is dealt with as it ends, and nobody is told. */
async function endedTerms({ ledger }: Pick<Watched, "ledger">, now: Date): Promise<number> {
  const queues = await ledger.jobQueues()
  const due = await Promise.all(
    queues.map((queue) => ledger.dueJobs(now.toISOString(), ENDED_LOOK, { ...queue, without: [] })),
  )
  return due.flat().filter(({ verb }) => verb === "expire").length
}

const pendingStamps = (cases: Cases, now: Date): Promise<Pending> =>
  pending(cases, now, ({ reports }) => pendingSince(reports))

const pendingSignatures = (cases: Cases, now: Date): Promise<Pending> =>
  pending(cases, now, (file) => awaitedSignatures(file).map(({ at }) => at))

async function pending(
  cases: Cases,
  now: Date,
  sinceOf: (file: CaseFile) => readonly string[],
): Promise<Pending> {
  const since = (await cases.listed()).flatMap(sinceOf).sort()
  const late = since.filter((each) => isLate(each, now)).length
  return { waiting: since.length, late, since: since[0] ?? null }
}

/** Held connections, and what waits for the partner of each. */
async function roadsOf({ roads, ledger }: Pick<Watched, "roads" | "ledger">): Promise<RoadHomeState[]> {
  const states = roads()
  if (states.length === 0) return []
  const { outgoing } = await ledger.standing(states.map(({ agreement }) => agreement))
  return states.map((road) => {
    const own = outgoing.filter(({ agreement, state }) => agreement === road.agreement && state !== "failed")
    return { ...road, waiting: own.reduce((sum, { count }) => sum + count, 0) }
  })
}

/** The same, as the technician's page asks for it. */
export async function condition(watched: Watched): Promise<Condition> {
  const { spool, ledger, certificates, lists, collectors } = watched
  const now = systemClock.now()
  const failing = (await ledger.failingJobs(FAILING_ATTEMPTS, FAILING_LOOK)).filter(
    ({ verb, failureCode }) => !TOLD_OTHERWISE.has(verb) && !LIT_CODES.has(failureCode ?? ""),
  )
  return {
    shown: {
      certificates: certificates
        .all()
        .filter(concernsUs(now))
        .map(({ use, partner, notAfter }) => ({
          use,
          partner: partner?.name ?? null,
          notAfter: notAfter.toISOString(),
          daysLeft: daysLeft(notAfter, now),
        })),
      lists: currentLists(lists.crls()).map((crl) => ({
        issuer: crl.issuer.text,
        nextUpdate: crl.nextUpdate.toISOString(),
        stale: crl.nextUpdate < now,
        ending: isEnding(crl, now),
      })),
      auditRows: await outboxRows(ledger),
      clock: watched.clock.view(),
      collectors: collectors.states(),
    },
    behind: {
      unreadableLists: lists.unreadable(),
      frozenSince: watched.levers.frozen?.since ?? null,
      rot: rotten(spool),
      doubtedSignatures: await doubtedSignatures(ledger),
      failingSteps: {
        count: failing.length,
        codes: [...new Set(failing.map(({ failureCode }) => failureCode ?? ""))],
      },
    },
  }
}

/** Verbs whose failures are told of the system that does not answer. */
const TOLD_OTHERWISE: ReadonlySet<Verb> = new Set(["submit", "deliver", "commit", "stamp", "sign"])
/** Each has a light of its own. */
const LIT_CODES: ReadonlySet<string> = new Set(["ERR_CLOCK_OFF", "ERR_CLOCK_UNKNOWN", "ERR_REPORT_DOUBTED"])

/** From the first look on: the next is a month later. */
const doubtedSignatures = async (ledger: Ledger): Promise<number> =>
  (await ledger.failingJobs(1, FAILING_LOOK)).filter(
    ({ failureCode }) => failureCode === "ERR_REPORT_DOUBTED",
  ).length

const rotten = (spool: FileSpool): number => spool.rot.filter(isRotten).length

async function failingSteps(ledger: Ledger): Promise<Check> {
  const jobs = await ledger.failingJobs(FAILING_ATTEMPTS, FAILING_LOOK)
  return stepsCheck(jobs.length, [...new Set(jobs.map(({ failureCode }) => failureCode ?? ""))])
}

/** Rot is found by reading: whatever it was, a person restores it from the sender. */
function rotCheck(found: number): Check {
  const name = "spool-rot"
  return found === 0
    ? { name, state: "ok", sentence: "nothing rotten was read" }
    : {
        name,
        state: "warn",
        sentence: `${found} place(s) in the spool do not check: see the log, restore from the sender`,
      }
}

/** What a recovery could not place was acknowledged to somebody: it waits for a person, and is never cleared away. */
function orphansCheck(kept: readonly OrphanRecord[]): Check {
  const name = "orphans"
  if (kept.length === 0)
    return { name, state: "ok", sentence: "nothing is kept that the ledger cannot place" }
  const objects = kept.reduce((sum, each) => sum + each.objects, 0)
  const partners = [...new Set(kept.flatMap(({ agreement }) => agreement ?? []))].join(" ")
  return {
    name,
    state: "warn",
    sentence: `${kept.length} slot(s) with ${objects} objects (${partners || "made here"}): see dokuei recover`,
  }
}

/** Each list is a check of its own, by its file. */
const listName = (file: string): string => `revocation-list-${file.replace(/\.crl$/, "")}`

const unreadableList = (name: string): Check => ({
  name: listName(name),
  state: "warn",
  sentence: `${name} is no revocation list: signatures and TLS peers are judged without it`,
})

function listChecks(lists: CrlFolder, now: Date): Check[] {
  const named = lists.named()
  const current = currentLists(named.map(([, crl]) => crl))
  return named.flatMap(([name, crl]) => (current.includes(crl) ? [listCheck(name, crl, now)] : []))
}

/**
 * A list past its nextUpdate makes new signatures indeterminate; TLS peers it does not name are let in (ADR 0006). Told while
 * there is time to do something about it.
 */
function listCheck(name: string, crl: Crl, now: Date): Check {
  const { issuer, nextUpdate } = crl
  const stale = nextUpdate < now
  const advice = stale ? ", fetch a newer one" : isEnding(crl, now) ? ", no newer one came yet" : ""
  const sentence = `${issuer.text}: until ${nextUpdate.toISOString()}${advice}`
  return { name: listName(name), state: advice === "" ? "ok" : "warn", sentence }
}

/** Only what does not come: what came is a list like any other. */
const fetchCheck = ({ url, issuer, fault }: FetchState): Check[] =>
  fault === null ? [] : [{ name: `revocation-fetch-${url}`, state: "warn", sentence: `${issuer}: ${fault}` }]

const uncalledCheck = (origin: string): Check => ({
  name: `revocation-uncalled-${origin}`,
  state: "warn",
  sentence: `a certificate names ${origin}, which is none of trust.revocation.fetchFrom: nothing is fetched there`,
})

export function meters(
  { spool, ledger, cases, certificates, collectors, clock, roads, levers }: Watched,
  storage: (() => StorageTotals) | null,
  files: (() => readonly FileTotals[]) | null,
): Metrics {
  return metrics({
    now: () => systemClock.now(),
    space: () => spool.usage(),
    auditOutboxRows: () => outboxRows(ledger),
    pendingStamps: () => pendingStamps(cases, systemClock.now()),
    pendingSignatures: () => pendingSignatures(cases, systemClock.now()),
    certificates: () => certificates.all().map((each) => ({ use: nameOf(each), notAfter: each.notAfter })),
    collectors: () => collectors.states(),
    clock: () => clock.view(),
    roads: () => roadsOf({ roads, ledger }),
    levers: pulled(levers),
    storage,
    files,
  })
}
