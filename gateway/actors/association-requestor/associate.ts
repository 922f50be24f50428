/** Associate with a DICOM node, as its requestor (PS3.8 7.1): connection, handshakes, negotiation. */
import { Association } from "./association.ts"
import type { Notified } from "./incoming.ts"
import { associateRequest } from "./request.ts"
import { TIMEOUTS, realTimers, type Proposal, type RemoteAE, type Timeouts, type Timers } from "./remote.ts"
import { open } from "./transport.ts"

export interface AssociateOptions {
  /** Ours. */
  readonly callingAE: string
  readonly timeouts?: Partial<Timeouts>
  readonly timers?: Timers
  /** Answers an N-EVENT-REPORT of the peer; without it each is refused. */
  readonly notified?: Notified
  /** Faults of `notified`, for the log. */
  readonly onFault?: (fault: unknown) => void
}

/**
 * @param proposals what shall be spoken; at least one. Whether it was taken is asked of `context` afterwards
 * @returns established; end it with `release` or `abort`
 * @throws AssociationError by who failed: UNREACHABLE, TLS, BUSY, REJECTED, ENDED, PROTOCOL
 */
export async function associate(
  remote: RemoteAE,
  proposals: readonly Proposal[],
  options: AssociateOptions,
): Promise<Association> {
  const { callingAE, timers = realTimers, notified = null, onFault = () => undefined } = options
  const timeouts = { ...TIMEOUTS, ...options.timeouts }
  const socket = await open(remote, timers, timeouts.connectMs)
  const { aeTitle } = remote
  const association = new Association(socket, { aeTitle, timeouts, timers, notified, onFault })
  await association.establish(associateRequest(callingAE, aeTitle, proposals), proposals)
  return association
}
