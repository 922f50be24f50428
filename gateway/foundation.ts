/**
 * What both roles stand on: storage under our own roof, keys, trust, the runner, and the road between gateways.
 * edge.ts and center.ts add their stations and nothing else.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  X509Certificate,
} from "node:crypto"
import { mkdir, readFile } from "node:fs/promises"
import { hostname } from "node:os"
import { join } from "node:path"
import { listen as listenRecipient, type Recipient } from "./actors/document-recipient/listen.ts"
import { documentSource } from "./actors/document-source/document-source.ts"
import { openDraughtsman, type OpenDraughtsman } from "./actors/draughtsman/draughtsman.ts"
import { identifyBy } from "./actors/secure-node/pins.ts"
import { clientTls, serverTls, type NodeCredentials } from "./actors/secure-node/tls.ts"
import { timeStampClient } from "./actors/timestamp-client/timestamp-client.ts"
import { systemChance, systemClock, wait } from "./clock.ts"
import type { Config } from "./config.ts"
import { submissionHandler } from "./journey/accept.ts"
import type { Agreement } from "./journey/agreement.ts"
import { audit } from "./journey/audit.ts"
import { expire } from "./journey/expire.ts"
import { uuid } from "./journey/ids.ts"
import { locks } from "./journey/locks.ts"
import { packageSubmission } from "./journey/package.ts"
import type { AuditEvent, Clock, Chance } from "./journey/ports.ts"
import type { Ledger } from "./journey/records.ts"
import { rollForward } from "./journey/roll-forward.ts"
import { startRunner, type Runner, type Step } from "./journey/run.ts"
import { CONTENTS, EFFECTS } from "./journey/submissions.ts"
import { submit } from "./journey/submit.ts"
import { verify } from "./journey/verify.ts"
import type { World } from "./journey/world.ts"
import { errorFields, openLog, type Log } from "./log.ts"
import { createEpochKey, openEpochKey } from "./storage/keys/epoch-key-file.ts"
import { fileKeyStore } from "./storage/keys/file-key-store.ts"
import { personKeys } from "./storage/keys/person-keys.ts"
import { openLedger } from "./storage/ledger/ledger.ts"
import { openPeople, type PeopleStore } from "./storage/people/people.ts"
import { currentEpoch, openSpool, type FileSpool } from "./storage/spool/file-spool.ts"
import { openTrail, type Trail } from "./storage/trail/trail.ts"
import { openTrust } from "./trust-store.ts"

export interface Foundation {
  readonly config: Config
  readonly log: Log
  readonly world: World
  readonly spool: FileSpool
  readonly ledger: Ledger
  readonly trail: Trail
  readonly people: PeopleStore
  readonly clock: Clock
  readonly chance: Chance
  readonly recipient: Recipient
  /** Bytes on the line by submission, for progress bars. */
  readonly line: ReadonlyMap<string, number>
  /** Desks register here to hear what changed. */
  readonly listeners: Set<(requestId: string | null) => void>
  record(event: AuditEvent): Promise<void>
  /** Starts the runner; the role's own step for `assemble`. */
  run(assemble: Step): Runner
  close(): Promise<void>
}

const SPOOL_EPOCH_ONE = 1
const TIMESTAMP_TIMEOUT_MS = 10_000
const MIB = 1024 * 1024

