/** What a sender is told beside Success: taken, and worth a look. */
import { otherPatient } from "../known-patient.ts"
import { dtm } from "../metadata.ts"
import type { World } from "../world.ts"
import type { Inbound, Remark } from "./inbound.ts"
import { unresolved } from "./relationships.ts"
import { roleIn } from "./roles.ts"

/** A document made later than this after our own clock was dated by a clock that is wrong, or in local time. */
const MAX_SKEW_MS = 60 * 60 * 1000

/** The same for a repetition: its first answer may have been lost. */
export async function remarks(world: World, inbound: Inbound): Promise<readonly Remark[]> {
  return [
    ...fromTheFuture(world, inbound),
    ...(await unresolved(world, inbound)),
    ...(await queued(world, inbound)),
  ]
}

/** Kept, and shown to nobody as this patient's before a person has decided; codeContext is the manifest's uniqueId. */
async function queued(
  world: World,
  { agreement, kind, requestId, submission }: Inbound,
): Promise<readonly Remark[]> {
  if (kind !== "study" || (await otherPatient(world, agreement, requestId, submission)) === null) return []
  const manifest = submission.documentEntries.find(
    (entry) => roleIn(agreement, entry, submission) === "manifest",
  )
  return [
    { errorCode: "DocumentQueued", codeContext: manifest?.uniqueId ?? submission.submissionSet.uniqueId },
  ]
}

/** One for all: it is one clock. No code is for this: the severity says that it is no refusal. */
function fromTheFuture(world: World, { submission }: Inbound): readonly Remark[] {
  const limit = dtm(new Date(world.clock.now().getTime() + MAX_SKEW_MS))
  const late = submission.documentEntries.filter(({ creationTime }) => (creationTime ?? "") > limit)
  const [first] = late
  if (first === undefined) return []
  const codeContext = `creationTime of ${late.length} documents, the first is ${first.entryUUID}, is in the future: DTM is in UTC`
  return [{ errorCode: "XDSRepositoryMetadataError", codeContext }]
}
