/**
 * Storage Commitment as it comes to us (PS3.4 J.3): a device asks by N-ACTION, an archive answers by N-EVENT-REPORT.
 * Their data sets are small and gathered; what is promised is the handler's matter.
 */
import type { CommitmentHandler } from "../../journey/ports/dicom-nodes.ts"
import type { InstanceSink, StoreAnswer } from "../../journey/ports/inbound.ts"
import { COMMAND_FIELD, encodeCommand } from "../../standards/dicom/dimse.ts"
import type { NActionRQ, NEventReportRQ } from "../../standards/dicom/dimse-n.ts"
import { STATUS } from "../../standards/dicom/dimse-status.ts"
import { joined } from "../../standards/dicom/octets.ts"
import { STORAGE_COMMITMENT_SOP_INSTANCE } from "../../standards/dicom/service.ts"
import {
  COMMITMENT_EVENT,
  REQUEST_STORAGE_COMMITMENT,
  readCommitmentRequest,
  readCommitmentResult,
} from "../../standards/dicom/storage-commitment.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { AcceptedContext } from "./negotiate.ts"
import { unrecognized, type Peer, type Pending } from "./pending.ts"

/** Fifty thousand references in the longest writing. */
const MAX_INFORMATION_BYTES = 8 * 1024 * 1024

export interface CommitmentService {
  readonly handler: CommitmentHandler
  readonly peer: Peer
  /** A request was taken: the result may be told on this association while it lasts. */
  readonly onRequested: (TransactionUID: string, contextId: number, transferSyntax: string) => void
  /** It was not taken after all. */
  readonly onRefused: (TransactionUID: string) => void
}

type Request = (NActionRQ | NEventReportRQ) & { readonly hasDataSet: boolean }

/** @param service null where commitments are not served */
export function prepareCommitment(
  command: Request,
  contextId: number,
  context: AcceptedContext,
  service: CommitmentService | null,
): Pending {
  const isAction = command.kind === "N-ACTION-RQ"
  const allowed = isAction ? context.peer.scu : context.peer.scp
  if (service === null || context.service !== "commitment" || !allowed)
    return unrecognized(contextId, { ...command, CommandField: COMMAND_FIELD[command.kind] })
  const refusal = refuse(command, context)
  const work = isAction
    ? (bytes: Uint8Array) => request(bytes, contextId, context, service)
    : (bytes: Uint8Array) => service.handler.result(service.peer, resultOf(bytes, context))
  return {
    contextId,
    alone: true,
    sink: refusal ? null : gathered(work),
    refusal: refusal ?? { status: STATUS.invalidArgumentValue, comment: "no data set" },
    respond: (answer) => response(command, answer),
  }
}

async function request(
  bytes: Uint8Array,
  contextId: number,
  { transferSyntax }: AcceptedContext,
  { handler, peer, onRequested, onRefused }: CommitmentService,
): Promise<StoreAnswer> {
  const asked = readCommitmentRequest(bytes, transferSyntax)
  // Said first: the result may be there before the request's own answer is written.
  onRequested(asked.TransactionUID, contextId, transferSyntax)
  const answer = await handler.request(peer, asked)
  if (answer.status !== STATUS.success) onRefused(asked.TransactionUID)
  return answer
}

const resultOf = (bytes: Uint8Array, { transferSyntax }: AcceptedContext) =>
  readCommitmentResult(bytes, transferSyntax)

/** What the command alone forbids (PS3.7 10.1.1.1.8, 10.1.4.1.10). */
function refuse(command: Request, context: AcceptedContext): StoreAnswer | null {
  const isAction = command.kind === "N-ACTION-RQ"
  const SOPClassUID = isAction ? command.RequestedSOPClassUID : command.AffectedSOPClassUID
  const SOPInstanceUID = isAction ? command.RequestedSOPInstanceUID : command.AffectedSOPInstanceUID
  if (SOPClassUID !== context.abstractSyntax) return { status: STATUS.noSuchSOPClass, comment: "" }
  if (SOPInstanceUID !== STORAGE_COMMITMENT_SOP_INSTANCE)
    return { status: STATUS.noSuchSOPInstance, comment: "" }
  if (isAction && command.ActionTypeID !== REQUEST_STORAGE_COMMITMENT)
    return { status: STATUS.noSuchActionType, comment: "" }
  const events: readonly number[] = Object.values(COMMITMENT_EVENT)
  if (!isAction && !events.includes(command.EventTypeID))
    return { status: STATUS.noSuchEventType, comment: "" }
  return null
}

function response(command: Request, { status, comment }: StoreAnswer): Uint8Array {
  const isAction = command.kind === "N-ACTION-RQ"
  return encodeCommand({
    kind: isAction ? "N-ACTION-RSP" : "N-EVENT-REPORT-RSP",
    MessageIDBeingRespondedTo: command.MessageID,
    AffectedSOPClassUID: isAction ? command.RequestedSOPClassUID : command.AffectedSOPClassUID,
    AffectedSOPInstanceUID: isAction ? command.RequestedSOPInstanceUID : command.AffectedSOPInstanceUID,
    Status: status,
    ErrorComment: comment,
  })
}

/** Gathers a data set up to a limit; content that cannot be read is answered, never thrown. */
function gathered(work: (bytes: Uint8Array) => Promise<StoreAnswer>): InstanceSink {
  let parts: Uint8Array[] = []
  let lengthBytes = 0
  return {
    write: (fragment) => {
      lengthBytes += fragment.length
      if (lengthBytes <= MAX_INFORMATION_BYTES) parts.push(new Uint8Array(fragment))
      else parts = []
      return Promise.resolve()
    },
    finish: async () => {
      if (lengthBytes > MAX_INFORMATION_BYTES)
        return { status: STATUS.resourceLimitation, comment: "too many references" }
      try {
        return await work(joined(parts))
      } catch (fault) {
        if (!(fault instanceof Malformed)) throw fault
        const tooLong = fault.code === "COMMITMENT_TOO_LONG"
        return {
          status: tooLong ? STATUS.resourceLimitation : STATUS.invalidArgumentValue,
          comment: fault.message.slice(0, 64),
        }
      }
    },
    abort: () => Promise.resolve(),
  }
}
