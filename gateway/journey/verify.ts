/**
 * Verify: path, policy, role, revocation and time stamp of what was accepted; then the submission takes effect.
 *
 * Until the verdict is `valid` (or `valid-pending`, when only a newer list or token is awaited) nothing is shown as
 * verified. Missing evidence is tried again; a broken signature, or content about somebody else, is kept for a person
 * and never shown as a report.
 */
import { outcomeOf, type Verdict, type VerdictOutcome } from "../standards/dsg/verdict.ts"
import { verifySignature } from "../standards/dsg/verify.ts"
import { Malformed } from "../standards/malformed.ts"
import type { Agreement } from "./agreement.ts"
import { audit } from "./audit.ts"
import { ContentError, type ErrorCode } from "./errors.ts"
import { agreementOf } from "./keep.ts"
import { reached } from "./milestones.ts"
import { readWhole } from "./read-whole.ts"
import type { Change, DocumentRecord, JobRecord, SubmissionKind, SubmissionRecord } from "./records.ts"
import { next } from "./route.ts"
import type { Outcome } from "./run.ts"
import type { World } from "./world.ts"

/** How long to wait for evidence (CRLs are issued daily) before looking again. */
export const EVIDENCE_RETRY_MS = 15 * 60 * 1000

/** Changes, and what the signature inside came to: the submission is worth no more than that. */
export interface SignedContent {
  readonly signature: Verdict
  readonly changes: readonly Change[]
}

/**
 * What a verified submission does; answered by the files named after the kinds.
 *
 * @throws ContentError or Malformed when it must not take effect: it is kept as failed
 */
export type TakeEffect = (
  world: World,
  record: SubmissionRecord,
  documents: readonly DocumentRecord[],
  agreement: Agreement,
) => Promise<readonly Change[] | SignedContent>

export async function verify(
  world: World,
  effects: Readonly<Record<SubmissionKind, TakeEffect>>,
  job: JobRecord,
): Promise<Outcome> {
  const record = await world.ledger.submission(job.subject)
  const agreement = record === null ? null : agreementOf(world, record.agreement)
  if (record === null || agreement === null || !isOpen(record)) return { changes: [] }
  const documents = await world.ledger.documents(record.id)
  const seal = await verdictOfSeal(world, record, documents, agreement)
  const judged: SubmissionRecord = { ...record, private: { ...record.private, verdict: seal } }
  world.notify(record.requestId)
  if (!holds(seal.outcome)) return judgement(world, judged, seal, [])
  try {
    const effect = await effects[record.kind](world, judged, documents, agreement)
    return "signature" in effect
      ? judgement(world, judged, effect.signature, effect.changes, "ERR_REPORT_SIGNATURE")
      : judgement(world, judged, seal, effect)
  } catch (error) {
    return fails(judged, seal, error)
  }
}

/** Only a report is judged again once it counts as verified: by a newer list its signature may still fall. */
const isOpen = ({ state, kind }: SubmissionRecord): boolean =>
  next("submission-in", state, "verified") !== null && (state === "accepted" || kind === "report")

/** Nothing speaks against it; at most a newer list or token is awaited. */
export const holds = (outcome: VerdictOutcome | undefined): boolean =>
  outcome === "valid" || outcome === "valid-pending"

/** @param failureCode what an invalid `verdict` means */
function judgement(
  world: World,
  judged: SubmissionRecord,
  verdict: Verdict,
  changes: readonly Change[],
  failureCode: ErrorCode = "ERR_CONTENT",
): Outcome {
  const at = world.clock.now()
  const later = new Date(at.getTime() + EVIDENCE_RETRY_MS)
  switch (verdict.outcome) {
    case "valid":
    case "valid-pending": {
      const verified = taken(judged, at.toISOString())
      return {
        changes: [
          { put: "submission", record: verified },
          ...(judged.state === "accepted" ? reached(verified, "verified", at.toISOString()) : []),
          verifiedAudit(verified, verdict),
          ...changes,
        ],
        ...(awaitsNewerList(judged, verdict) ? { again: { at: later, failureCode: null } } : {}),
      }
    }
    case "indeterminate":
      return {
        changes: [{ put: "submission", record: judged }, ...changes],
        again: { at: later, failureCode },
      }
    case "invalid":
      return { changes: [...refused(judged, verdict, failureCode), ...changes] }
  }
}

function taken(judged: SubmissionRecord, at: string): SubmissionRecord {
  const to = next("submission-in", judged.state, "verified")?.to ?? judged.state
  return { ...judged, state: to, verifiedAt: judged.verifiedAt ?? at }
}

/** A list issued after the signature is still to come; a missing time stamp never comes by itself. */
const awaitsNewerList = ({ kind }: SubmissionRecord, { tests }: Verdict): boolean =>
  kind === "report" && tests.some(({ name, outcome }) => outcome === "unknown" && name.endsWith("newer-crl"))

function refused(judged: SubmissionRecord, verdict: Verdict, failureCode: ErrorCode): Change[] {
  const to = next("submission-in", judged.state, "invalid")?.to ?? judged.state
  const failed: SubmissionRecord = { ...judged, state: to, failureCode }
  return [{ put: "submission", record: failed }, verifiedAudit(failed, verdict)]
}

/** What the documents themselves forbid. Anything else is a fault of ours: the step is run again. */
function fails(judged: SubmissionRecord, seal: Verdict, error: unknown): Outcome {
  if (!(error instanceof ContentError) && !(error instanceof Malformed)) throw error
  const failureCode = error instanceof ContentError ? error.code : "ERR_DOCUMENTS"
  const tests = [...seal.tests, { name: "content", outcome: "fail", detail: error.code } as const]
  const verdict: Verdict = { ...seal, outcome: outcomeOf(tests), tests }
  return { changes: refused(judged, verdict, failureCode), fault: error }
}

async function verdictOfSeal(
  world: World,
  record: SubmissionRecord,
  documents: readonly DocumentRecord[],
  agreement: Agreement,
): Promise<Verdict> {
  const decided = record.private.verdict
  if (record.state !== "accepted" && decided !== null) return decided
  const signature = documents.find((each) => each.role === "set-signature")
  const xml = signature === undefined ? new Uint8Array(0) : await readWhole(world.spool, signature.place)
  const claimed = {
    documents: documents.filter((each) => each !== signature).map(digested),
    submissionSetUniqueId: record.submissionSetUid,
  }
  return verifySignature(xml, claimed, world.trust.seal(agreement), world.clock.now()).verdict
}

export const digested = (document: DocumentRecord): { uniqueId: string; sha256: Uint8Array } => ({
  uniqueId: document.uniqueId,
  sha256: Buffer.from(document.sha256, "hex"),
})

function verifiedAudit(record: SubmissionRecord, verdict: Verdict): Change {
  return audit(`verified/${record.id}/${verdict.outcome}`, {
    event: "verified",
    outcome: verdict.outcome === "invalid" ? "serious" : "success",
    at: verdict.checkedAt,
    PatientID: record.private.submission?.submissionSet.patientId ?? null,
    objectId: record.submissionSetUid,
    description:
      verdict.tests
        .filter((test) => test.outcome === "fail")
        .map((test) => test.name)
        .join(" ") || null,
  })
}
