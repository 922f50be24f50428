/**
 * What the audit trail is told beside the steps and the desks: that somebody read it, that the configuration is not
 * the one of the last start, that the spool rots.
 */
import { existsSync } from "node:fs"
import { readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { event } from "../journey/audit.ts"
import type { AuditEvent, AuditTrail } from "../journey/ports/audit.ts"
import type { AccountNews } from "../journey/ports/bindings.ts"
import type { People } from "../journey/ports/person.ts"
import { errorFields, type Log } from "../log.ts"
import type { Rot } from "../storage/spool/findings.ts"
import { deedOf, readJoining } from "../storage/trail/joining-log.ts"
import { takeNotes, type Note } from "../storage/trail/used-notes.ts"
import { VERSION } from "../version.ts"
import { sha256Hex } from "../standards/sha256.ts"

const LOOK_MS = 60_000
/** Beside the sections: what the record of the joining says. */
const JOINING = "joining"
const KEPT = "configuration.json"

export interface Accounts {
  readonly config: Config
  readonly trail: AuditTrail
  readonly spool: { readonly rot: readonly Rot[] }
  readonly people: Pick<People, "endedSessions" | "forgetSession"> & AccountNews
  readonly log: Log
}

/** Tells of the configuration now, of the rest now and every minute; returns how to stop. Throws AuditError. */
export async function keepAccounts({ config, trail, spool, people, log }: Accounts): Promise<() => void> {
  await tellConfiguration(config, trail)
  let told = 0
  const look = async (): Promise<void> => {
    try {
      const strange = await takeNotes(config.dataDir, (key, note) => trail.record(rowsOfNote(key, note)))
      for (const name of strange) log("warn", "audit-note-unreadable", { name })
      const found = spool.rot.slice(told)
      await trail.record(found.flatMap((rot, index) => rowOfRot(rot, told + index)))
      told += found.length
      await tellEnded(people, trail)
      await tellAccounts(people, trail)
    } catch (error) {
      log("error", "audit-failed", errorFields(error))
    }
  }
  await look()
  const timer = setInterval(() => void look(), LOOK_MS)
  return () => clearInterval(timer)
}

/** A session that ended by itself is forgotten once that is recorded. */
async function tellEnded(people: Accounts["people"], trail: AuditTrail): Promise<void> {
  const now = systemClock.now()
  for (const { key, person } of await people.endedSessions(now)) {
    const ended = event({
      event: "session-ended",
      outcome: "success",
      at: now.toISOString(),
      user: person.login,
      userName: person.name,
      description: "no activity, or the session's limit",
    })
    await trail.record([{ key: `session/${key}`, event: ended }])
    await people.forgetSession(key)
  }
}

/** What was changed by a page or a command, in the order it was done. */
async function tellAccounts(people: AccountNews, trail: AuditTrail): Promise<void> {
  for (const { key, event: changed } of await people.untold()) {
    await trail.record([{ key, event: changed }])
    await people.told(key)
  }
}

type Row = Parameters<AuditTrail["record"]>[0][number]

/** The deed; or the reading, and an alert when what was read does not hold. */
function rowsOfNote(key: string, note: Note): readonly Row[] {
  const { at, user } = note
  if ("deed" in note) {
    const told = event({ event: "security-alert", outcome: "success", at, user, description: note.deed })
    return [{ key, event: told }]
  }
  const { records, fault } = note
  const read = event({
    event: "audit-used",
    outcome: "success",
    at,
    user,
    objectId: "audit.jsonl",
    description: `${records} records verified`,
  })
  if (fault === null) return [{ key, event: read }]
  const broken = event({
    event: "security-alert",
    outcome: "major",
    at,
    objectId: "audit.jsonl",
    description: `the audit trail does not hold: ${fault}`,
  })
  return [
    { key, event: read },
    { key: `${key}/fault`, event: broken },
  ]
}

/** What was mended by itself, or is the end of a destruction, is no alert. */
function rowOfRot(rot: Rot, place: number): readonly Row[] {
  const where = whereOf(rot)
  if (where === null) return []
  const at = systemClock.now().toISOString()
  const told: AuditEvent = event({
    event: "security-alert",
    outcome: "serious",
    at,
    objectId: "spool",
    description: `what was stored does not check any more: ${where}`,
  })
  return [{ key: `rot/${at}/${place}`, event: told }]
}

function whereOf(rot: Rot): string | null {
  switch (rot.what) {
    case "frame":
      return `segment ${rot.segmentId} from ${rot.offsetBytes}`
    case "segment":
      return `segment ${rot.segmentId} is not there`
    case "slot":
      return `slot ${rot.index}`
    case "slot-mended":
    case "keyless":
    case "mark":
      return null
  }
}

/** Of every section its digest: enough to say what changed, and nothing of what it was. */
type Digests = Readonly<Record<string, string>>

async function tellConfiguration(config: Config, trail: AuditTrail): Promise<void> {
  const path = join(config.dataDir, KEPT)
  const before = existsSync(path) ? digestsIn(await readFile(path, "utf8")) : null
  const now = await digestsOf(config)
  const names = new Set([...Object.keys(now), ...Object.keys(before ?? {})])
  const changed = [...names].filter((name) => before?.[name] !== now[name])
  if (changed.length === 0) return
  const at = systemClock.now().toISOString()
  const told = event({
    event: "configuration",
    outcome: "success",
    at,
    objectId: "configuration",
    description: before === null ? "first start" : `changed since the last start: ${changed.join(", ")}`,
  })
  const joined = changed.includes(JOINING) ? await joiningRows(config) : []
  await trail.record([...joined, { key: `configuration/${at}`, event: told }])
  // Told first: a crash in between tells it twice, never not at all.
  await writeFile(`${path}.part`, JSON.stringify(now), { mode: 0o600 })
  await rename(`${path}.part`, path)
}

/** What happened before there was a gateway to tell of it, at the times when it did. */
async function joiningRows({ audit: { joining } }: Config): Promise<readonly Row[]> {
  const lines = joining === undefined ? [] : await readJoining(joining)
  return lines.map((line) => ({
    key: line.key,
    event: event({
      event: "security-alert",
      outcome: "success",
      at: line.at,
      user: line.user,
      description: deedOf(line),
    }),
  }))
}

/** A file somebody spoilt is as good as none: then it is told as a first start. */
function digestsIn(text: string): Digests | null {
  try {
    return JSON.parse(text) as Digests
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Sections of the file, the certificates it names, and the program itself; never a key, a token or a passphrase. */
async function digestsOf(config: Config): Promise<Digests> {
  const { keys, trust, agreements } = config
  const own = [keys.seal.chain, keys.object.chain, keys.tls.chain]
  const collectors = config.audit.collectors.map((each) => each.ca)
  const others = trust.qualified === undefined ? [] : [trust.qualified.roots]
  const trusted = [trust.tlsCa, trust.sealCa, trust.hpkiRoots, trust.tsaRoots, ...others, ...collectors]
  const partners = agreements.flatMap((each) => each.objectCertificate ?? [])
  const files = await Promise.all([...own, ...trusted, ...partners].map((path) => readFile(path)))
  const { joining } = config.audit
  const joined: [string, string][] =
    joining === undefined ? [] : [[JOINING, sha256Hex(await readFile(joining))]]
  const sections = Object.entries(config).map(([name, value]): [string, string] => [
    name,
    sha256Hex(JSON.stringify(value)),
  ])
  return Object.fromEntries([
    ...sections,
    ...joined,
    ["certificates", sha256Hex(Buffer.concat(files))],
    ["program", sha256Hex(VERSION)],
  ])
}
