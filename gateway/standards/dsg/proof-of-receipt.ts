/** What makes a signature over a seal the proof that somebody else received what was sealed. */
import { type VerdictTest, check, fail } from "../hpki/verdict-test.ts"
import { COMMITMENT } from "./commitment.ts"
import { findSigner } from "./signer.ts"
import { readSignatureDocument } from "./signature-document.ts"
import type { Verification } from "./verify.ts"

/**
 * Test `proof-of-receipt`: it says so, and it is by another key than the seal. Nobody is their own witness: without the second
 * half a sender could write the receipt of what never arrived.
 *
 * @param receipt as verified over exactly this seal
 * @param seal the DSG document it covers; null when it is not here
 * @throws Malformed for a seal that is no DSG document
 */
export function checkProofOfReceipt(
  { commitments, signer }: Pick<Verification, "commitments" | "signer">,
  seal: Uint8Array | null,
): VerdictTest {
  if (!commitments.includes(COMMITMENT.proofOfReceipt.identifier))
    return fail("proof-of-receipt", "the signature is no proof of receipt")
  const sender = seal === null ? null : findSigner(readSignatureDocument(seal))
  const isOwn = signer !== null && sender !== null && Buffer.compare(signer.spki, sender.spki) === 0
  return check("proof-of-receipt", !isOwn, "is by the sender of what it confirms")
}
