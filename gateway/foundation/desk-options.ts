/** What both desks are told when they open. */
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { DeskOptions } from "../actors/desks/options.ts"
import { httpGuard } from "../actors/secure-node/waiting-room.ts"
import { officerDesk } from "../journey/people/officer.ts"
import { cardDoorOf } from "./card-door.ts"
import type { Foundation } from "./foundation.ts"
import { sha256Hex } from "../standards/sha256.ts"

/** Half of a desk's connections: a proxy keeps them open between requests, and a browser a handful. */
const WAITING_PLACES = 512

export async function deskOptions(base: Foundation): Promise<DeskOptions> {
  const { config } = base
  const cards = await cardDoorOf(base)
  const viewer = join(import.meta.dirname, "..", "..", "viewer", "dist")
  return {
    host: config.desk.host,
    port: config.desk.port,
    origin: config.desk.origin,
    rpId: config.desk.rpId,
    siteName: config.site.name,
    ...(base.levers.frozen === null ? {} : { frozenSince: base.levers.frozen.since }),
    staticDir: existsSync(viewer) ? viewer : null,
    tls: null,
    proxies: config.desk.proxies,
    guard: httpGuard(WAITING_PLACES),
    people: base.people,
    officer: officerDesk(base),
    ...(base.signingService === null ? {} : { signingService: base.signingService }),
    ...(base.readersCards === null ? {} : { readersCards: base.readersCards }),
    ...(cards === null ? {} : { cards }),
    clock: base.clock,
    chance: base.chance,
    log: base.log,
    audit: (event) => base.record(event),
    agreements: config.agreements.map(
      ({ id, partner, urgency, consentPolicies, readers, affinityDomain }) => ({
        id,
        partner: partner.name,
        dueMinutes: {
          STAT: urgency.STAT.dueMinutes,
          HIGH: urgency.HIGH.dueMinutes,
          ROUTINE: urgency.ROUTINE.dueMinutes,
        },
        consentPolicies,
        ...(affinityDomain?.numbers === "person" ? { affinityNumbers: true as const } : {}),
        ...(readers.length === 0 ? {} : { readers: readers.map(({ name }) => name) }),
      }),
    ),
    machineTokens: await Promise.all(
      config.desk.machineTokens.map(async ({ name, tokenFile, may }) => ({
        name,
        may,
        sha256: await tokenHash(tokenFile),
      })),
    ),
  }
}

async function tokenHash(path: string): Promise<string> {
  const token = (await readFile(path, "utf8")).trim()
  return sha256Hex(token)
}
