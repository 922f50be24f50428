/** One HTTP request at the recipient's door: who is it, may it come in, what is it told. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { AcceptanceError } from "../../journey/errors.ts"
import type { SubmissionHandler } from "../../journey/ports/inbound.ts"
import type { PeerIdentity } from "../../journey/ports/outside.ts"
import { SecurityFault, SoapFault } from "../../standards/soap/fault.ts"
import { MultipartReader } from "../../standards/soap/multipart-reader.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import { sendRefusal } from "../http-door/answer.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { RequestBody } from "../http-door/request-body.ts"
import { answerPlainFault, answerSoap } from "./answer.ts"
import type { RecipientLimits } from "./limits.ts"
import { DEFAULT_PATH, type InClearOptions } from "./options.ts"
import { Reception } from "./reception.ts"
import { refusalOf } from "./refusal.ts"
import { type MultipartHead, readHead } from "./request-head.ts"
import type { Turning } from "./turning.ts"

const NO_SUBMISSION: ReadonlySet<number> = new Set([404, 405])

/** What is told of what comes in; who opens the door to whom is told elsewhere. */
export type DoorOptions = Pick<
  InClearOptions,
  "path" | "sourceOf" | "assertedBy" | "onAnswered" | "onRefused" | "onFailed" | "onTolerated" | "onFault"
>

/** Who makes this request: by a certificate, or as the kind of door has it. */
export interface Identifies {
  /** @throws HttpRefusal for whoever is not served here */
  identify(request: IncomingMessage): PeerIdentity
}

export class Door {
  readonly #options: DoorOptions
  readonly #limits: RecipientLimits
  readonly #handler: SubmissionHandler
  readonly #callers: Identifies
  readonly #turning: Turning
  readonly #path: string
  #submissions = 0

  constructor(
    options: DoorOptions,
    limits: RecipientLimits,
    handler: SubmissionHandler,
    { callers, turning }: { readonly callers: Identifies; readonly turning: Turning },
  ) {
    this.#callers = callers
    this.#turning = turning
    this.#options = options
    this.#limits = limits
    this.#handler = handler
    this.#path = options.path ?? DEFAULT_PATH
  }

  /** Never rejects: whatever goes wrong is answered or told to `onFault`. */
  async enter(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    let peer: PeerIdentity | null = null
    try {
      const caller = this.#callers.identify(request)
      // Nobody tries to provide anything yet.
      this.#turning.refuse(request, caller.agreement)
      peer = caller
      const head = readHead(request, this.#path, this.#limits.maxRequestBytes)
      const multipart = new MultipartReader(head.boundary, {
        maxParts: this.#limits.maxParts,
        maxHeaderBytes: this.#limits.maxPartHeaderBytes,
      })
      if (expectsContinue) response.writeContinue()
      await this.#receive(request, response, peer, head, multipart)
    } catch (error) {
      const told = this.#answerHead(response, error)
      if (peer !== null && told !== null) this.#options.onFailed({ peer, submission: null, told: [told] })
    }
  }

  async #receive(
    request: IncomingMessage,
    response: ServerResponse,
    peer: PeerIdentity,
    head: MultipartHead,
    multipart: MultipartReader,
  ): Promise<void> {
    const body = new RequestBody(request, multipart, this.#limits.maxRequestBytes)
    const admit = (submission: Submission): void => this.#admit(peer, submission)
    const asserted = this.#options.assertedBy?.(peer.agreement) ?? null
    const reception = new Reception(body, {
      peer,
      handler: this.#handler,
      start: head.start,
      asserted,
      admit,
    })
    this.#submissions += 1
    try {
      const answer = { status: "Success", errors: await reception.run() } as const
      answerSoap(response, answer, reception.messageId)
      this.#options.onAnswered?.(answer, reception.addressing)
      const faults = [...head.faults, ...reception.tolerated]
      if (faults.length > 0) this.#options.onTolerated({ peer, faults })
    } catch (error) {
      const told = body.isLost ? [] : this.#refuse(response, error, reception)
      const why = error instanceof SecurityFault ? error.why : null
      this.#options.onFailed({ peer: reception.peer, submission: reception.submission, told, why })
    } finally {
      this.#submissions -= 1
      void body.release()
    }
  }

  #admit(peer: PeerIdentity, submission: Submission): void {
    if (this.#submissions > this.#limits.maxSubmissions)
      throw new AcceptanceError("ERR_RECIPIENT_BUSY", "XDSRepositoryBusy", "too many submissions at once")
    const { sourceId } = submission.submissionSet
    if (this.#options.sourceOf(peer.agreement)?.includes(sourceId) ?? true) return
    const detail = `sourceId ${sourceId} is not one of agreement ${peer.agreement}`
    this.#options.onRefused({ ...peer, reason: "source-id", detail })
    throw new AcceptanceError(
      "ERR_NOT_AGREED",
      "XDSRepositoryError",
      "sourceId is not agreed with this sender",
    )
  }

  /** @returns what was told */
  #refuse(
    response: ServerResponse,
    error: unknown,
    { isRecognised, messageId, addressing }: Reception,
  ): readonly string[] {
    const { answer, isOurFault } = refusalOf(error, isRecognised)
    if (isOurFault) this.#options.onFault(error)
    answerSoap(response, answer, messageId)
    this.#options.onAnswered?.(answer, addressing)
    return answer instanceof SoapFault ? [answer.code] : answer.errors.map(({ errorCode }) => errorCode)
  }

  /** @returns what was told; null where nobody tried to provide anything: another path or method */
  #answerHead(response: ServerResponse, error: unknown): string | null {
    if (error instanceof HttpRefusal) return this.#answerHttp(response, error)
    const { answer, isOurFault } = refusalOf(error, false)
    if (isOurFault) this.#options.onFault(error)
    if (!(answer instanceof SoapFault))
      return this.#answerHttp(response, new HttpRefusal(500, "internal fault"))
    answerPlainFault(response, answer)
    this.#options.onAnswered?.(answer, null)
    return answer.code
  }

  #answerHttp(response: ServerResponse, refusal: HttpRefusal): string | null {
    sendRefusal(response, refusal)
    this.#options.onAnswered?.(refusal, null)
    return NO_SUBMISSION.has(refusal.status) ? null : `HTTP ${refusal.status}`
  }
}
