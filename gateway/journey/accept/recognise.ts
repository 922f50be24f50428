/**
 * Recognise: has this SubmissionSet come before?
 *
 * A repeat after a lost answer has the same uniqueId and the same octets; it is answered Success and kept once. So is the
 * repeat of a sender whose ledger was put back from a backup; it gets its receipt again.
 * Anything else under a known uniqueId is refused (ITI TF-3 table 4.2.4.1-2).
 */
import { createHash } from "node:crypto"
import type { DocumentEntry, Submission } from "../../standards/xds/submission.ts"
import type { Agreement } from "../agreement.ts"
import { importAudit } from "../audit.ts"
import { MIME } from "../codes.ts"
import { assertedOf, marked, type Inbound } from "./inbound.ts"
import { AcceptanceError } from "../errors.ts"
import { isLive } from "../live-slot.ts"
import { isKnownBySopInstance } from "../packaging.ts"
import type { SubmissionIntake } from "../ports/inbound.ts"
import { receiptAgain } from "../verify/receipt.ts"
import type { DocumentRecord } from "../records/submission.ts"
import type { World } from "../world.ts"

/** null when the set is new. Throws AcceptanceError when it is not, and not the same either. */
export async function recognise(world: World, inbound: Inbound): Promise<SubmissionIntake | null> {
  const { submission } = inbound
  const { submissionSet, documentEntries } = submission
  const earlier = await world.ledger.submissionBySetUid(inbound.agreement.id, "in", submissionSet.uniqueId)
  if (earlier === null) {
    for (const entry of documentEntries) await refuseOtherBytes(world, inbound.agreement, entry)
    return null
  }
  const sent = (await world.ledger.documents(earlier.id)).filter(({ within }) => within === undefined)
  const kept = new Map(sent.map((each) => [each.uniqueId, each]))
  for (const entry of documentEntries) refuseOther(entry, kept.get(entry.uniqueId))
  const isSame =
    kept.size === documentEntries.length &&
    documentEntries.every(({ uniqueId }) => kept.has(uniqueId)) &&
    isOfSamePatient(submission, earlier.private.submission)
  if (!isSame) throw duplicate("XDSDuplicateUniqueIdInRegistry", submissionSet.uniqueId)
  return {
    document: async (entry, octets) => {
      const hash = createHash("sha1")
      for await (const chunk of octets) hash.update(chunk)
      if (hash.digest("hex") !== kept.get(entry.uniqueId)?.hash)
        throw duplicate("XDSNonIdenticalHash", entry.uniqueId)
    },
    commit: async () => {
      const at = world.clock.now().toISOString()
      const { verdict } = earlier.private
      const repeated = {
        ...earlier,
        failureCode: null,
        private: { submission, verdict, ...assertedOf(inbound) },
      }
      await world.ledger.commit([
        ...(await receiptAgain(world, earlier)),
        importAudit(world, repeated, "success", at, inbound.onMedium),
        ...marked(earlier, inbound, at),
      ])
      return []
    },
    abort: () => Promise.resolve(),
  }
}

/** A number put right under the old uniqueId would be lost behind a Success. Unknown once the earlier is destroyed. */
function isOfSamePatient(now: Submission, earlier: Submission | null): boolean {
  return earlier === null || now.submissionSet.patientId === earlier.submissionSet.patientId
}

type Measured = Pick<DocumentEntry, "uniqueId" | "hash" | "size">

/**
 * The same document may come from its sender in another set, but not with other octets, as long as it is here: what another
 * partner calls so is its own, and nobody can say what became of what was destroyed. A DICOM object in clear goes by its
 * SOP Instance UID, which says nothing of the file around it: whether it is here, or is a copy that contradicts, its data
 * set decides once it is opened (verify/study-effect.ts).
 */
export async function refuseOtherBytes(
  world: World,
  agreement: Agreement,
  entry: Measured & Pick<DocumentEntry, "mimeType">,
): Promise<void> {
  if (isKnownBySopInstance(agreement) && entry.mimeType === MIME.dicom) return
  for (const kept of await world.ledger.documentsByUniqueId(entry.uniqueId)) {
    const carrier = await world.ledger.submission(kept.submissionId)
    const isHere = carrier?.direction === "in" && carrier.agreement === agreement.id
    if (isHere && isLive(world, kept.place.slotId)) refuseOther(entry, kept)
  }
}

/** What the sender does not say is not other than before: its octets are compared anyway. */
function refuseOther({ uniqueId, hash, size }: Measured, kept: DocumentRecord | undefined): void {
  if (kept === undefined) return
  if (hash !== null && hash !== kept.hash) throw duplicate("XDSNonIdenticalHash", uniqueId)
  if (size !== null && size !== kept.sizeBytes) throw duplicate("XDSNonIdenticalSize", uniqueId)
}

function duplicate(registryCode: string, uniqueId: string): AcceptanceError {
  return new AcceptanceError("ERR_DUPLICATE", registryCode, uniqueId)
}
