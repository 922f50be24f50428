/**
 * Verify: path, policy, role, revocation and time stamp of what was accepted; then the submission takes effect.
 *
 * Until the verdict is `valid` (or `valid-pending`, when only a newer list or token is awaited) nothing is shown as
 * verified. Missing evidence is tried again; a broken signature, content about somebody else or content that cannot be
 * read is kept for a person, with a code, and never shown as a report.
 */
import { outcomeOf, type Verdict, type VerdictOutcome } from "../../standards/dsg/verdict.ts"
import type { Agreement } from "../agreement.ts"
import { audit } from "../audit.ts"
import { AcceptanceError, type ErrorCode } from "../errors.ts"
import { agreementOf } from "../keep.ts"
import { putSubmission } from "../live-slot.ts"
import { planRefusal } from "./plan-refusal.ts"
import { lastingFault } from "../lasting-fault.ts"
import type { JobRecord } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import type { DocumentRecord, SubmissionKind, SubmissionRecord } from "../records/submission.ts"
import { verdictOfSeal } from "./seal-verdict.ts"
import { next, take } from "../route.ts"
import { patientCxOf, patientIdOf } from "../same-subject.ts"
import type { Decision, Outcome } from "../run.ts"
import type { World } from "../world.ts"

/** How long to wait for evidence (CRLs are issued daily) before looking again. */
export const EVIDENCE_RETRY_MS = 15 * 60 * 1000

/** What a submission does where it arrives. It was looked at before; `follow` runs under the locks. */
export interface Effect {
  /** Of the signature inside: the submission is worth no more than that. Null when there is none. */
  readonly signature: Verdict | null
  /** What of its content is kept with the submission, for want of anything else to keep it with. Absent = nothing. */
  readonly keeps?: Pick<SubmissionRecord["private"], "preliminary">
  /** How soon it is looked at again when `follow` has given null; absent = as for missing evidence. Runs under the locks. */
  readonly lookAgainMs?: () => Promise<number>
  /** What it waits for when `follow` has given null, for who looks at the case; absent = what comes by itself. */
  readonly waitsFor?: ErrorCode
  /**
   * The seal holds: what follows from this outcome of the signature inside, or of the seal when there is none. Null while
   * something it builds on waits for its own verdict: it is looked at again.
   */
  follow(outcome: VerdictOutcome): Promise<readonly Change[] | null>
}

/**
 * Answered by the files named after the kinds.
 *
 * @throws ContentError, Malformed and whatever else is a `lastingFault`: the submission is kept as failed
 */
export type EffectOf = (
  world: World,
  record: SubmissionRecord,
  documents: readonly DocumentRecord[],
  agreement: Agreement,
) => Promise<Effect>

export type Effects = Readonly<Record<SubmissionKind, EffectOf>>

export async function verify(world: World, effects: Effects, job: JobRecord): Promise<Outcome | Decision> {
  const record = await world.ledger.submission(job.subject)
  if (record === null || !isOpen(record)) return { changes: [] }
  const looked = await lookAt(world, effects, record)
  return {
    locks: [record.studyId, record.requestId, patientLock(record)],
    decide: async () => {
      try {
        return await decided(world, looked)
      } catch (error) {
        return failed(world, { ...looked, fault: error })
      }
    },
  }
}

/** Of two people who come under one number at once, the second must meet the first (known-patient.ts). */
function patientLock({ kind, private: { submission } }: SubmissionRecord): string | null {
  return kind === "study" ? `patient/${patientIdOf(submission?.documentEntries[0])}` : null
}

/** Only a report is judged again once it counts as verified: by a newer list its signature may still fall. */
const isOpen = ({ direction, state, kind }: SubmissionRecord): boolean =>
  direction === "in" &&
  next("submission-in", state, "verified") !== null &&
  (state === "accepted" || kind === "report")

/** Nothing speaks against it: at most a newer list or token is awaited, or no signature is agreed. */
export const holds = (outcome: VerdictOutcome | undefined): boolean =>
  outcome === "valid" || outcome === "valid-pending" || outcome === "unsigned"

interface Looked {
  readonly record: SubmissionRecord
  /** Null only when a fault came before it. */
  readonly seal: Verdict | null
  readonly effect: Effect | null
  readonly fault: unknown
}

/** The seal, and, unless it is broken, what the submission would do. Takes its time: nothing is locked. */
async function lookAt(world: World, effects: Effects, record: SubmissionRecord): Promise<Looked> {
  let seal: Verdict | null = null
  try {
    const agreement = agreementOf(world, record.agreement)
    if (agreement === null)
      throw new AcceptanceError("ERR_NOT_AGREED", "XDSRepositoryError", "there is no such agreement any more")
    const documents = await world.ledger.documents(record.id)
    seal = await verdictOfSeal(world, record, documents, agreement)
    const judged: SubmissionRecord = { ...record, private: { ...record.private, verdict: seal } }
    const isBroken = seal.outcome === "invalid"
    const effect = isBroken ? null : await effects[record.kind](world, judged, documents, agreement)
    return { record, seal, effect, fault: null }
  } catch (error) {
    return { record, seal, effect: null, fault: error }
  }
}

