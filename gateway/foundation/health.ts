/** What the machine room is told of one role. */
import { X509Certificate } from "node:crypto"
import {
  certificateCheck,
  outboxCheck,
  spaceCheck,
  stepsCheck,
  type Check,
  type Health,
} from "../actors/machine-room/health.ts"
import { metrics, type Metrics, type StorageTotals } from "../actors/machine-room/metrics.ts"
import { systemClock } from "../clock.ts"
import type { Config } from "../config.ts"
import type { Crl } from "../standards/hpki/crl.ts"
import type { KeyStore } from "../journey/ports.ts"
import type { Ledger } from "../journey/records.ts"
import type { FileSpool } from "../storage/spool/file-spool.ts"
import { VERSION } from "../version.ts"
import type { CrlFolder } from "./crl-folder.ts"

const OUTBOX_LOOK = 1_001
/** A line that is away for a moment is no news. */
const FAILING_ATTEMPTS = 3
const FAILING_LOOK = 1_000
const USES = ["seal", "object", "tls"] as const

interface Watched {
  readonly config: Config
  readonly spool: FileSpool
  readonly lists: CrlFolder
  readonly ledger: Ledger
  readonly keys: KeyStore
}

function certificates(keys: KeyStore): { use: string; notAfter: Date }[] {
  return USES.flatMap((use) => {
    const [leaf] = keys.chain(use)
    return leaf === undefined ? [] : [{ use, notAfter: new X509Certificate(leaf).validToDate }]
  })
}

const outboxRows = async (ledger: Ledger): Promise<number> => (await ledger.auditOutbox(OUTBOX_LOOK)).length

export async function health({ config, spool, ledger, keys, lists }: Watched): Promise<Health> {
  const now = systemClock.now()
  return {
    role: config.role,
    version: VERSION,
    checks: [
      spaceCheck((await spool.usage()).freeBytes, config.disk),
      outboxCheck(await outboxRows(ledger)),
      rotCheck(spool.rot.filter(({ what }) => what === "frame" || what === "slot").length),
      await failingSteps(ledger),
      ...lists.unreadable().map(unreadableList),
      ...lists.crls().map((crl) => listCheck(crl, now)),
      ...certificates(keys).map(({ use, notAfter }) => certificateCheck(use, notAfter, now)),
    ],
  }
}

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

const unreadableList = (name: string): Check => ({
  name: "revocation-list",
  state: "warn",
  sentence: `${name} is no revocation list: signatures and TLS peers are judged without it`,
})

/** A list past its nextUpdate makes new signatures indeterminate; TLS peers it does not name are let in (ADR 0006). */
function listCheck({ issuer, nextUpdate }: Crl, now: Date): Check {
  const stale = nextUpdate < now
  const sentence = `${issuer.text}: until ${nextUpdate.toISOString()}${stale ? ", fetch a newer one" : ""}`
  return { name: "revocation-list", state: stale ? "warn" : "ok", sentence }
}

export function meters({ spool, ledger, keys }: Watched, storage: (() => StorageTotals) | null): Metrics {
  return metrics({
    now: () => systemClock.now(),
    space: () => spool.usage(),
    auditOutboxRows: () => outboxRows(ledger),
    certificates: () => certificates(keys),
    storage,
  })
}
