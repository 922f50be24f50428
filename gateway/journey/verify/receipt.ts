/**
 * Receipt: the recipient's seal over the sender's closing signature, which names all else (domain.md 5).
 * RegistryResponse Success said *accepted*; this says *delivered and verified*.
 */
import { checkProofOfReceipt } from "../../standards/dsg/proof-of-receipt.ts"
import { verifySignature } from "../../standards/dsg/verify.ts"
import { exportAudit } from "../audit.ts"
import { MIME, PURPOSE } from "../codes.ts"
import { found } from "../desk-guards.ts"
import { ContentError } from "../errors.ts"
import { uuidOid } from "../ids.ts"
import { closeStudy } from "../keep.ts"
import { isLive, putSubmission } from "../live-slot.ts"
import type { Content } from "../submit/pack.ts"
import type { ContentsOf } from "../submit/package.ts"
import { readWhole } from "../read-whole.ts"
import type { Change } from "../records/ledger.ts"
import type { DocumentRecord, SubmissionRecord } from "../records/submission.ts"
import { plan } from "../assemble/release.ts"
import { next } from "../route.ts"
import { due } from "../run.ts"
import { signReceipt } from "../submit/sign.ts"
import { subjectOf } from "../subject.ts"
import { digested } from "./seal-verdict.ts"
import { holds, type EffectOf } from "./verify.ts"
import type { World } from "../world.ts"

/** A receipt for what was just verified; kept under the request's slot, so that it outlives the images. */
export function planReceipt(world: World, verified: SubmissionRecord, slotId: string): Change[] {
  const { agreement, studyId, requestId } = verified
  const planned = {
    ...plan(world, { kind: "receipt", agreement, slotId }),
    studyId,
    requestId,
    answers: verified.id,
  }
  return [{ put: "submission", record: planned }, due("package", planned.id, world.clock.now())]
}

/**
 * A submission comes again although its sender had taken the receipt: the sender works on a ledger from a backup and has it
 * no more. Another one is made.
 */
export async function receiptAgain(world: World, repeated: SubmissionRecord): Promise<Change[]> {
  if (repeated.state !== "verified" || repeated.requestId === null) return []
  const beside = await world.ledger.submissionsOf({ requestId: repeated.requestId })
  const receipts = beside.filter(
    ({ kind, direction, answers }) => kind === "receipt" && direction === "out" && answers === repeated.id,
  )
  const [first] = receipts
  if (first === undefined || receipts.some(({ state }) => state !== "accepted")) return []
  return planReceipt(world, repeated, first.slotId)
}

export const receiptContents: ContentsOf = async (world, record, agreement) => {
  const documents = await world.ledger.documents(record.answers ?? "")
  const closing = found(
    documents.find((each) => each.role === "set-signature"),
    "closing signature",
  )
  const xml = await signReceipt(world, agreement, { ...digested(closing), mimeType: MIME.xml })
  const content = notice(world, "receipt", PURPOSE.review.display, xml)
  return {
    subject: await subjectOf(world, record, agreement),
    contents: [{ ...content, purposes: [PURPOSE.review] }],
    signs: [],
    replaces: [],
  }
}

/** A small XML document of our own. */
export function notice(world: World, role: Content["role"], title: string, bytes: Uint8Array): Content {
  return {
    role,
    uniqueId: uuidOid(world.chance),
    title,
    mimeType: MIME.xml,
    SOPClassUID: "",
    SOPInstanceUID: "",
    createdAt: world.clock.now(),
    purposes: [],
    legalAuthenticator: null,
    body: { bytes },
  }
}

/** The receipt names one of our closing signatures and holds: that submission is verified at the other side. */
export const receiptEffect: EffectOf = async (world, _record, documents, agreement) => {
  const document = found(
    documents.find((each) => each.role === "receipt"),
    "receipt in this submission",
  )
  const xml = await readWhole(world.spool, document.place)
  const trust = world.trust.seal(agreement)
  const now = world.clock.now()
  const named = verifySignature(xml, { documents: [], submissionSetUniqueId: null }, trust, now).covered[0]
    ?.uniqueId
  const closing = named === undefined ? null : await ownClosing(world, agreement.id, named)
  if (closing === null) throw new ContentError("ERR_OTHER_SUBJECT", "the receipt names no submission of ours")
  const claimed = { documents: [digested(closing.signature)], submissionSetUniqueId: null }
  const verification = verifySignature(xml, claimed, trust, now)
  // What was given up since is named by its digest alone, and by the agreed keys.
  const isHere = isLive(world, closing.signature.place.slotId)
  const seal = isHere ? await readWhole(world.spool, closing.signature.place) : null
  const proof = checkProofOfReceipt(verification, seal)
  if (proof.outcome !== "pass") throw new ContentError("ERR_DOCUMENTS", proof.detail)
  return {
    signature: verification.verdict,
    follow: async (outcome) => (holds(outcome) ? delivered(world, closing.submission.id) : []),
  }
}

async function ownClosing(
  world: World,
  agreement: string,
  uniqueId: string,
): Promise<{ signature: DocumentRecord; submission: SubmissionRecord } | null> {
  for (const signature of await world.ledger.documentsByUniqueId(uniqueId)) {
    const submission = await world.ledger.submission(signature.submissionId)
    if (
      submission?.direction === "out" &&
      submission.agreement === agreement &&
      signature.role === "set-signature"
    ) {
      return { signature, submission }
    }
  }
  return null
}

/**
 * The receipt may be faster than the RegistryResponse, or come after the line lost that: it proves as much and more, also
 * of what we have given up since. Only what the other side refused by a notice of its own stays refused.
 */
async function delivered(world: World, submissionId: string): Promise<readonly Change[]> {
  const submission = await world.ledger.submission(submissionId)
  const step = submission === null ? null : next("submission-out", submission.state, "receipt")
  if (submission === null || step === null || isRefusedByNotice(submission)) return []
  const at = world.clock.now().toISOString()
  const record: SubmissionRecord = {
    ...submission,
    state: step.to,
    acceptedAt: submission.acceptedAt ?? at,
    verifiedAt: at,
    failureCode: null,
  }
  return [
    putSubmission(world, record),
    ...(await unitsVerified(world, record, at)),
    ...(submission.acceptedAt === null ? [exportAudit(world, record, "success", at)] : []),
    ...(await closeStudy(world, record, at)),
  ]
}

/** What a receipt names names all else. */
async function unitsVerified(
  world: World,
  { id, studyId }: SubmissionRecord,
  at: string,
): Promise<readonly Change[]> {
  const beside = studyId === null ? [] : await world.ledger.submissionsOf({ studyId })
  return beside.flatMap((each): Change[] => {
    const step = each.partOf === id ? next("submission-out", each.state, "receipt") : null
    if (step === null) return []
    const { acceptedAt } = each
    return [putSubmission(world, { ...each, state: step.to, acceptedAt: acceptedAt ?? at, verifiedAt: at })]
  })
}

/** Failed although it was taken: a notice said so. */
const isRefusedByNotice = ({ state, acceptedAt }: SubmissionRecord): boolean =>
  state === "failed" && acceptedAt !== null
