/**
 * The reading centre's gateway: document recipient → verify → keep → reading desk → report, and the report's way
 * home by the same steps.
 */
import { listenReadingDesk } from "./actors/desks/reading-desk.ts"
import type { CenterConfig } from "./config/schema.ts"
import { deskOptions } from "./foundation/desk-options.ts"
import { layFoundation, type Foundation } from "./foundation/foundation.ts"
import { readerFault } from "./foundation/reader-certificates.ts"
import { imageDesk } from "./journey/read/images.ts"
import { accountedReading } from "./journey/cases/accessed.ts"
import { caseDesk } from "./journey/read/read.ts"
import { reportDesk } from "./journey/read/report.ts"
import type { Step } from "./journey/run.ts"
import { linesDesk } from "./journey/technician/lines.ts"
import type { Levers } from "./journey/ports/levers.ts"
import type { Running } from "./running.ts"

/** Who could not sign is told now. */
async function tellReaders({ world, people, log }: Foundation): Promise<void> {
  const { personKeys: keys, trust, agreements } = world
  const parts = { keys, trust, agreements, bindings: people, now: world.clock.now() }
  for (const { login, name, role } of await people.persons()) {
    const fault = role === "radiologist" ? await readerFault({ login, name }, parts) : null
    if (fault !== null) log("warn", "reader-certificate", { login, fault })
  }
}

/** What only a hospital's gateway does. */
const nothing: Step = () => Promise.resolve({ changes: [] })

export async function startCenter(config: CenterConfig, levers: Levers): Promise<Running> {
  const base = await layFoundation(config, levers)
  const { world, log } = base

  // 6 accept has begun with the foundation; 7 verify, 8 keep and expire, 11 package, sign, submit. Nothing is assembled here.
  const machineRoom = await base.run({ assemble: nothing, commit: nothing, deliver: nothing }, null, null)

  await tellReaders(base)

  // 9–10 read, report
  const readingDesk = accountedReading(world, {
    ...caseDesk(world),
    ...reportDesk(world),
    ...imageDesk(world),
  })
  const lines = linesDesk(world, {
    since: world.clock.now().toISOString(),
    contacts: base.contacts,
    roadHome: (id) => base.roads().find(({ agreement }) => agreement === id) ?? null,
  })
  const desk = await listenReadingDesk(await deskOptions(base), readingDesk, lines)
  base.listeners.add((requestId) =>
    desk.notify({ kind: "changed", requestId, at: world.clock.now().toISOString() }),
  )

  const ports = { xdr: base.recipient.port, desk: desk.port, health: machineRoom.port }
  log("info", "ready", ports)
  return {
    ports,
    stop: async () => {
      await desk.close()
      await machineRoom.close()
      await base.close()
    },
  }
}
