/**
 * What is coming in just now. Of one study one submission comes at a time, a second is told to wait; but the units of a
 * study that is here already come side by side, in any order. The same SubmissionSet never comes twice at once.
 */
import { AcceptanceError } from "../errors.ts"
import type { World } from "../world.ts"
import type { Inbound } from "./inbound.ts"
import type { Landing } from "./landed.ts"
import { landing } from "./landing.ts"

/** One submission, from its metadata to its end. */
export interface Turn {
  /** Where it lands. Throws AcceptanceError XDSRepositoryBusy when another is just founding the same study. */
  land(): Promise<Landing>
  leave(): void
}

export interface ComingIn {
  /** Throws AcceptanceError XDSRepositoryBusy. */
  enter(inbound: Inbound): Turn
}

export function comingIn(world: World): ComingIn {
  const busy = new Set<string>()
  const take = (mine: Set<string>, key: string): void => {
    if (busy.has(key)) throw told()
    busy.add(key)
    mine.add(key)
  }
  return {
    enter: (inbound) => {
      const { agreement, StudyInstanceUID, submission, kind } = inbound
      const study = `${agreement.id}/${StudyInstanceUID}`
      const mine = new Set<string>()
      take(mine, kind === "unit" ? `${agreement.id}/${submission.submissionSet.uniqueId}` : study)
      return {
        land: () =>
          world.locks.with(`landing/${study}`, async () => {
            const place = await landing(world, inbound)
            if (kind === "unit" && place.owner === null) await found(world, place, () => take(mine, study))
            return place
          }),
        leave: () => {
          for (const key of mine) busy.delete(key)
          mine.clear()
        },
      }
    },
  }
}

/** Nobody else may begin this study meanwhile: there would be two of it. */
async function found(world: World, { slotId }: Landing, take: () => void): Promise<void> {
  try {
    take()
  } catch (error) {
    await world.spool.destroySlot(slotId)
    throw error
  }
}

const told = (): AcceptanceError =>
  new AcceptanceError(
    "ERR_RECIPIENT_BUSY",
    "XDSRepositoryBusy",
    "another submission of this study is coming in",
  )
