/**
 * The hospital's gateway, in the order a study meets it: storage SCP → assemble → package, sign → submit; and a
 * report coming home: document recipient → verify → staff desk.
 */
import { listenStaffDesk } from "./actors/desks/staff-desk.ts"
import { wait } from "./clock.ts"
import type { EdgeConfig } from "./config.ts"
import { deskOptions } from "./foundation/desk-options.ts"
import { openDicomDoor } from "./foundation/dicom-door.ts"
import { layFoundation } from "./foundation/foundation.ts"
import { assemble } from "./journey/assemble.ts"
import { filing } from "./journey/file-instance.ts"
import { instanceHandler } from "./journey/receive.ts"
import { staffDesk } from "./journey/staff.ts"
import type { Running } from "./running.ts"

const DEFAULT_QUIET_MS = 60_000
const ASSOCIATION_GRACE_MS = 5_000

export async function startEdge(config: EdgeConfig): Promise<Running> {
  const base = await layFoundation(config)
  const { world, log } = base
  const never = new AbortController().signal

  // 1 receive
  const files = filing(world, (milliseconds) => wait(milliseconds, never))
  const modalities = new Map(config.dicom.modalities.map((each) => [each.aeTitle, each.quietPeriod]))
  const handler = instanceHandler(world, files, {
    aeTitle: config.dicom.aeTitle,
    modalities: new Set(modalities.keys()),
    pins: new Map(config.dicom.modalities.map((each) => [each.aeTitle, each.tlsPins])),
  })
  const scp = await openDicomDoor(config.dicom, base, handler)

  // 2–5 assemble, package, sign, submit; 12 verify what comes home
  const quietMsOf = (callingAE: string): number => modalities.get(callingAE) ?? DEFAULT_QUIET_MS
  const machineRoom = await base.run(
    (job) => assemble(world, quietMsOf, job),
    () => scp.stats,
  )

  // 13 deliver
  const desk = await listenStaffDesk(await deskOptions(base), staffDesk(world, base.line))
  base.listeners.add((requestId) =>
    desk.notify({ kind: "changed", requestId, at: world.clock.now().toISOString() }),
  )

  const secure = scp.securePort === null ? {} : { dicomTls: scp.securePort }
  const ports = {
    dicom: scp.port,
    ...secure,
    xdr: base.recipient.port,
    desk: desk.port,
    health: machineRoom.port,
  }
  log("info", "ready", ports)
  return {
    ports,
    stop: async () => {
      await scp.close(ASSOCIATION_GRACE_MS)
      await files.flush()
      await desk.close()
      await machineRoom.close()
      await base.close()
    },
  }
}
