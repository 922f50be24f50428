/** Notifications of ours that wait for their response, and what may still be told on one association. */
import { AssociationError } from "../../journey/errors.ts"
import type { KnownCommand } from "../../standards/dicom/dimse.ts"
import type { NEventReportRSP } from "../../standards/dicom/dimse-n.ts"
import {
  STORAGE_COMMITMENT_SOP_CLASS,
  STORAGE_COMMITMENT_SOP_INSTANCE,
} from "../../standards/dicom/service.ts"
import { eventOf, type CommitmentResult } from "../../standards/dicom/storage-commitment.ts"

/** Where the result of a request is told: the context it came in. */
export interface ReplyContext {
  readonly contextId: number
  readonly transferSyntax: string
}

export class Notifications {
  readonly #replies = new Map<string, ReplyContext>()
  /** Resolves when the responses to all requests so far are written: a result never overtakes its request's answer. */
  #answered = Promise.withResolvers<undefined>()
  readonly #awaited = new Map<number, PromiseWithResolvers<NEventReportRSP>>()
  #messageId = 0

  /** Requests whose result has not been told here. */
  get open(): number {
    return this.#replies.size
  }

  remember(TransactionUID: string, reply: ReplyContext): void {
    this.#replies.set(TransactionUID, reply)
    this.#answered = Promise.withResolvers<undefined>()
  }

  /** Null when nobody asked for this here. */
  async replyTo(TransactionUID: string): Promise<ReplyContext | null> {
    const reply = this.#replies.get(TransactionUID)
    if (reply === undefined) return null
    await this.#answered.promise
    return reply
  }

  /** The response to the last request is written. */
  answered(): void {
    this.#answered.resolve(undefined)
  }

  forget(TransactionUID: string): void {
    this.#replies.delete(TransactionUID)
  }

  /** Message ids of ours are counted apart from the peer's (PS3.7 9.1.1.1.1). */
  expect(): { readonly MessageID: number; readonly response: Promise<NEventReportRSP> } {
    this.#messageId = (this.#messageId % 0xffff) + 1
    const awaited = Promise.withResolvers<NEventReportRSP>()
    this.#awaited.set(this.#messageId, awaited)
    return { MessageID: this.#messageId, response: awaited.promise }
  }

  /** False when no such notification was sent. */
  settle(response: NEventReportRSP): boolean {
    const awaited = this.#awaited.get(response.MessageIDBeingRespondedTo)
    if (!awaited) return false
    this.#awaited.delete(response.MessageIDBeingRespondedTo)
    awaited.resolve(response)
    return true
  }

  /** The association is over. */
  end(): void {
    this.#replies.clear()
    this.#answered.resolve(undefined)
    for (const { reject } of this.#awaited.values())
      reject(new AssociationError("ERR_ASSOCIATION_ENDED", "the association ended before the answer"))
    this.#awaited.clear()
  }
}

/** The N-EVENT-REPORT that tells a result (PS3.4 J.3.3). */
export const notificationOf = (MessageID: number, result: CommitmentResult): KnownCommand => ({
  kind: "N-EVENT-REPORT-RQ",
  MessageID,
  AffectedSOPClassUID: STORAGE_COMMITMENT_SOP_CLASS,
  AffectedSOPInstanceUID: STORAGE_COMMITMENT_SOP_INSTANCE,
  EventTypeID: eventOf(result),
})
