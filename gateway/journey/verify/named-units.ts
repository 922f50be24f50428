/**
 * The units a closing submission names: its Detached signature covers manifest, request and the signature of each unit
 * (domain.md 5). Units come in any order, before or after it.
 */
import type { ClaimedContent } from "../../standards/dsg/trust.ts"
import type { Verdict } from "../../standards/dsg/verdict.ts"
import { verifySignature, type Verification } from "../../standards/dsg/verify.ts"
import type { Agreement } from "../agreement.ts"
import { ContentError } from "../errors.ts"
import { isLive } from "../live-slot.ts"
import { readWhole } from "../read-whole.ts"
import type { DocumentRecord, SubmissionRecord } from "../records/submission.ts"
import { digested } from "./seal-verdict.ts"
import type { World } from "../world.ts"

export interface NamedUnit {
  readonly record: SubmissionRecord
  readonly documents: readonly DocumentRecord[]
}

export type NamedUnits =
  /** Signature null: a submission that is whole by itself. */
  | { readonly kind: "here"; readonly signature: Verdict | null; readonly units: readonly NamedUnit[] }
  /** One has not come, or has no verdict yet. */
  | { readonly kind: "awaited" }

/**
 * Our own sender closes what has been answered; another may send in any order. When so long nothing more of it has come, what
 * is missing was lost: the sooner that is said, the sooner it is sent anew.
 */
const UNITS_SILENCE_MS = 5 * 60 * 1000

/** @throws ContentError ERR_DOCUMENTS when a unit was lost, or its seal does not hold */
export async function namedUnits(
  world: World,
  closing: SubmissionRecord,
  documents: readonly DocumentRecord[],
  agreement: Agreement,
): Promise<NamedUnits> {
  const words = documents.filter(({ role }) => role === "manifest" || role === "request")
  const said = await closingSignature(world, documents, words, agreement)
  if (said === null) return { kind: "here", signature: null, units: [] }
  const found = await Promise.all(said.others.map((each) => unitSignedBy(world, closing, each)))
  const units = found.filter((each) => each !== null)
  if (units.some(({ record }) => record.state === "failed"))
    throw new ContentError("ERR_DOCUMENTS", "the seal of a unit does not hold")
  const missing = said.others.length - units.length
  const lastMs = Math.max(...[closing, ...units.map(({ record }) => record)].map(cameAtMs))
  if (missing > 0 && world.clock.now().getTime() - lastMs > UNITS_SILENCE_MS)
    throw new ContentError("ERR_DOCUMENTS", `of ${said.others.length} units ${missing} did not come`)
  if (missing > 0 || units.some(({ record }) => record.state === "accepted")) return { kind: "awaited" }
  const claimed = [...words, ...units.map(({ signature }) => signature)].map(digested)
  return { kind: "here", signature: said.verdictOver(claimed), units }
}

interface ClosingSignature {
  /** uniqueIds it covers beside the words of this submission. */
  readonly others: readonly string[]
  verdictOver(claimed: ClaimedContent["documents"]): Verdict
}

/** The one that covers the manifest; null when there is none: signatures of persons say nothing of units. */
async function closingSignature(
  world: World,
  documents: readonly DocumentRecord[],
  words: readonly DocumentRecord[],
  agreement: Agreement,
): Promise<ClosingSignature | null> {
  const here = new Set(words.map(({ uniqueId }) => uniqueId))
  for (const { role, place } of documents) {
    if (role !== "signature") continue
    const xml = await readWhole(world.spool, place)
    const judged = (claimed: ClaimedContent["documents"]): Verification =>
      verifySignature(
        xml,
        { documents: claimed, submissionSetUniqueId: null },
        world.trust.seal(agreement),
        world.clock.now(),
      )
    const covered = judged([]).covered.map(({ uniqueId }) => uniqueId)
    if (!words.some((each) => each.role === "manifest" && covered.includes(each.uniqueId))) continue
    const others = covered.filter((each) => !here.has(each))
    return { others, verdictOver: (claimed) => judged(claimed).verdict }
  }
  return null
}

const cameAtMs = ({ acceptedAt, createdAt }: SubmissionRecord): number => Date.parse(acceptedAt ?? createdAt)

/** Of the same study and request, under the same agreement, and not destroyed since. */
async function unitSignedBy(
  world: World,
  { agreement, studyId, requestId }: SubmissionRecord,
  uniqueId: string,
): Promise<(NamedUnit & { readonly signature: DocumentRecord }) | null> {
  for (const signature of await world.ledger.documentsByUniqueId(uniqueId)) {
    const record = await world.ledger.submission(signature.submissionId)
    if (
      record?.kind === "unit" &&
      record.direction === "in" &&
      record.agreement === agreement &&
      record.studyId === studyId &&
      record.requestId === requestId &&
      signature.role === "set-signature" &&
      isLive(world, record.slotId)
    )
      return { record, signature, documents: await world.ledger.documents(record.id) }
  }
  return null
}
