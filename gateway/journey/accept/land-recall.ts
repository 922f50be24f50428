/** Where a notice lands that takes back a study without a case. */
import { carriesImages, isErased } from "../keep.ts"
import type { World } from "../world.ts"
import type { Inbound } from "./inbound.ts"
import { ended, notAgreed, type Landing } from "./landed.ts"

/**
 * A study that was never verified, or not yet, has no case: the notice that takes it back lies with its images, or where
 * they are gone with the account of their destruction.
 */
export async function landRecall(world: World, inbound: Inbound): Promise<Landing> {
  const place = await besideStudy(world, inbound)
  return {
    ...place,
    requestId: inbound.requestId,
    states: null,
    changes: async () => {
      if ((await besideStudy(world, inbound)).slotId !== place.slotId) throw ended()
      return []
    },
  }
}

async function besideStudy(
  world: World,
  { requestId, agreement }: Inbound,
): Promise<Pick<Landing, "slotId" | "studyId" | "owner">> {
  const sent = (await world.ledger.submissionsOf({ requestId })).findLast(
    (each) => each.direction === "in" && carriesImages(each.kind) && each.agreement === agreement.id,
  )
  const study = await world.ledger.study(sent?.studyId ?? "")
  const accounts = study === null ? [] : await world.ledger.certificatesOfStudy(study.id)
  const keeper = study !== null && isErased(study) ? accounts[0] : study
  if (study === null || !keeper) throw notAgreed()
  return { slotId: keeper.slotId, studyId: study.id, owner: keeper.id }
}
