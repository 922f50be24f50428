/** Where a phantom and its report land: in a slot of the self-test, beside nothing of any patient. */
import { PHANTOM_ID } from "../../standards/dicom/phantom.ts"
import { AcceptanceError } from "../errors.ts"
import { isLive } from "../live-slot.ts"
import { due } from "../run.ts"
import { patientIdOf } from "../same-subject.ts"
import { isSelfTestId, phantomStudyUid, submissionsOfTest } from "../self-test/phantom.ts"
import type { World } from "../world.ts"
import type { Inbound } from "./inbound.ts"
import { notAgreed, type Landing } from "./landed.ts"

/** Documents and what stands around them; a PDF with its fonts is the largest. */
const MAX_PHANTOM_BYTES = 4 * 1024 * 1024

/** @throws AcceptanceError for what is larger than a phantom, is of somebody, or has an id that is in use here */
export async function landPhantom(world: World, inbound: Inbound): Promise<Landing> {
  const { requestId, submission, StudyInstanceUID } = inbound
  const sizes = submission.documentEntries.map(({ size }) => size ?? MAX_PHANTOM_BYTES)
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_PHANTOM_BYTES) throw unfit("larger than a phantom")
  if (submission.documentEntries.some((entry) => patientIdOf(entry) !== PHANTOM_ID))
    throw unfit("a self-test is of nobody")
  if (!isSelfTestId(requestId)) throw unfit("the id of a self-test is a UUID")
  // Of one study one submission comes at a time: so no two of one self-test found a slot side by side.
  if (StudyInstanceUID !== phantomStudyUid(requestId)) throw unfit("not the study of this self-test")
  return inbound.kind === "phantom" ? ownSlot(world, inbound) : besidePhantom(world, inbound)
}

async function ownSlot(world: World, { requestId }: Inbound): Promise<Landing> {
  const inUse =
    (await world.ledger.request(requestId)) !== null ||
    (await world.ledger.submissionsOf({ requestId })).length > 0
  if (inUse) throw notAgreed()
  return {
    slotId: await world.spool.createSlot("documents"),
    studyId: null,
    requestId,
    owner: null,
    states: null,
    // It looks by itself when it is over.
    changes: () => Promise.resolve([due("expire", requestId, world.clock.now())]),
  }
}

/** The self-test was begun here, with this partner, and is not over. */
async function besidePhantom(world: World, { requestId, agreement }: Inbound): Promise<Landing> {
  const slotId = async (): Promise<string> => {
    const sent = (await submissionsOfTest(world, requestId)).find(
      (each) => each.kind === "phantom" && each.direction === "out" && each.agreement === agreement.id,
    )
    if (sent === undefined || !isLive(world, sent.slotId)) throw notAgreed()
    return sent.slotId
  }
  return {
    slotId: await slotId(),
    studyId: null,
    requestId,
    owner: requestId,
    states: null,
    changes: async () => {
      await slotId()
      return []
    },
  }
}

const unfit = (why: string): AcceptanceError =>
  new AcceptanceError("ERR_NOT_AGREED", "XDSRepositoryError", why)
