/** Lights: what of all that is known somebody must do something about. Pure: facts in, lights out. */
import {
  ADVICE,
  CERTIFICATE_NAMES,
  partnerCertificate,
  adviceFor,
  type LightCode,
  type Name,
} from "./advice.ts"
import { whileTurningAway } from "./advice/said.ts"
import { termOf } from "../../standards/hpki/term.ts"
import type { ContactView, Light, PartnerView, TechnicianView } from "../views/technician.ts"

export type Page = Omit<TechnicianView, "lights" | "serverTime">

/** What is looked at: the page without its lights, and what only lights tell. */
export interface Facts {
  readonly page: Page
  readonly now: Date
  /** A person has frozen the gateway; null = nobody has. */
  readonly frozenSince: string | null
  /** Places in the spool that do not check. */
  readonly rot: number
  readonly unreadableLists: readonly string[]
  /** Steps that go on failing, other than sending. */
  readonly failingSteps: { readonly count: number; readonly codes: readonly string[] }
  /** When each of those was signed whose time stamp is late, the oldest first. */
  readonly lateSignatures: readonly string[]
  /** Reports whose signature was valid and can no longer be confirmed. */
  readonly doubtedSignatures: number
  /** Since when the oldest commitment waits. */
  readonly commitmentsSince: string | null
  /** By agreement. */
  readonly firstResponders: ReadonlyMap<string, string>
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** A line that is away for a moment is amber. */
export const RED_AFTER_MS = 2 * MINUTE_MS
/** Who was turned away longer ago than this has given up, or was put right. */
const TURNED_AWAY_MS = 24 * HOUR_MS
/** An image that was not taken is told so long, or until the next one was. */
const REFUSAL_MS = HOUR_MS
/** Two gateways that drive each other out do so again and again: after the last time it is told so long. */
const REPLACED_MS = HOUR_MS
/** The archive may take its time to check what it has promised to keep. */
const COMMITMENT_MS = HOUR_MS
const TAKES_NOT_ALL: readonly Page["disk"]["state"][] = ["refusing", "full"]
const AUDIT_WARN_ROWS = 1_000
/** A collector that is restarted or patched is back by then; the trail itself is kept here. */
const UNSENT_MS = HOUR_MS

/** The worst first, and among equals what holds up most. */
export function lightsOf(facts: Facts): readonly Light[] {
  const all = [
    ...(facts.frozenSince === null ? [] : [light("frozen", "red", { since: facts.frozenSince })]),
    ...diskLights(facts),
    ...refusalLights(facts),
    ...partnerLights(facts),
    ...contactLight(facts.page.timeStamp, facts.now, "", null),
    ...authorityLights(facts.page),
    ...lateLight(facts),
    ...doubtedLight(facts),
    ...contactLight(facts.page.clock, facts.now, "", null),
    ...archiveLights(facts),
    ...directoryLights(facts),
    ...turnedAwayLights(facts),
    ...ownLights(facts),
  ]
  const isTaking = facts.frozenSince === null && !TAKES_NOT_ALL.includes(facts.page.disk.state)
  return worstFirst(isTaking ? all : all.map((each) => ({ ...each, ...whileTurningAway(each) })))
}

export const worstFirst = (lights: readonly Light[]): readonly Light[] => [
  ...lights.filter(({ tone }) => tone === "red"),
  ...lights.filter(({ tone }) => tone === "amber"),
]

interface Shown {
  readonly about?: Name
  readonly n?: number
  readonly since?: string | null
  readonly offer?: Light["offer"]
  readonly call?: string | null
}

export function light(code: LightCode, tone: Light["tone"], shown: Shown = {}): Light {
  const { about = "", n = 0, since = null, offer = null, call = null } = shown
  return { code, tone, since, ...adviceFor(code, { about, n }), offer, call }
}

function diskLights({ page: { disk }, rot }: Facts): Light[] {
  const lights: Readonly<Record<typeof disk.state, Light[]>> = {
    ok: [],
    low: [light("disk-low", "amber")],
    refusing: [light("disk-refusing", "red")],
    full: [light("disk-full", "red")],
  }
  return [...lights[disk.state], ...(rot === 0 ? [] : [light("spool-rot", "red", { n: rot })])]
}

function refusalLights({ page: { devices }, now }: Facts): Light[] {
  return devices.flatMap(({ aeTitle, lastRefusal, lastImageAt }): Light[] => {
    const isOver = lastRefusal !== null && lastImageAt !== null && lastImageAt > lastRefusal.at
    if (lastRefusal === null || isOver || ageMs(lastRefusal.at, now) > REFUSAL_MS) return []
    return [light("images-refused", "red", { about: aeTitle, since: lastRefusal.at })]
  })
}

function turnedAwayLights({ page: { turnedAway }, now }: Facts): Light[] {
  return turnedAway
    .filter(({ lastAt }) => ageMs(lastAt, now) <= TURNED_AWAY_MS)
    .map(({ why, callingAE, remoteAddress, firstAt }) => {
      const about = callingAE === "" ? remoteAddress : `${callingAE} (${remoteAddress})`
      return light(isLight(why) ? why : "not-dicom", "amber", { about, since: firstAt })
    })
}

function partnerLights({ page: { partners }, firstResponders, now }: Facts): Light[] {
  return partners.flatMap((partner) => {
    const { agreement, name, failed } = partner
    const call = firstResponders.get(agreement) ?? null
    const given = failed === 0 ? [] : [notSent(name, failed, call)]
    const away = contactLight(partner, now, name, { what: "line", agreement }, call)
    // A line that is down is one thing to do, whatever does not come over it.
    const road = away.length > 0 ? [] : roadHomeLights(partner, now, call)
    return [...away, ...road, ...given]
  })
}

/** The centre answers, and yet nothing can come home. */
function roadHomeLights({ name: about, roadHome }: PartnerView, now: Date, call: string | null): Light[] {
  if (roadHome === null) return []
  const { downSince: since, replacedAt, failureCode } = roadHome
  if (replacedAt !== null && ageMs(replacedAt, now) <= REPLACED_MS)
    return [light("road-home-replaced", "red", { about, since: replacedAt, call })]
  if (since === null) return []
  const tone = ageMs(since, now) >= RED_AFTER_MS ? "red" : "amber"
  const isRefused = failureCode === "ERR_SUBMISSION_REFUSED"
  return [light(isRefused ? "road-home-refused" : "road-home-down", tone, { about, since, call })]
}

const notSent = (about: string, n: number, call: string | null): Light =>
  light("not-sent", "red", { about, n, offer: { what: "requests" }, call })

/** Another one answers in its place; when none does, that is one light by itself. */
const authorityLights = ({ timeStamp, timeStampAuthorities = [] }: Page): Light[] =>
  timeStamp.failingSince !== null
    ? []
    : timeStampAuthorities.flatMap(({ name: about, failingSince: since }) =>
        since === null ? [] : [light("time-stamp-other", "amber", { about, since })],
      )

/** Nothing is held up by it: the report is there, and its signature holds. */
function lateLight({ lateSignatures }: Facts): Light[] {
  const [since] = lateSignatures
  if (since === undefined) return []
  return [light("signature-late", "amber", { n: lateSignatures.length, since, offer: { what: "requests" } })]
}

function doubtedLight({ doubtedSignatures: n }: Facts): Light[] {
  return n === 0 ? [] : [light("signature-doubted", "red", { n, offer: { what: "requests" } })]
}

function archiveLights({ page: { archive }, commitmentsSince, now }: Facts): Light[] {
  if (archive === null) return []
  const { aeTitle, callable, commitmentsWaiting: n, reportsFailed } = archive
  const isLate = commitmentsSince !== null && ageMs(commitmentsSince, now) > COMMITMENT_MS
  return [
    ...contactLight(archive, now, aeTitle, callable ? { what: "echo", aeTitle } : null),
    ...(reportsFailed === 0 ? [] : [light("not-delivered", "red", { n: reportsFailed })]),
    ...(isLate ? [light("commitments-waiting", "amber", { n, since: commitmentsSince })] : []),
  ]
}

/** Never red: people are found as they were read last, or written, and nothing waits for it. */
function directoryLights({ page: { directory } }: Facts): Light[] {
  if (directory === null) return []
  const { name: about, failureCode, failingSince, readAt } = directory
  if (failureCode === null || !isLight(failureCode)) return []
  return [light(failureCode, "amber", { about, since: readAt ?? failingSince })]
}

/** Somebody we call does not answer, or the clock is off. */
function contactLight(
  { failingSince, failureCode }: Pick<ContactView, "failingSince" | "failureCode">,
  now: Date,
  about: string,
  offer: Light["offer"],
  call: string | null = null,
): Light[] {
  if (failingSince === null || failureCode === null || !isLight(failureCode)) return []
  const tone = ageMs(failingSince, now) >= RED_AFTER_MS ? "red" : "amber"
  return [light(failureCode, tone, { about, since: failingSince, offer, call })]
}

function collectorLights({ collectors }: Page, now: Date): Light[] {
  return collectors.flatMap(({ name: about, waiting: n, waitingSince: since }) =>
    since !== null && ageMs(since, now) > UNSENT_MS
      ? [light("collector-behind", "amber", { about, n, since })]
      : [],
  )
}

function ownLights({ page, unreadableLists, failingSteps, now }: Facts): Light[] {
  const { certificates, lists, auditRows } = page
  const ending = certificates.flatMap(certificateLight)
  const { count: n, codes } = failingSteps
  return [
    ...ending,
    ...lists
      .filter(({ stale }) => stale)
      .map(({ issuer, nextUpdate }) => light("list-stale", "amber", { about: issuer, since: nextUpdate })),
    ...lists
      .filter(({ ending }) => ending)
      .map(({ issuer }) => light("list-ending", "amber", { about: issuer })),
    ...unreadableLists.map((about) => light("list-unreadable", "amber", { about })),
    ...collectorLights(page, now),
    ...(auditRows < AUDIT_WARN_ROWS ? [] : [light("audit-waiting", "amber", { n: auditRows })]),
    ...(n === 0 ? [] : [light("step-failing", "amber", { n, about: codes.join(" ") })]),
  ]
}

/** A partner's is the partner's to renew: it is told, and what does not go any more has a light of its own. */
function certificateLight({ use, partner = null, daysLeft }: Page["certificates"][number]): Light[] {
  const about = partner === null ? (CERTIFICATE_NAMES[use] ?? use) : partnerCertificate(use, partner)
  const n = Math.floor(daysLeft)
  const term = termOf(daysLeft)
  if (term === "far") return []
  if (term === "over") return [light("certificate-expired", partner === null ? "red" : "amber", { about })]
  const tone = term === "urgent" && partner === null ? "red" : "amber"
  return [light(term === "ask" ? "certificate-ask" : "certificate-soon", tone, { about, n })]
}

const isLight = (code: string): code is LightCode => Object.hasOwn(ADVICE, code)
export const ageMs = (at: string, now: Date): number => now.getTime() - Date.parse(at)
