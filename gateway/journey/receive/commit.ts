/**
 * Commit: a device asks whether it may delete what it has sent (PS3.4 J). The promise to keep and to give back is the
 * hospital's archive's; we relay the question under a Transaction UID of our own and pass the answer on. Without an
 * archive, without an answer in time, or against any doubt the answer is a failure: never a false promise.
 */
import {
  FAILURE_REASON,
  settled,
  type CommitmentRequest,
  type CommitmentResult,
} from "../../standards/dicom/storage-commitment.ts"
import type { CommitmentRecord } from "../records/archive.ts"
import { AssociationError, DimseError, type ErrorCode } from "../errors.ts"
import type { CommitmentHandler, CommitmentLine } from "../ports/dicom-nodes.ts"
import type { StoreAnswer } from "../ports/inbound.ts"
import { uuid, uuidOid } from "../ids.ts"
import { noteAwaited } from "./awaited.ts"
import type { Filing } from "./file-instance.ts"
import type { JobRecord } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import { next } from "../route.ts"
import { due, retryAt, type Outcome } from "../run.ts"
import type { World } from "../world.ts"

/** How long the archive has for its answer, and how long we try to tell it to a device. */
export const ANSWER_WITHIN_MS = 24 * 60 * 60 * 1000
export const TELL_WITHIN_MS = 7 * 24 * 60 * 60 * 1000
/** After a refusal for good somebody has to correct a setting; we look again every hour. */
const CORRECTED_RETRY_MS = 60 * 60 * 1000

const SUCCESS: StoreAnswer = { status: 0x0000, comment: "" }
/** PS3.7 C.5. */
const UNKNOWN_TRANSACTION: StoreAnswer = { status: 0x0110, comment: "this transaction is not ours" }
const NOT_AUTHORIZED: StoreAnswer = { status: 0x0124, comment: "not the archive we asked" }

/**
 * @param filing of what this device sent a moment ago the rows may still wait: they come before its question
 * @param archiveAE the only one whose results count; null without an archive
 */
export function commitmentHandler(
  world: World,
  filing: Pick<Filing, "flush">,
  archiveAE: string | null,
): CommitmentHandler {
  return {
    request: ({ callingAE }, request) =>
      world.locks.with(`transaction/${callingAE}/${request.TransactionUID}`, async () => {
        await filing.flush()
        const earlier = await world.ledger.commitmentsOf(callingAE, request.TransactionUID)
        const open = earlier.filter((each) => each.state !== "told" && each.state !== "failed")
        // Asked again before it was told: the device did not hear our answer to its N-ACTION.
        if (open.some((each) => sameReferences(each.private.request, request))) return SUCCESS
        await world.ledger.commit(requested(world, callingAE, request, open.length > 0))
        return SUCCESS
      }),
    result: async ({ callingAE }, result) => {
      if (callingAE !== archiveAE) return NOT_AUTHORIZED
      const asked = await world.ledger.commitmentByRelay(result.TransactionUID)
      if (asked === null) return UNKNOWN_TRANSACTION
      await world.locks.with(asked.id, async () => {
        const record = await world.ledger.commitment(asked.id)
        const request = record?.private.request ?? null
        if (record === null || request === null) return
        const step = next("commitment", record.state, "result")
        // The same result a second time: it is known.
        if (step === null) return
        await world.ledger.commit([
          put(answered(world, record, step.to, settled(request, result))),
          due("commit", record.id, world.clock.now()),
        ])
      })
      return SUCCESS
    },
  }
}

function sameReferences(one: CommitmentRequest | null, other: CommitmentRequest): boolean {
  const names = ({ references }: CommitmentRequest): string =>
    JSON.stringify(references.map((each) => [each.SOPInstanceUID, each.SOPClassUID]).sort())
  return one !== null && names(one) === names(other)
}

/** A Transaction UID that stands for something else already fails as a whole (PS3.3 C.14.1.1). */
function requested(world: World, callingAE: string, request: CommitmentRequest, inUse: boolean): Change[] {
  const record: CommitmentRecord = {
    id: uuid(world.chance),
    state: next("commitment", "-", "request")?.to ?? "requested",
    callingAE,
    TransactionUID: request.TransactionUID,
    relayedTransactionUID: uuidOid(world.chance),
    instances: request.references.length,
    committed: 0,
    requestedAt: world.clock.now().toISOString(),
    answeredAt: null,
    toldAt: null,
    failureCode: null,
    private: { request, result: null },
  }
  const failed = failing(request, () => FAILURE_REASON.duplicateTransactionUID)
  const kept = inUse ? answered(world, record, "answered", failed) : record
  return [put(kept), due("commit", record.id, world.clock.now())]
}

const put = (record: CommitmentRecord): Change => ({ put: "commitment", record })

function failing(request: CommitmentRequest, reasonOf: (SOPInstanceUID: string) => number): CommitmentResult {
  return {
    TransactionUID: request.TransactionUID,
    RetrieveAETitle: "",
    committed: [],
    failed: request.references.map((each) => ({
      ...each,
      FailureReason: reasonOf(each.SOPInstanceUID),
    })),
  }
}

