/**
 * Landing: under which slot, study and request an inbound submission is kept.
 *
 * Images get the study's slot, so that they go with their term; everything about the reading (request, report,
 * receipts) gets the request's own slot and outlives them; a deletion certificate outlives both.
 */
import { isPreliminaryAgreed } from "../cases/preliminary.ts"
import { AcceptanceError } from "../errors.ts"
import { carriesImages } from "../keep.ts"
import type { RequestRecord } from "../records/request.ts"
import { isPhantom } from "../self-test/phantom.ts"
import { targetOf } from "../subject.ts"
import type { World } from "../world.ts"
import type { Inbound } from "./inbound.ts"
import { landAnswer, mayBeAnswered } from "./land-answer.ts"
import { landCertificate } from "./land-certificate.ts"
import { landPhantom } from "./land-phantom.ts"
import { landRecall } from "./land-recall.ts"
import { landStudy } from "./land-study.ts"
import { agreedRequest, type Landing } from "./landed.ts"

export async function landing(world: World, inbound: Inbound): Promise<Landing> {
  if (carriesImages(inbound.kind)) return landStudy(world, inbound)
  if (isPhantom(inbound.kind)) return landPhantom(world, inbound)
  if (inbound.kind === "certificate") return landCertificate(world, inbound)
  if (inbound.kind === "recall" && !(await isKnown(world, inbound))) return landRecall(world, inbound)
  const lost = await world.ledger.request(inbound.requestId)
  if (lost?.agreement === inbound.agreement.id && mayBeAnswered(world, inbound, lost))
    return landAnswer(world, inbound, lost)
  const request = await ownRequest(world, inbound)
  return {
    slotId: request.slotId,
    studyId: targetOf(request),
    requestId: request.id,
    owner: request.id,
    states: null,
    changes: async () => {
      await ownRequest(world, inbound)
      return []
    },
  }
}

const isKnown = async (world: World, { requestId }: Inbound): Promise<boolean> =>
  (await world.ledger.request(requestId)) !== null

/** Reports, receipts and notices answer a request we know, under the same agreement, and that is not over. */
async function ownRequest(world: World, inbound: Inbound): Promise<RequestRecord> {
  const request = await agreedRequest(world, inbound, ({ state }) => state !== "exited")
  if (inbound.kind === "preliminary" && !isPreliminaryAgreed(inbound.agreement, request))
    throw new AcceptanceError(
      "ERR_NOT_AGREED",
      "XDSRepositoryError",
      "preliminary reports are agreed for STAT requests, and this is none",
    )
  return request
}
