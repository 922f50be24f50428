/**
 * Either role while it is isolated: the stores under our own roof are held, the audit trail goes on, and the machine room answers.
 * Doors and callers are not closed here, they are never made: no partner, device or reader comes in, and nobody is called.
 */
import { leversCheck, outboxCheck, spaceCheck, type Health } from "./actors/machine-room/health.ts"
import { listenMachineRoom } from "./actors/machine-room/listen.ts"
import { leverRegister } from "./actors/machine-room/metrics.ts"
import { httpGuard } from "./actors/secure-node/waiting-room.ts"
import { systemClock } from "./clock.ts"
import type { Config } from "./config/schema.ts"
import { keepAccounts } from "./foundation/accountability.ts"
import { activity } from "./foundation/activity.ts"
import { certificatesPassFrom } from "./foundation/epoch.ts"
import { MONITORS_WAITING, OUTBOX_LOOK, pulled } from "./foundation/health.ts"
import { openLevelStores, type OpenStores } from "./foundation/stores.ts"
import type { Levers } from "./journey/ports/levers.ts"
import { deliverAudit } from "./journey/run.ts"
import { errorFields, openLog } from "./log.ts"
import type { Running } from "./running.ts"
import { VERSION } from "./version.ts"

export async function startIsolated(config: Config, levers: Levers): Promise<Running> {
  const log = openLog(config.role)
  const stores = await openLevelStores(config, log)
  const { spool, trail, people, ledger } = stores
  const stopAccounts = await keepAccounts({ config, trail, spool, people, log })
  const tell = async (event: "application-start" | "application-stop"): Promise<void> => {
    await ledger.commit([activity(event)])
    await deliverAudit({ ledger, trail })
  }
  await tell("application-start")
  const { host, port } = config.health
  const machineRoom = await listenMachineRoom({
    host,
    port,
    health: () => healthOf(config, stores, levers),
    register: leverRegister(pulled(levers)),
    guard: httpGuard(MONITORS_WAITING),
    onFault: (error) => log("error", "machine-room-fault", errorFields(error)),
  })
  log("warn", "isolated", { since: levers.isolated?.since ?? "" })
  log("info", "ready", { health: machineRoom.port })
  return {
    ports: { health: machineRoom.port },
    stop: async () => {
      await machineRoom.close()
      stopAccounts()
      await tell("application-stop")
      await stores.close()
    },
  }
}

async function healthOf(config: Config, stores: OpenStores, levers: Levers): Promise<Health> {
  const { spool, ledger, disk } = stores
  return {
    role: config.role,
    version: VERSION,
    checks: [
      leversCheck(pulled(levers), 0, await certificatesPassFrom(config, spool, systemClock.now())),
      spaceCheck((await spool.usage()).freeBytes, config.disk),
      disk.check(),
      outboxCheck((await ledger.auditOutbox(OUTBOX_LOOK)).length),
    ],
  }
}
