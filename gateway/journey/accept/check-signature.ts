/** What of a seal must hold before an ITI-41 is answered; path, revocation and time stamp follow in `verify.ts`. */
import { immediateFaults } from "../../standards/dsg/verdict.ts"
import { verifySignature } from "../../standards/dsg/verify.ts"
import type { Agreement } from "../agreement.ts"
import { AcceptanceError } from "../errors.ts"
import type { World } from "../world.ts"

interface Digested {
  readonly uniqueId: string
  readonly sha256: Uint8Array
}

interface Candidate {
  readonly uniqueId: string
  /** Read when its turn comes: they are many, and large, as their sender likes. */
  readonly xml: () => Promise<Uint8Array>
}

/**
 * The set's own signature among the signatures of a submission.
 *
 * @param documents every document received, the signatures too; each signs all but itself
 * @returns its uniqueId. Throws AcceptanceError InvalidDocumentContent when none holds; what reading throws.
 */
export async function checkSetSignature(
  world: World,
  agreement: Agreement,
  submissionSetUniqueId: string,
  documents: readonly Digested[],
  signatures: readonly Candidate[],
): Promise<string> {
  const faults: string[] = []
  for (const { uniqueId, xml } of signatures) {
    const others = documents.filter((each) => each.uniqueId !== uniqueId)
    const claimed = { documents: others, submissionSetUniqueId }
    const { verdict } = verifySignature(await xml(), claimed, world.trust.seal(agreement), world.clock.now())
    const wrong = immediateFaults(verdict)
    if (wrong.length === 0) return uniqueId
    faults.push(...wrong.map((test) => `${test.name}: ${test.detail}`))
  }
  const cause = new Error(faults.length === 0 ? "no signature of the submission set" : faults.join("; "))
  const blamed = signatures.at(-1)?.uniqueId ?? submissionSetUniqueId
  throw new AcceptanceError("ERR_CONTENT", "InvalidDocumentContent", blamed, { cause })
}
