/** A message whose data set is still coming, and how it is answered in the end. */
import type { InstanceSink, StoreAnswer } from "../../journey/ports/inbound.ts"
import { encodeRefusal, type OtherCommand } from "../../standards/dicom/dimse.ts"
import { STATUS } from "../../standards/dicom/dimse-status.ts"

export interface Peer {
  readonly callingAE: string
  readonly calledAE: string
  readonly remoteAddress: string
}

export interface Pending {
  readonly contextId: number
  /** Nothing else is performed at the same time. */
  readonly alone: boolean
  /** Takes the data set; null when it is read only to be thrown away. */
  sink: InstanceSink | null
  /** The answer when there is no sink. */
  refusal: StoreAnswer
  readonly respond: (answer: StoreAnswer) => Uint8Array
}

export const SUCCESS: StoreAnswer = { status: STATUS.success, comment: "" }
export const FAILED: StoreAnswer = { status: STATUS.processingFailure, comment: "processing failure" }

/** An operation we do not perform: politely refused, its data set read away. */
export function unrecognized(
  contextId: number,
  request: Pick<OtherCommand, "CommandField" | "MessageID">,
): Pending {
  return {
    contextId,
    alone: true,
    sink: null,
    refusal: { status: STATUS.unrecognizedOperation, comment: "" },
    respond: ({ status }) => encodeRefusal(request, status),
  }
}