export async function layFoundation(config: Config): Promise<Foundation> {
  const log = openLog(config.role)
  await mkdir(config.dataDir, { recursive: true, mode: 0o750 })
  const epochKey = await epochKeyOf(config)
  const keys = await fileKeyStore(keyFiles(config))
  const trust = await openTrust(config)
  const spool = await openSpool({
    dataDir: config.dataDir,
    site: config.site.oid,
    epochKey,
    clock: systemClock,
    chance: systemChance,
    reserveBytes: config.disk.reserveMiB * MIB,
    onRot: (rot) => log("error", "spool-rot", { what: rot.what }),
    onTorn: (torn) => log("warn", "spool-torn-end-cut", { segment: torn.segmentId }),
  })
  const indexKey = await ledgerKey(config)
  const trail = await openTrail(join(config.dataDir, "audit.jsonl"), {
    application: `dokuei-${config.role}`,
    processId: String(process.pid),
    host: hostname(),
    enterpriseSite: config.site.institutionCode || config.site.oid,
  })
  let runner: Runner | null = null
  const ledger = waking(
    openLedger({
      path: join(config.dataDir, "ledger.sqlite"),
      sealer: {
        seal: (slotId, context, clear) => spool.sealColumn(slotId, context, clear),
        open: (slotId, context, sealed) => spool.openColumn(slotId, context, sealed),
      },
      indexKey,
      audit: outboxSeal(indexKey),
    }),
    () => runner?.wake(),
  )
  const agreements = await agreementsOf(config)
  const line = new Map<string, number>()
  const listeners = new Set<(requestId: string | null) => void>()
  const draughtsman: OpenDraughtsman = openDraughtsman({ style: { timeZone: config.site.timeZone } })
  const credentials = await credentialsOf(config)
  const world: World = {
    clock: systemClock,
    chance: systemChance,
    spool,
    ledger,
    keys,
    personKeys: personKeys(config.keys.persons ?? config.dataDir),
    timeStamps: timeStampClient({
      url: config.timeStamp.url,
      timeoutMs: TIMESTAMP_TIMEOUT_MS,
      trust: () => trust.report().timeStamp,
      chance: systemChance,
      clock: systemClock,
    }),
    source: documentSource((id) => endpointOf(config, agreements, credentials, id)),
    draughtsman,
    locks: locks(),
    site: config.site,
    agreements,
    trust,
    notify: (requestId) => {
      for (const listener of listeners) listener(requestId)
    },
    progress: (submissionId, bytes) => {
      line.set(submissionId, bytes)
    },
  }
  const rolled = await rollForward(world, spool)
  log("info", "rolled-forward", { ...rolled })
  const record = (event: AuditEvent): Promise<void> => trail.record([{ key: uuid(systemChance), event }])
  const recipient = await openRecipient(config, world, credentials, record, log)
  const people = openPeople(join(config.dataDir, "people.sqlite"))
  await ledger.commit([activity("application-start")])
  return {
    config,
    log,
    world,
    spool,
    ledger,
    trail,
    people,
    clock: systemClock,
    chance: systemChance,
    recipient,
    line,
    listeners,
    record,
    run: (assemble) => {
      runner = startRunner({
        ledger,
        trail,
        clock: systemClock,
        chance: systemChance,
        locks: world.locks,
        wait,
        steps: {
          assemble,
          package: (job) => packageSubmission(world, CONTENTS, job),
          submit: (job) => submit(world, job),
          verify: (job) => verify(world, EFFECTS, job),
          expire: (job) => expire(world, job),
        },
        onFailure: (job, error) =>
          log("warn", "step-failed", {
            verb: job?.verb ?? "audit",
            subject: job?.subject ?? "",
            ...errorFields(error),
          }),
      })
      return runner
    },
    close: async () => {
      await recipient.close()
      await ledger.commit([activity("application-stop")])
      await runner?.stop()
      await draughtsman.close()
      people.close()
      ledger.close()
      await trail.close()
      await spool.close()
    },
  }
}

const activity = (event: "application-start" | "application-stop") => {
  const at = systemClock.now().toISOString()
  return audit(`${event}/${at}`, { event, outcome: "success", at })
}

/** A commit that may have put a job or an audit row wakes the runner. */
function waking<L extends Ledger>(ledger: L, wake: () => void): L {
  return {
    ...ledger,
    commit: async (changes) => {
      await ledger.commit(changes)
      if (changes.some((change) => "put" in change && (change.put === "job" || change.put === "audit")))
        wake()
    },
  }
}

