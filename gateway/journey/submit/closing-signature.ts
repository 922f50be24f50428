/**
 * What binds the units of a delivery: a Detached signature over its manifest, its request and each unit's own signature
 * (domain.md 5). A manifest carries no digests; the units' signatures do.
 */
import type { SignedDocument } from "../../standards/dsg/sign.ts"
import type { Agreement } from "../agreement.ts"
import { MIME, PURPOSE } from "../codes.ts"
import { digested } from "../verify/seal-verdict.ts"
import { notice } from "../verify/receipt.ts"
import type { Content } from "./pack.ts"
import type { Contents } from "./package.ts"
import { signClosing, type StampRule } from "./sign.ts"
import type { DocumentRecord } from "../records/submission.ts"
import type { World } from "../world.ts"
import { sha256 } from "../../standards/sha256.ts"

export type Closing = Required<Pick<Contents, "contents" | "signs" | "signsEarlier">>

/**
 * Nothing for a submission that is whole by itself: its SubmissionSet signature covers all there is.
 *
 * @param signatures of the units
 */
export async function closingSignature(
  world: World,
  agreement: Agreement,
  rule: StampRule,
  words: readonly (Content & { readonly body: { readonly bytes: Uint8Array } })[],
  signatures: readonly DocumentRecord[],
): Promise<Closing> {
  if (signatures.length === 0) return { contents: [], signs: [], signsEarlier: [] }
  const signed: SignedDocument[] = [
    ...words.map(({ uniqueId, mimeType, body }) => ({
      uniqueId,
      sha256: sha256(body.bytes),
      mimeType,
    })),
    ...signatures.map((each) => ({ ...digested(each), mimeType: MIME.xml })),
  ]
  const xml = await signClosing(world, agreement, rule, signed)
  const content = notice(world, "signature", PURPOSE.source.display, xml)
  const by = content.uniqueId
  return {
    contents: [{ ...content, purposes: [PURPOSE.source] }],
    signs: words.map(({ uniqueId }) => ({ by, what: uniqueId })),
    signsEarlier: signatures.map(({ entryUUID }) => ({ by, entryUUID })),
  }
}