async function decided(world: World, looked: Looked): Promise<Outcome> {
  const { record, seal, effect, fault } = looked
  if (fault !== null || seal === null) throw fault
  const judged: SubmissionRecord = { ...record, private: { ...record.private, verdict: seal } }
  const again = { at: new Date(world.clock.now().getTime() + EVIDENCE_RETRY_MS) }
  if (effect === null) return { changes: await broken(world, judged, seal, "ERR_CONTENT") }
  if (!holds(seal.outcome)) {
    const changes = [putSubmission(world, judged)]
    return { changes, again: { ...again, failureCode: "ERR_CONTENT" } }
  }
  const verdict = effect.signature ?? seal
  const failureCode = record.kind === "report" ? "ERR_REPORT_SIGNATURE" : "ERR_CONTENT"
  const follows = await effect.follow(verdict.outcome)
  if (follows === null)
    return {
      changes: [],
      again: { at: await lookAgainAt(world, effect), failureCode: effect.waitsFor ?? null },
    }
  switch (verdict.outcome) {
    case "valid":
    case "valid-pending":
    case "unsigned":
      return {
        changes: [...verified(world, keeping(judged, effect), verdict), ...follows],
        ...(awaitsNewerList(judged, verdict) ? { again: { ...again, failureCode: null } } : {}),
      }
    case "indeterminate":
      return {
        changes: [putSubmission(world, judged), ...follows],
        again: { ...again, failureCode },
      }
    case "invalid":
      return { changes: [...(await broken(world, judged, verdict, failureCode)), ...follows] }
  }
}

const keeping = (record: SubmissionRecord, { keeps = {} }: Effect): SubmissionRecord => ({
  ...record,
  private: { ...record.private, ...keeps },
})

async function lookAgainAt({ clock }: World, { lookAgainMs }: Effect): Promise<Date> {
  const afterMs = lookAgainMs === undefined ? EVIDENCE_RETRY_MS : await lookAgainMs()
  return new Date(clock.now().getTime() + afterMs)
}

function verified(world: World, judged: SubmissionRecord, verdict: Verdict): Change[] {
  const at = world.clock.now().toISOString()
  const to = take("submission-in", judged.state, "verified")
  const record: SubmissionRecord = { ...judged, state: to, verifiedAt: judged.verifiedAt ?? at }
  return [putSubmission(world, record), verifiedAudit(record, verdict)]
}

/** A list issued after the signature is still to come; a missing time stamp never comes by itself. */
const awaitsNewerList = ({ kind }: SubmissionRecord, { tests }: Verdict): boolean =>
  kind === "report" && tests.some(({ name, outcome }) => outcome === "unknown" && name.endsWith("newer-crl"))

async function broken(
  world: World,
  judged: SubmissionRecord,
  verdict: Verdict,
  failureCode: ErrorCode,
): Promise<Change[]> {
  const to = take("submission-in", judged.state, "invalid")
  const record: SubmissionRecord = { ...judged, state: to, failureCode }
  return [putSubmission(world, record), verifiedAudit(record, verdict), ...(await planRefusal(world, record))]
}

/** Put aside, visible, when trying again cannot help. Throws what may pass. */
async function failed(world: World, { record, seal, fault }: Looked): Promise<Outcome> {
  const code = lastingFault(fault)
  const step = next("submission-in", record.state, "unusable")
  if (code === null || step === null) throw fault
  const verdict = seal === null ? null : withContent(seal, code)
  const unusable: SubmissionRecord = {
    ...record,
    state: step.to,
    failureCode: code,
    private: { ...record.private, verdict },
  }
  const told = verdict === null ? unusableAudit(world, unusable) : verifiedAudit(unusable, verdict)
  return {
    changes: [putSubmission(world, unusable), told, ...(await planRefusal(world, unusable))],
    fault,
  }
}

/** Of the seal, and of what it was put on. */
function withContent(seal: Verdict, code: string): Verdict {
  const tests = [...seal.tests, { name: "content", outcome: "fail", detail: code } as const]
  return { ...seal, outcome: outcomeOf(tests), tests }
}

function verifiedAudit(record: SubmissionRecord, verdict: Verdict): Change {
  const faults = verdict.tests.filter((test) => test.outcome === "fail").map((test) => test.name)
  return judgedAudit(record, verdict.checkedAt, faults.join(" ") || unsignedWords(verdict))
}

function unsignedWords({ outcome, policy }: Verdict): string | null {
  if (outcome !== "unsigned") return null
  return policy === "" ? "not signed, by agreement" : `not signed, unencrypted by agreement: ${policy}`
}

const unusableAudit = (world: World, record: SubmissionRecord): Change =>
  judgedAudit(record, world.clock.now().toISOString(), record.failureCode)

function judgedAudit(record: SubmissionRecord, at: string, description: string | null): Change {
  return audit(`verified/${record.id}/${record.state}`, {
    event: "verified",
    outcome: record.state === "failed" ? "serious" : "success",
    at,
    PatientID: patientCxOf(record.private.submission),
    objectId: record.submissionSetUid,
    description,
  })
}
