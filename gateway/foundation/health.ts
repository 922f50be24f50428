/** What the machine room is told of one role. */
import { X509Certificate } from "node:crypto"
import { certificateCheck, outboxCheck, spaceCheck, type Health } from "../actors/machine-room/health.ts"
import { metrics, type Metrics, type StorageTotals } from "../actors/machine-room/metrics.ts"
import { systemClock } from "../clock.ts"
import type { Config } from "../config.ts"
import type { KeyStore, Spool } from "../journey/ports.ts"
import type { Ledger } from "../journey/records.ts"
import { VERSION } from "../version.ts"

const MIB = 1024 * 1024
const OUTBOX_LOOK = 1_001
const USES = ["seal", "object", "tls"] as const

interface Watched {
  readonly config: Config
  readonly spool: Spool
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

export async function health({ config, spool, ledger, keys }: Watched): Promise<Health> {
  const now = systemClock.now()
  return {
    role: config.role,
    version: VERSION,
    checks: [
      spaceCheck(await spool.usage(), config.disk.reserveMiB * MIB),
      outboxCheck(await outboxRows(ledger)),
      ...certificates(keys).map(({ use, notAfter }) => certificateCheck(use, notAfter, now)),
    ],
  }
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
