/** The audit trail's way to the configured Audit Record Repositories [ITI-20]. */
import { readFile } from "node:fs/promises"
import { hostname } from "node:os"
import { startSender, type SenderState } from "../actors/audit-creator/sender.ts"
import { revokedBy } from "../actors/secure-node/revoked.ts"
import { clientTls, clientTlsByName } from "../actors/secure-node/tls.ts"
import { systemChance, systemClock } from "../clock.ts"
import type { Config } from "../config.ts"
import type { TrailReader } from "../journey/ports.ts"
import { errorFields, type Log } from "../log.ts"
import { sentMark } from "../storage/trail/sent-mark.ts"
import type { CrlFolder } from "./crl-folder.ts"
import type { RefusedServers } from "./refused-servers.ts"
import { certificates } from "./trust-store.ts"

type CollectorConfig = Config["audit"]["collectors"][number]

export interface NamedState extends SenderState {
  readonly name: string
}

export interface Collectors {
  states(): readonly NamedState[]
  /** Sends what is there for a moment longer, then ends. */
  stop(): Promise<void>
}

export interface CollectorParts {
  readonly config: Config
  readonly trail: TrailReader
  readonly lists: Pick<CrlFolder, "crls">
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
  const { config, trail, lists, log, changed, refused } = parts
  const { name, host, port } = to
  return startSender({
    collector: { host, port, tls: await tlsTo(config, to, lists) },
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

async function tlsTo(
  { keys }: Config,
  { ca, tls, tlsPins }: CollectorConfig,
  lists: Pick<CrlFolder, "crls">,
) {
  const credentials = {
    revoked: revokedBy(
      await certificates(ca),
      () => lists.crls(),
      () => systemClock.now(),
    ),
    chainPem: await readFile(keys.tls.chain, "utf8"),
    keyPem: await readFile(keys.tls.key, "utf8"),
    trustedPem: await readFile(ca, "utf8"),
    profile: tls,
  }
  return tlsPins.length === 0 ? clientTlsByName(credentials) : clientTls(credentials, tlsPins)
}
