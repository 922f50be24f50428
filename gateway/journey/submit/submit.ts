/**
 * Submit: one ITI-41 attempt of a sealed submission.
 *
 * Every attempt sends the same octets: headers, ciphertexts and SubmissionSet.uniqueId were made once. Hence an
 * ambiguous failure (the line broke before the answer) may be repeated: the recipient recognises uniqueId and
 * hashes and answers Success.
 */
import { mayTryAgain } from "../../standards/xds/error-codes.ts"
import type { RegistryResponse } from "../../standards/xds/registry-response.ts"
import type { LineTerms } from "../agreement.ts"
import { securityHeader } from "../asserted.ts"
import { exportAudit } from "../audit.ts"
import { isUnderWay } from "../cases/case-file.ts"
import { SubmissionError } from "../errors.ts"
import { agreementInForce, agreementOf, carriesImages, closeStudy, held } from "../keep.ts"
import { lastingFault } from "../lasting-fault.ts"
import { behindScout, lineUp, partnerUp, wasReached } from "./line-up.ts"
import { parentReport } from "./report-documents.ts"
import { putAside } from "./put-aside.ts"
import { isTakenBack, mayBeStopped } from "../retain/recall.ts"
import type { JobRecord } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { next, take } from "../route.ts"
import { due, retryAt, type Decision, type Outcome } from "../run.ts"
import type { World } from "../world.ts"
import { attempted } from "./attempt.ts"
import { opensAt } from "./calendar.ts"
import { isTooLarge, split } from "./split.ts"
import { callNext, takePlace } from "./turn.ts"

export async function submit(world: World, job: JobRecord): Promise<Outcome | Decision> {
  const record = await world.ledger.submission(job.subject)
  const attempt = record === null ? null : next("submission-out", record.state, "attempt")
  if (record === null || attempt === null) return { changes: [] }
  if (agreementInForce(world, record.agreement) === null) return held(world.clock.now())
  if (mayBeStopped(record) && (await isTakenBack(world, record)))
    return { changes: putAside(world, record, "recalled", "ERR_INSTANCE_RECALLED") }
  if (await isAheadOfItsTurn(world, record))
    return {
      changes: [],
      again: { at: new Date(world.clock.now().getTime() + TURN_LOOK_MS), failureCode: null },
    }
  const waits =
    (await forTheHour(world, record)) ?? (await behindScout(world, job)) ?? (await forAPlace(world, record))
  if (waits !== null) return { changes: [], again: waits }
  const attempts = record.attempts + 1
  const sending: SubmissionRecord = { ...record, state: attempt.to, attempts }
  try {
    const answer = await attempted(world, sending, () => begun(world, sending))
    return whileUnsaid(world, sending, (current) => answered(world, current, answer))
  } catch (error) {
    return whileUnsaid(world, sending, (current) => failedAttempt(world, { ...current, attempts }, error))
  } finally {
    world.places.leave(record.agreement, record.id)
  }
}

/**
 * There is a connection to send over. Said before it is under way: what cannot be signed has not left, and what a person took
 * back while it waited for the connection does not leave.
 */
async function begun(world: World, sending: SubmissionRecord): Promise<string | null> {
  const security = await securityHeader(world, sending)
  await world.ledger.commit([{ put: "submission", record: sending }])
  return security
}

type Wait = Required<Outcome>["again"] | null

/** Whatever carries no images is small, and bound by no terms. */
const termsOf = (world: World, { kind, agreement }: SubmissionRecord): LineTerms | undefined =>
  carriesImages(kind) ? agreementOf(world, agreement)?.line : undefined

/** Images leave at the agreed hours. Null: now is one. */
async function forTheHour(world: World, record: SubmissionRecord): Promise<Wait> {
  const line = termsOf(world, record)
  if (line === undefined) return null
  const request = record.requestId === null ? null : await world.ledger.request(record.requestId)
  const at = opensAt(line, request?.urgency ?? "ROUTINE", world.site.timeZone, world.clock.now())
  return at === null ? null : { at, failureCode: null }
}

/** Images leave a few at a time. Null: it has its place, and may go. */
async function forAPlace(world: World, record: SubmissionRecord): Promise<Wait> {
  const line = termsOf(world, record)
  return line === undefined
    ? null
    : takePlace(world, record, world.pace.inFlight(record.agreement, line.inFlight))
}

/** Who waits for the place it leaves, and how the line was. */
async function afterwards(world: World, record: SubmissionRecord): Promise<readonly Change[]> {
  const line = termsOf(world, record)
  if (line === undefined) return []
  const pace = world.pace.known(record.agreement)
  return [
    ...(pace === null ? [] : [{ put: "pace", record: pace } as const]),
    ...(await callNext(world, record.agreement, line.inFlight)),
  ]
}

/** A partner is called by one scout alone: it is called about once a minute, and a line that is back is soon used. */
const SCOUT_ATTEMPTS = 7

/**
 * A correction names what it replaces, an addendum what it is added to: neither must overtake that; nor a recall its study, nor what is asked
 * for anew that recall.
 */