function answered(
  world: World,
  record: CommitmentRecord,
  state: CommitmentRecord["state"],
  result: CommitmentResult,
): CommitmentRecord {
  return {
    ...record,
    state,
    committed: result.committed.length,
    answeredAt: world.clock.now().toISOString(),
    private: { ...record.private, result },
  }
}

/** The job of one commitment, in whichever state it is. Without an archive nothing can be promised. */
export async function commit(
  world: World,
  line: CommitmentLine,
  hasArchive: boolean,
  job: JobRecord,
): Promise<Outcome> {
  const record = await world.ledger.commitment(job.subject)
  const request = record?.private.request ?? null
  if (record === null || request === null) return { changes: [] }
  switch (record.state) {
    case "requested":
      await noteAwaited(world, request)
      return hasArchive
        ? ask(world, line, record, request, job)
        : refuse(world, record, await without(world, request))
    case "asked":
      return awaitAnswer(world, record, request)
    case "answered":
      return tell(world, line, record, job)
    case "told":
    case "failed":
      return { changes: [] }
  }
}

async function ask(
  world: World,
  line: CommitmentLine,
  record: CommitmentRecord,
  request: CommitmentRequest,
  job: JobRecord,
): Promise<Outcome> {
  const { relayedTransactionUID: TransactionUID } = record
  try {
    await line.ask({ TransactionUID, references: request.references })
  } catch (error) {
    if (!isOfLine(error)) throw error
    const late = overdue(world, record)
    if (error.failure !== "permanent" && !late) return again(world, record, error, job)
    const reason =
      error.code === "ERR_DIMSE_BUSY" ? FAILURE_REASON.resourceLimitation : FAILURE_REASON.processingFailure
    const failed = { ...record, failureCode: error.code }
    return refuse(
      world,
      failed,
      failing(request, () => reason),
    )
  }
  const to = next("commitment", record.state, "taken")?.to ?? record.state
  return {
    changes: [put({ ...record, state: to, failureCode: null })],
    again: { at: deadline(record), failureCode: null },
  }
}

const deadline = ({ requestedAt }: CommitmentRecord): Date =>
  new Date(new Date(requestedAt).getTime() + ANSWER_WITHIN_MS)
const overdue = (world: World, record: CommitmentRecord): boolean => deadline(record) <= world.clock.now()

/** The job is there only to end the waiting; a result puts it forward. */
function awaitAnswer(world: World, record: CommitmentRecord, request: CommitmentRequest): Outcome {
  if (!overdue(world, record)) return { changes: [], again: { at: deadline(record), failureCode: null } }
  return refuse(
    world,
    record,
    failing(request, () => FAILURE_REASON.processingFailure),
  )
}

/** What we have but do not promise to keep, and what we have never seen. */
async function without(world: World, request: CommitmentRequest): Promise<CommitmentResult> {
  const ours = new Set<string>()
  for (const { SOPInstanceUID } of request.references)
    if (await world.ledger.knowsInstance(SOPInstanceUID)) ours.add(SOPInstanceUID)
  return failing(request, (uid) =>
    ours.has(uid) ? FAILURE_REASON.processingFailure : FAILURE_REASON.noSuchInstance,
  )
}

function refuse(world: World, record: CommitmentRecord, result: CommitmentResult): Outcome {
  const to = next("commitment", record.state, "refused")?.to ?? record.state
  const kept = put(answered(world, record, to, result))
  return { changes: [kept], again: { at: world.clock.now(), failureCode: null } }
}

async function tell(
  world: World,
  line: CommitmentLine,
  record: CommitmentRecord,
  job: JobRecord,
): Promise<Outcome> {
  const { result } = record.private
  if (result === null) return { changes: [] }
  try {
    await line.tell(record.callingAE, result)
  } catch (error) {
    if (!isOfLine(error)) throw error
    const since = new Date(record.answeredAt ?? record.requestedAt).getTime()
    if (world.clock.now().getTime() - since < TELL_WITHIN_MS) return again(world, record, error, job)
    return { changes: [put(ended(world, record, "given-up", error.code))] }
  }
  return { changes: [put(ended(world, record, "told", null))] }
}

/** Which instances they were is nobody's business any more. */
function ended(
  world: World,
  record: CommitmentRecord,
  event: "told" | "given-up",
  failureCode: ErrorCode | null,
): CommitmentRecord {
  return {
    ...record,
    state: next("commitment", record.state, event)?.to ?? record.state,
    toldAt: event === "told" ? world.clock.now().toISOString() : null,
    failureCode: failureCode ?? record.failureCode,
    private: { request: null, result: null },
  }
}

function again(
  world: World,
  record: CommitmentRecord,
  error: AssociationError | DimseError,
  job: JobRecord,
): Outcome {
  const now = world.clock.now()
  const at =
    error.failure === "permanent"
      ? new Date(now.getTime() + CORRECTED_RETRY_MS)
      : retryAt(now, job.attempts, world.chance)
  return {
    changes: [put({ ...record, failureCode: error.code })],
    again: { at, failureCode: error.code },
  }
}

const isOfLine = (error: unknown): error is AssociationError | DimseError =>
  error instanceof AssociationError || error instanceof DimseError
