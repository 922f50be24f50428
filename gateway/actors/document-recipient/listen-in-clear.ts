/**
 * The recipient's door without TLS, on this machine alone: for trials with what speaks none. Nobody shows who he is there, so
 * whoever comes is the same partner; everything else is as at the other door.
 */
import { createServer, type IncomingMessage } from "node:http"
import { isIPv4, type Socket } from "node:net"
import type { SubmissionHandler } from "../../journey/ports/inbound.ts"
import type { PeerIdentity } from "../../journey/ports/outside.ts"
import { type Enter, openDoor, type OpenDoor } from "../http-door/open.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { Door } from "./door.ts"
import { RECIPIENT_LIMITS } from "./limits.ts"
import type { InClearOptions } from "./options.ts"
import { Turning } from "./turning.ts"

/** An address that no other machine reaches. */
export const isLoopback = (address: string): boolean =>
  address === "::1" || (isIPv4(address) && address.startsWith("127."))

/** @throws RangeError for an address that others reach; rejects when the port cannot be opened */
export async function listenInClear(
  options: InClearOptions,
  agreement: string,
  handler: SubmissionHandler,
): Promise<OpenDoor> {
  if (!isLoopback(options.host)) throw new RangeError(`${options.host} is not of this machine alone`)
  const limits = { ...RECIPIENT_LIMITS, ...options.limits }
  const callers = {
    identify: ({ socket }: IncomingMessage) => neighbour(socket, agreement),
    agreementOn: () => null,
  }
  const door = new Door(options, limits, handler, { callers, turning: new Turning({}, callers) })
  const enter: Enter = (...call) => door.enter(...call)
  return openDoor(createServer(), options, limits, options.around?.(enter) ?? enter)
}

function neighbour({ remoteAddress = "" }: Socket, agreement: string): PeerIdentity {
  if (!isLoopback(remoteAddress)) throw new HttpRefusal(403, "only this machine is served here")
  return { agreement, spkiSha256: "", remoteAddress }
}
