/** A seal over more than is in the package: what is here is compared, what is not is named by its signed digest alone. */
import type { Bound } from "./bound.ts"
import type { ClaimedContent } from "../dsg/trust.ts"
import { type Verification, verifySignature } from "../dsg/verify.ts"
import { type VerdictTest, pass } from "../hpki/verdict-test.ts"
import type { Judging } from "./judged.ts"
import type { PresentFile } from "./package-files.ts"
import { digested } from "./report.ts"
import { signatureTrust, withoutAnchors } from "./trust.ts"

export interface SealedOver {
  readonly verification: Verification
  /** Of the verification; and `by-digest` where the seal names more than is here. */
  readonly tests: readonly VerdictTest[]
}

/**
 * @param here what must be among what was signed
 * @param submissionSetUniqueId null = a Detached signature
 * @param bound what counts where the seal has no time stamp of its own
 */
export function verifySealOver(
  { opened, trust, now, bound }: Judging & { readonly bound: Bound },
  seal: PresentFile,
  here: readonly PresentFile[],
  submissionSetUniqueId: string | null,
): SealedOver {
  const sealTrust = signatureTrust(trust, opened, "seal")
  const judged = (documents: ClaimedContent["documents"]): Verification =>
    verifySignature(seal.octets, { documents, submissionSetUniqueId }, sealTrust, now, {
      boundAt: bound.get(seal.path),
    })
  const { covered } = judged([])
  const present = new Set(here.map(({ uniqueId }) => uniqueId))
  // What is not here has the digest that was signed, by definition. One that is no SHA-256 stays unknown, as everywhere.
  const absent = covered
    .filter(({ uniqueId }) => !present.has(uniqueId))
    .map(({ uniqueId, sha256 }) => ({ uniqueId, sha256: sha256 ?? new Uint8Array(0) }))
  const documents = [...here.map(digested), ...absent]
  const verification = withoutAnchors(judged(documents), trust, "seal")
  return {
    verification,
    tests: [
      ...verification.verdict.tests,
      ...(absent.length === 0 ? [] : [pass("by-digest", `${absent.length} documents`)]),
    ],
  }
}