async function epochKeyOf(config: Config) {
  const folder = join(config.dataDir, "keys")
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const files = { folder, passphraseFile: config.keys.passphraseFile }
  const epoch = await currentEpoch(config.dataDir)
  if (epoch !== null) return openEpochKey(files, epoch)
  try {
    return await openEpochKey(files, SPOOL_EPOCH_ONE)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_KEY_MISSING")) throw error
    return createEpochKey(files, SPOOL_EPOCH_ONE, systemChance)
  }
}

/** Key of the ledger's keyed hashes: from the passphrase, so that it outlives epochs and is in no backup. */
async function ledgerKey(config: Config): Promise<Uint8Array> {
  const passphrase = await readFile(config.keys.passphraseFile)
  const secret = createHash("sha256").update(passphrase).digest()
  return new Uint8Array(hkdfSync("sha256", secret, config.site.oid, "dokuei ledger index v1", 32))
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Audit rows wait in the ledger for at most one write of the trail; sealed meanwhile. */
function outboxSeal(indexKey: Uint8Array) {
  const key = new Uint8Array(hkdfSync("sha256", indexKey, "", "dokuei audit outbox v1", 32))
  return {
    seal: (clear: Uint8Array): Uint8Array => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv("aes-256-gcm", key, nonce)
      return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()])
    },
    open: (sealed: Uint8Array): Uint8Array => {
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    },
  }
}

function keyFiles(config: Config) {
  const of = (name: "seal" | "object" | "tls") => ({
    keyFile: config.keys[name].key,
    chainFile: config.keys[name].chain,
  })
  return { seal: of("seal"), object: of("object"), tls: of("tls") }
}

async function agreementsOf(config: Config): Promise<readonly Agreement[]> {
  return Promise.all(
    config.agreements.map(async (each) => ({
      ...each,
      objectCertificate: new X509Certificate(await readFile(each.objectCertificate)).raw,
      retention: { imagesMs: each.retention.images },
    })),
  )
}

async function credentialsOf(config: Config): Promise<NodeCredentials> {
  return {
    chainPem: await readFile(config.keys.tls.chain, "utf8"),
    keyPem: await readFile(config.keys.tls.key, "utf8"),
    trustedPem: await readFile(config.trust.tlsCa, "utf8"),
  }
}

function endpointOf(
  config: Config,
  agreements: readonly Agreement[],
  credentials: NodeCredentials,
  id: string,
) {
  const agreement = agreements.find((each) => each.id === id)
  const profile = config.agreements.find((each) => each.id === id)?.tls
  if (agreement === undefined || profile === undefined) throw new RangeError(`no agreement ${id}`)
  return { url: agreement.endpoint, tls: clientTls({ ...credentials, profile }, agreement.tlsPins) }
}

async function openRecipient(
  config: Config,
  world: World,
  credentials: NodeCredentials,
  record: Foundation["record"],
  log: Log,
): Promise<Recipient> {
  const profile = config.agreements.some((each) => each.tls === "ihe-stx") ? "ihe-stx" : "1.3"
  return listenRecipient(
    {
      host: config.xdr.host,
      port: config.xdr.port,
      tls: serverTls({ ...credentials, profile }),
      identify: identifyBy(Object.fromEntries(config.agreements.map((each) => [each.id, each.tlsPins]))),
      sourceOf: (id) => config.agreements.filter((each) => each.id === id).map((each) => each.partner.oid),
      onRefused: (refusal) => {
        log("warn", "node-refused", { reason: refusal.reason, address: refusal.remoteAddress })
        const at = world.clock.now().toISOString()
        const change = audit(`refused/${uuid(world.chance)}`, {
          event: "node-authentication-failure",
          outcome: "serious",
          at,
          objectId: refusal.spkiSha256 ?? refusal.remoteAddress,
          description: refusal.detail,
        })
        if ("put" in change && change.put === "audit") {
          record(change.record.event).catch((error: unknown) =>
            log("error", "audit-failed", errorFields(error)),
          )
        }
      },
      onFault: (error) => log("error", "recipient-fault", errorFields(error)),
    },
    submissionHandler(world),
  )
}