const TURN_LOOK_MS = 15_000
async function isAheadOfItsTurn(world: World, record: SubmissionRecord): Promise<boolean> {
  const { reportId, kind } = record
  if (kind === "recall") return isStudyOpen(world, record)
  if (carriesImages(kind))
    return (
      (await isRecallOpen(world, record)) || (kind === "study" && (await hasUnitsUnderWay(world, record)))
    )
  const report = kind === "report" && reportId !== null ? await world.ledger.report(reportId) : null
  const parent = report === null ? null : await parentReport(world, report)
  const before = await world.ledger.submission(parent?.report.submissionId ?? "")
  return before !== null && isUnderWay(before)
}

/** Made ahead of them for a medium: where it arrives nobody waits long for the units it names. */
const hasUnitsUnderWay = async (world: World, record: SubmissionRecord): Promise<boolean> =>
  (await world.ledger.unitsOf(record.id, "")).underWay > 0

/** The notice would take back with the first sending what another request has sent since. */
async function isRecallOpen(world: World, record: SubmissionRecord): Promise<boolean> {
  const { studyId } = record
  if (studyId === null || (await isTakenBack(world, record))) return false
  const recalls = await world.ledger.submissionsOf({ studyId, kind: "recall" })
  return recalls.some((each) => each.direction === "out" && isUnderWay(each))
}

/** It may still arrive. Whether it is verified there does not matter: what is taken back need not be. */
async function isStudyOpen(world: World, { requestId }: SubmissionRecord): Promise<boolean> {
  const all = requestId === null ? [] : await world.ledger.submissionsOf({ requestId })
  return all.some((each) => carriesImages(each.kind) && each.direction === "out" && isUnderWay(each))
}

/** The signed receipt may have come before the answer: then all is said, and no answer takes it back. */
function whileUnsaid(
  world: World,
  record: SubmissionRecord,
  decide: (current: SubmissionRecord) => Outcome | Promise<Outcome>,
): Decision {
  return {
    locks: [record.studyId],
    decide: async () => {
      const current = await world.ledger.submission(record.id)
      const unsaid = current !== null && next("submission-out", current.state, "attempt") !== null
      const said = unsaid ? await decide(current) : { changes: [] }
      return { ...said, changes: [...said.changes, ...(await afterwards(world, record))] }
    },
  }
}

function answered(
  world: World,
  record: SubmissionRecord,
  answer: RegistryResponse,
): Outcome | Promise<Outcome> {
  if (answer.status === "Success") return accepted(world, record)
  const codes = answer.errors.filter((error) => error.severity === "Error").map((error) => error.errorCode)
  const busy = codes.length > 0 && codes.every(mayTryAgain)
  const code = busy ? "ERR_SUBMISSION_BUSY" : "ERR_SUBMISSION_REFUSED"
  const error = new SubmissionError(code, `the recipient answered ${codes.join(" ")}`)
  return failedAttempt(world, record, error, codes.join(" "))
}

async function accepted(world: World, record: SubmissionRecord): Promise<Outcome> {
  const at = world.clock.now().toISOString()
  const to = take("submission-out", record.state, "success")
  const done: SubmissionRecord = { ...record, state: to, acceptedAt: at, failureCode: null }
  const changes: Change[] = [
    { put: "submission", record: done },
    exportAudit(world, done, "success", at),
    ...closingAfter(world, done),
    ...(await lineUp(world, record.agreement)),
  ]
  const agreement = agreementOf(world, record.agreement)
  if (agreement?.receipts === "registry-response") changes.push(...(await closeStudy(world, done, at)))
  return { changes }
}

/** A unit has come to its end: what it is part of waits for that. */
const closingAfter = (world: World, { partOf }: SubmissionRecord): Change[] =>
  partOf === undefined ? [] : [due("package", partOf, world.clock.now())]

/** Tried again with the same octets, or put aside; what is neither is thrown. */
async function failedAttempt(
  world: World,
  record: SubmissionRecord,
  error: unknown,
  peerCodes = "",
): Promise<Outcome> {
  const lasting = lastingFault(error)
  // Whatever it answered, it is there.
  const woken = wasReached(error) ? await partnerUp(world, record.agreement) : []
  if (lasting !== null) {
    const event = error instanceof SubmissionError ? "refused" : "unusable"
    return {
      changes: [
        ...putAside(world, record, event, peerCodes === "" ? lasting : `${lasting} ${peerCodes}`),
        ...closingAfter(world, record),
        ...woken,
      ],
      fault: error,
    }
  }
  if (!(error instanceof SubmissionError)) throw error
  if (error.failure === "ambiguous" && (await isTooLarge(world, record)))
    return { changes: split(world, record, error), fault: error }
  const now = world.clock.now()
  const to = take("submission-out", record.state, "again")
  const unanswered = (record.unanswered ?? 0) + (error.failure === "ambiguous" ? 1 : 0)
  const waiting: SubmissionRecord = { ...record, state: to, unanswered, failureCode: error.code }
  return {
    changes: [
      { put: "submission", record: waiting },
      exportAudit(world, waiting, "minor", now.toISOString()),
      ...woken,
    ],
    again: {
      at: retryAt(now, Math.min(record.attempts, SCOUT_ATTEMPTS), world.chance),
      failureCode: error.code,
    },
    fault: error,
  }
}
