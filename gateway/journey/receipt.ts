/**
 * Receipt: the recipient's seal over the sender's closing signature, which names all else (domain.md 5).
 * RegistryResponse Success said *accepted*; this says *delivered and verified*.
 */
import { COMMITMENT } from "../standards/dsg/commitment.ts"
import { verifySignature } from "../standards/dsg/verify.ts"
import { plan } from "./assemble.ts"
import { exportAudit } from "./audit.ts"
import { MIME, PURPOSE } from "./codes.ts"
import { found } from "./desk-guards.ts"
import { uuidOid } from "./ids.ts"
import { closeStudy } from "./keep.ts"
import { reached } from "./milestones.ts"
import type { Content, ContentsOf } from "./package.ts"
import { readWhole } from "./read-whole.ts"
import type { Change, DocumentRecord, SubmissionRecord } from "./records.ts"
import { next } from "./route.ts"
import { due } from "./run.ts"
import { signReceipt } from "./sign.ts"
import { subjectOf } from "./subject.ts"
import { digested, type TakeEffect } from "./verify.ts"
import type { World } from "./world.ts"

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

export const receiptContents: ContentsOf = async (world, record, agreement) => {
  const documents = await world.ledger.documents(record.answers ?? "")
  const closing = found(
    documents.find((each) => each.role === "set-signature"),
    "closing signature",
  )
  const xml = await signReceipt(world, { ...digested(closing), mimeType: MIME.xml })
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
export const receiptEffect: TakeEffect = async (world, _record, documents, agreement) => {
  const document = documents.find((each) => each.role === "receipt")
  if (document === undefined) return []
  const xml = await readWhole(world.spool, document.place)
  const trust = world.trust.seal(agreement)
  const now = world.clock.now()
  const named = verifySignature(xml, { documents: [], submissionSetUniqueId: null }, trust, now).covered[0]
    ?.uniqueId
  const closing = named === undefined ? null : await ownClosing(world, agreement.id, named)
  if (closing === null) return []
  const claimed = { documents: [digested(closing.signature)], submissionSetUniqueId: null }
  const { verdict, commitments } = verifySignature(xml, claimed, trust, now)
  const proves = commitments.includes(COMMITMENT.proofOfReceipt.identifier)
  if (!proves || (verdict.outcome !== "valid" && verdict.outcome !== "valid-pending")) return []
  return delivered(world, closing.submission, now.toISOString())
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

async function delivered(world: World, submission: SubmissionRecord, at: string): Promise<readonly Change[]> {
  const step = next("submission-out", submission.state, "receipt")
  if (step === null) return []
  // What was verified has arrived, whether or not the answer that said so ever came.
  const acceptedAt = submission.acceptedAt ?? at
  const record: SubmissionRecord = {
    ...submission,
    state: step.to,
    acceptedAt,
    verifiedAt: at,
    failureCode: null,
  }
  world.notify(record.requestId)
  return [
    { put: "submission", record },
    ...(submission.acceptedAt === null
      ? [...reached(record, "accepted", at), exportAudit(world, record, "success", at)]
      : []),
    ...reached(record, "verified", at),
    ...(await closeStudy(world, record, at)),
  ]
}
