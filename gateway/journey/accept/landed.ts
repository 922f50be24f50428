/** What every landing of an inbound submission says, and the ways in which none is to be had. */
import { AcceptanceError } from "../errors.ts"
import type { Change } from "../records/ledger.ts"
import type { RequestRecord } from "../records/request.ts"
import type { World } from "../world.ts"
import type { Inbound } from "./inbound.ts"

export interface Landing {
  readonly slotId: string
  readonly studyId: string | null
  readonly requestId: string
  /**
   * The study or request in whose slot it lies: nothing of it ends while this is locked. Null when the slot was made for
   * this submission: it goes when the submission is refused.
   */
  readonly owner: string | null
  /** What the submission states; null when nothing. */
  readonly states: string | null
  /**
   * Committed together with the submission. What was there before is read anew, under the owner's lock: while documents
   * come in it may have ended.
   *
   * @throws AcceptanceError
   */
  changes(): Promise<readonly Change[]>
}

/** The request an inbound submission is about, under the agreement it comes by. @throws AcceptanceError ERR_NOT_AGREED */
export async function agreedRequest(
  world: World,
  inbound: Inbound,
  mayTake: (request: RequestRecord) => boolean = () => true,
): Promise<RequestRecord> {
  const request = await world.ledger.request(inbound.requestId)
  if (request?.agreement !== inbound.agreement.id || !mayTake(request)) throw notAgreed()
  return request
}

/** Its copy went while more of it came in: whoever sends comes back, and a copy of its own begins. */
export const ended = (): AcceptanceError =>
  new AcceptanceError(
    "ERR_RECIPIENT_BUSY",
    "XDSRepositoryBusy",
    "the copy of this study ended while more of it came in",
  )

export const notAgreed = (): AcceptanceError =>
  new AcceptanceError(
    "ERR_NOT_AGREED",
    "XDSRepositoryError",
    "no such workflow instance under this agreement",
  )
