/** The audit trail's way to the configured Audit Record Repositories [ITI-20]. */
import { hostname } from "node:os"
import { startSender, type SenderState } from "../actors/audit-creator/sender.ts"
import { clientTls, clientTlsByName } from "../actors/secure-node/tls.ts"
import { systemChance, systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import type { TrailReader } from "../journey/ports/audit.ts"
import { errorFields, type Log } from "../log.ts"
import { sentMark } from "../storage/trail/sent-mark.ts"
import { lineCredentials, type LineParts } from "./line-credentials.ts"
import type { RefusedServers } from "./refused-servers.ts"

type CollectorConfig = Config["audit"]["collectors"][number]

export interface NamedState extends SenderState {
  readonly name: string
}

export interface Collectors {
  states(): readonly NamedState[]
  /** Sends what is there for a moment longer, then ends. */
  stop(): Promise<void>
}

export interface CollectorParts extends LineParts {
  readonly config: Config
  readonly trail: TrailReader
  readonly log: Log
  /** One began or ceased to take what it is sent. */
  readonly changed: () => void
  readonly refused: RefusedServers
}

export async function startCollectors(parts: CollectorParts): Promise<Collectors> {
  const senders = await Promise.all(
    parts.config.audit.collectors.map(async (each) => ({
      name: each.name,
      sender: await senderTo(parts, each),
    })),
  )
  return {
    states: () => senders.map(({ name, sender }) => ({ name, ...sender.state() })),
    stop: async () => {
      await Promise.all(senders.map(({ sender }) => sender.stop()))
    },
  }
}

async function senderTo(parts: CollectorParts, to: CollectorConfig) {
  const { config, trail, log, changed, refused } = parts
  const { name, host, port } = to
  return startSender({
    collector: { host, port, tls: await tlsTo(parts, to) },
    origin: { host: hostname(), application: `dokuei-${config.role}`, processId: String(process.pid) },
    trail,
    mark: sentMark(config.dataDir, name),
    clock: systemClock,
    chance: systemChance,
    changed,
    onFailure: (error) => {
      log("warn", "collector-failed", { name, ...errorFields(error) })
      refused(`${host}:${port}`, error)
    },
  })
}

async function tlsTo(parts: CollectorParts, { ca, tls: profile, tlsPins }: CollectorConfig) {
  const credentials = await lineCredentials(parts, { ...parts.config.keys.tls, ca, profile })
  return tlsPins.length === 0 ? clientTlsByName(credentials) : clientTls(credentials, tlsPins)
}
