/**
 * Submit: one ITI-41 attempt of a sealed submission.
 *
 * Every attempt sends the same octets: headers, ciphertexts and SubmissionSet.uniqueId were made once. Hence an
 * ambiguous failure (the line broke before the answer) may be repeated: the recipient recognises uniqueId and
 * hashes and answers Success.
 */
import { SubmissionError } from "./errors.ts"
import { retryAt, type Outcome } from "./run.ts"
import { next } from "./route.ts"
import type { DocumentRecord, JobRecord, SubmissionRecord, Change } from "./records.ts"
import type { OutboundDocument } from "./ports.ts"
import type { RegistryResponse } from "../standards/xds/registry-response.ts"
import { uuidUrn } from "./ids.ts"
import { exportAudit } from "./audit.ts"
import { reached } from "./milestones.ts"
import { agreementInForce, closeStudy, held } from "./keep.ts"
import type { World } from "./world.ts"

/** Registry errors that say "not now" (ITI TF-3 table 4.2.4.1-2). */
const TRY_AGAIN = new Set(["XDSRepositoryBusy", "XDSRepositoryOutOfResources"])

export async function submit(world: World, job: JobRecord): Promise<Outcome> {
  const record = await world.ledger.submission(job.subject)
  const attempt = record === null ? null : next("submission-out", record.state, "attempt")
  if (record === null || attempt === null || record.private.submission === null) return { changes: [] }
  if (agreementInForce(world, record.agreement) === null) return held(world.clock.now())
  const sending: SubmissionRecord = { ...record, state: attempt.to, attempts: record.attempts + 1 }
  await world.ledger.commit([{ put: "submission", record: sending }])
  world.notify(record.requestId)
  try {
    const answer = await send(world, sending)
    return await whileSending(world, sending, (current) => afterAnswer(world, current, answer))
  } catch (error) {
    if (!(error instanceof SubmissionError)) throw error
    return whileSending(world, sending, (current) =>
      failedAttempt(world, current, error.failure === "permanent", error.code),
    )
  }
}

/** The signed receipt may have come before the answer: then all is said, and no answer takes it back. */
async function whileSending(
  world: World,
  sent: SubmissionRecord,
  decide: (current: SubmissionRecord) => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  const current = await world.ledger.submission(sent.id)
  return current?.state === "sending" ? decide(current) : { changes: [] }
}

async function send(world: World, record: SubmissionRecord): Promise<RegistryResponse> {
  const { submission } = record.private
  if (submission === null)
    throw new SubmissionError("ERR_SUBMISSION_REFUSED", "the submission's slot is gone")
  const documents = (await world.ledger.documents(record.id)).map((each) => outbound(world, each))
  const messageId = uuidUrn(world.chance)
  return world.source.provideAndRegister(record.agreement, submission, documents, messageId, (bytes) =>
    world.progress(record.id, bytes),
  )
}

/** Prefix ‖ ciphertext as it lies in the spool ‖ suffix: one CMS AuthEnvelopedData, the same at every attempt. */
function outbound(world: World, document: DocumentRecord): OutboundDocument {
  return {
    entryUUID: document.entryUUID,
    lengthBytes: document.sizeBytes,
    async *open() {
      yield Buffer.from(document.private.envelopePrefix, "base64")
      const object = await world.spool.open(document.place)
      yield* object.ciphertext()
      yield Buffer.from(document.private.envelopeSuffix, "base64")
    },
  }
}

async function afterAnswer(
  world: World,
  record: SubmissionRecord,
  answer: RegistryResponse,
): Promise<Outcome> {
  if (answer.status === "Success") return accepted(world, record)
  const codes = answer.errors.filter((error) => error.severity === "Error").map((error) => error.errorCode)
  const again = codes.length > 0 && codes.every((code) => TRY_AGAIN.has(code))
  return failedAttempt(
    world,
    record,
    !again,
    again ? "ERR_SUBMISSION_BUSY" : "ERR_SUBMISSION_REFUSED",
    codes.join(" "),
  )
}

async function accepted(world: World, record: SubmissionRecord): Promise<Outcome> {
  const at = world.clock.now().toISOString()
  const to = next("submission-out", record.state, "success")?.to ?? record.state
  const done: SubmissionRecord = { ...record, state: to, acceptedAt: at, failureCode: null }
  const changes: Change[] = [
    { put: "submission", record: done },
    ...reached(record, "accepted", at),
    exportAudit(world, done, "success", at),
  ]
  world.notify(record.requestId)
  const agreement = world.agreements.find((each) => each.id === record.agreement)
  if (agreement?.receipts === "registry-response") changes.push(...(await closeStudy(world, done, at)))
  return { changes }
}

function failedAttempt(
  world: World,
  record: SubmissionRecord,
  permanent: boolean,
  code: SubmissionError["code"],
  peerCodes = "",
): Outcome {
  const now = world.clock.now()
  const step = next("submission-out", record.state, permanent ? "refused" : "again")
  const failed: SubmissionRecord = {
    ...record,
    state: step?.to ?? record.state,
    failureCode: peerCodes === "" ? code : `${code} ${peerCodes}`,
  }
  const changes: Change[] = [
    { put: "submission", record: failed },
    exportAudit(world, failed, permanent ? "serious" : "minor", now.toISOString()),
  ]
  world.notify(record.requestId)
  if (permanent) return { changes }
  return { changes, again: { at: retryAt(now, record.attempts, world.chance), failureCode: code } }
}
