/**
 * What comes on a medium [ITI-32] enters as the ITI-41 request it would have been on the line: the recipient's door, at which
 * nobody shows a certificate: who may use it reads a medium in at this machine, and says whose it is; whether it is theirs
 * says the seal.
 */
import type { IncomingMessage } from "node:http"
import { MEDIUM_TYPES } from "../../journey/ports/media.ts"
import type { SubmissionHandler } from "../../journey/ports/inbound.ts"
import type { PeerIdentity } from "../../journey/ports/outside.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { Door, type DoorOptions } from "./door.ts"
import { RECIPIENT_LIMITS } from "./limits.ts"
import { Turning } from "./turning.ts"

/** `POST /media/submissions?agreement=…&user=…&type=…&name=…` */
export const MEDIUM_PATH = "/media/submissions"

export type MediumDoorOptions = Omit<DoorOptions, "path" | "assertedBy" | "onAnswered">

export function mediumDoor(options: MediumDoorOptions, handler: SubmissionHandler): Door {
  const callers = { identify: readerOf, agreementOn: () => null }
  const turning = new Turning({}, callers)
  return new Door({ ...options, path: MEDIUM_PATH }, RECIPIENT_LIMITS, handler, { callers, turning })
}

const MAX_VALUE_LENGTH = 256

/** Whose medium it is, and who reads it in. @throws HttpRefusal 400 */
function readerOf(request: IncomingMessage): PeerIdentity {
  const { searchParams } = new URL(request.url ?? "", "http://localhost")
  const text = (key: string): string => searchParams.get(key)?.slice(0, MAX_VALUE_LENGTH) ?? ""
  const type = MEDIUM_TYPES.find((each) => each === text("type"))
  const [agreement, user] = [text("agreement"), text("user")]
  if (type === undefined || user === "" || agreement === "")
    throw new HttpRefusal(400, "agreement, user and type of the medium are wanted")
  const onMedium = { medium: { name: text("name"), type }, user }
  return { agreement, spkiSha256: "", remoteAddress: "", onMedium }
}
