/** Attempt: the octets of a sealed submission handed to the line, the same at every attempt; who sends them is said anew each time. */
import type { RegistryResponse } from "../../standards/xds/registry-response.ts"
import { SpoolError, SubmissionError } from "../errors.ts"
import { uuidUrn } from "../ids.ts"
import type { BeginAttempt, OutboundDocument, SendProgress } from "../ports/outside.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { World } from "../world.ts"
import type { Carried } from "./pace.ts"
import { onTheWire, wireOctets } from "./wrapping.ts"

/**
 * What the line carried, or that it broke, decides how large the next units are. An answer before all was handed over says
 * nothing of the line, nor does a refusal.
 *
 * @param begin what is to be done before the first octet leaves
 */
export async function attempted(
  world: World,
  record: SubmissionRecord,
  begin: BeginAttempt,
): Promise<RegistryResponse> {
  const { agreement, bytesTotal } = record
  const nowMs = (): number => world.clock.now().getTime()
  let fromMs = nowMs()
  // How long a connection was waited for says nothing of the line.
  const begun: BeginAttempt = async () => {
    const security = await begin()
    fromMs = nowMs()
    return security
  }
  let [there, before] = [0, 0]
  const carried = (): Carried => ({ bytes: there - before, fromMs, untilMs: nowMs() })
  try {
    const answer = await send(world, record, begun, (bytes, bytesBefore = 0) => {
      there = bytes
      before = bytesBefore
    })
    if (answer.status === "Success" && there >= bytesTotal) world.pace.through(agreement, carried())
    return answer
  } catch (error) {
    if (error instanceof SubmissionError && error.failure === "ambiguous")
      world.pace.cut(agreement, carried())
    throw error
  }
}

async function send(
  world: World,
  record: SubmissionRecord,
  begin: BeginAttempt,
  carried: SendProgress,
): Promise<RegistryResponse> {
  const { submission } = record.private
  if (submission === null) throw new SpoolError("ERR_SLOT_GONE", "what was to be sent is destroyed")
  const documents = onTheWire(await world.ledger.documents(record.id)).map((each) => outbound(world, each))
  const progress: SendProgress = (bytes, bytesBefore) => {
    carried(bytes, bytesBefore)
    world.progress(record.id, bytes)
  }
  const messageId = uuidUrn(world.chance)
  return world.source.provideAndRegister(record.agreement, submission, documents, messageId, progress, begin)
}

/** As it was wrapped: the same at every attempt. */
function outbound(
  world: World,
  { document, wrapped }: ReturnType<typeof onTheWire>[number],
): OutboundDocument {
  return {
    entryUUID: document.entryUUID,
    lengthBytes: document.sizeBytes,
    open: () => wireOctets(world.spool, document.place, wrapped),
  }
}
