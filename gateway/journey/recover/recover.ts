/**
 * Recover: a ledger that is older than its spool is made to agree with it, and nothing is lost that was acknowledged.
 *
 * Such a ledger does not know what was accepted, signed or sent since. Images are filed as after a crash; what was
 * destroyed since is written down as destroyed; everything else that cannot be derived is kept as an orphan and listed for
 * a person. What was under way is done again: submissions by the same bytes where they were sealed before the backup, else
 * as new ones whose images the other side recognises by their digests.
 *
 * Only whoever calls this says that the ledger is level again, after it has returned: until then it may be run again.
 */
import { askAgain } from "./ask-again.ts"
import { audit } from "../audit.ts"
import { keepOrphans } from "../retain/orphan.ts"
import type { OrphanRecord } from "../records/orphan.ts"
import type { Spool } from "../ports/spool.ts"
import { fileInstances } from "./roll-forward.ts"
import { settleGone, type Gone } from "./settle-gone.ts"
import { survey, type Looked } from "./survey.ts"
import type { Stores } from "../world.ts"

export interface Recovered {
  readonly instancesFiled: number
  /** Named by the ledger, destroyed since it was copied. */
  readonly gone: Gone
  /** Accepted, and sent again for a receipt that may be lost. */
  readonly askedAgain: number
  /** Entered now. */
  readonly orphans: readonly OrphanRecord[]
}

export interface Recovery {
  readonly looked?: Looked | undefined
  /** The spool is another one, and empty: what lay in the one of before is gone for good. */
  readonly isSpoolLost?: boolean
}

/** Runs before anything is received or sent. */
export async function recover(
  world: Stores,
  spool: Spool,
  { looked, isSpoolLost = false }: Recovery = {},
): Promise<Recovered> {
  const { instances, strays } = await survey(world, spool, looked)
  const gone = await settleGone(world, spool, isSpoolLost)
  const askedAgain = await askAgain(world, spool)
  const instancesFiled = await fileInstances(world, instances)
  const orphans = await keepOrphans(world, spool, strays)
  const recovered: Recovered = { instancesFiled, gone, askedAgain, orphans }
  const at = world.clock.now().toISOString()
  await world.ledger.commit([
    audit(`recovered/${at}`, {
      event: "security-alert",
      outcome: "serious",
      at,
      description: `a ledger older than its spool was put back: ${summary(recovered)}`,
    }),
  ])
  return recovered
}

/** In one line, without patient data. */
export function summary({ instancesFiled, gone, askedAgain, orphans }: Recovered): string {
  const objects = orphans.reduce((sum, each) => sum + each.objects, 0)
  return [
    `${instancesFiled} images filed`,
    `${gone.studies} studies, ${gone.requests} requests and ${gone.submissions} submissions found destroyed or lost`,
    `${askedAgain} submissions sent again for their receipt`,
    `${orphans.length} slots with ${objects} objects kept for a person`,
  ].join("; ")
}
