/**
 * Verify: path, policy, role, revocation and time stamp of what was accepted; then the submission takes effect.
 *
 * Until the verdict is `valid` (or `valid-pending`, when only a newer list or token is awaited) nothing is shown as
 * verified. Missing evidence is tried again; a broken signature is kept for a person and never shown as a report.
 */
import { verifySignature } from "../standards/dsg/verify.ts"
import type { Verdict } from "../standards/dsg/verdict.ts"
import type { Agreement } from "./agreement.ts"
import { audit } from "./audit.ts"
import { agreementOf } from "./keep.ts"
import { reached } from "./milestones.ts"
import { readWhole } from "./read-whole.ts"
import type { Change, DocumentRecord, JobRecord, SubmissionKind, SubmissionRecord } from "./records.ts"
import { next } from "./route.ts"
import type { Outcome } from "./run.ts"
import type { World } from "./world.ts"

/** How long to wait for evidence (CRLs are issued daily) before looking again. */
export const EVIDENCE_RETRY_MS = 15 * 60 * 1000

/** What a verified submission does; answered by the files named after the kinds. */
export type TakeEffect = (
  world: World,
  record: SubmissionRecord,
  documents: readonly DocumentRecord[],
  agreement: Agreement,
) => Promise<readonly Change[]>

export async function verify(
  world: World,
  effects: Readonly<Record<SubmissionKind, TakeEffect>>,
  job: JobRecord,
): Promise<Outcome> {
  const record = await world.ledger.submission(job.subject)
  const agreement = record === null ? null : agreementOf(world, record.agreement)
  if (record?.state !== "accepted" || agreement === null) return { changes: [] }
  const documents = await world.ledger.documents(record.id)
  const verdict = await verdictOfSeal(world, record, documents, agreement)
  const at = world.clock.now()
  const judged: SubmissionRecord = { ...record, private: { ...record.private, verdict } }
  world.notify(record.requestId)
  switch (verdict.outcome) {
    case "valid":
    case "valid-pending": {
      const to = next("submission-in", record.state, "verified")?.to ?? record.state
      const verified: SubmissionRecord = { ...judged, state: to, verifiedAt: at.toISOString() }
      const changes = await effects[record.kind](world, verified, documents, agreement)
      return {
        changes: [
          { put: "submission", record: verified },
          ...reached(verified, "verified", at.toISOString()),
          verifiedAudit(verified, verdict),
          ...changes,
        ],
      }
    }
    case "indeterminate":
      return {
        changes: [{ put: "submission", record: judged }],
        again: { at: new Date(at.getTime() + EVIDENCE_RETRY_MS), failureCode: "ERR_CONTENT" },
      }
    case "invalid": {
      const to = next("submission-in", record.state, "invalid")?.to ?? record.state
      const failed: SubmissionRecord = { ...judged, state: to, failureCode: "ERR_CONTENT" }
      return { changes: [{ put: "submission", record: failed }, verifiedAudit(failed, verdict)] }
    }
  }
}

async function verdictOfSeal(
  world: World,
  record: SubmissionRecord,
  documents: readonly DocumentRecord[],
  agreement: Agreement,
): Promise<Verdict> {
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
