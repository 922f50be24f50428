/** One HTTP request at the recipient's door: who is it, may it come in, what is it told. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { TLSSocket } from "node:tls"
import { AcceptanceError } from "../../journey/errors.ts"
import type { PeerIdentity, SubmissionHandler } from "../../journey/ports.ts"
import { SoapFault } from "../../standards/soap/fault.ts"
import { MultipartReader } from "../../standards/soap/multipart-reader.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import { answerHttp, answerPlainFault, answerSoap, drain } from "./answer.ts"
import type { RecipientLimits } from "./limits.ts"
import { DEFAULT_PATH, type RecipientOptions, type TurnedAway } from "./options.ts"
import { Reception } from "./reception.ts"
import { refusalOf } from "./refusal.ts"
import { RequestBody } from "./request-body.ts"
import { HttpRefusal, readHead } from "./request-head.ts"

export class Door {
  readonly #options: RecipientOptions
  readonly #limits: RecipientLimits
  readonly #handler: SubmissionHandler
  readonly #path: string
  #submissions = 0

  constructor(options: RecipientOptions, limits: RecipientLimits, handler: SubmissionHandler) {
    this.#options = options
    this.#limits = limits
    this.#handler = handler
    this.#path = options.path ?? DEFAULT_PATH
  }

  /** Never rejects: whatever goes wrong is answered or told to `onFault`. */
  async enter(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    try {
      const peer = this.#identify(request)
      const head = readHead(request, this.#path, this.#limits.maxRequestBytes)
      const multipart = new MultipartReader(head.boundary, {
        maxParts: this.#limits.maxParts,
        maxHeaderBytes: this.#limits.maxPartHeaderBytes,
      })
      if (expectsContinue) response.writeContinue()
      await this.#receive(request, response, peer, head.start, multipart)
    } catch (error) {
      this.#answerHead(response, error)
    } finally {
      drain(request, this.#limits.drainTimeoutMs)
    }
  }

  /**
   * A finished handshake: unknown CA, expired, revoked or no certificate at all end here, before any HTTP; so does a
   * partner on an older TLS than its agreement says, which only now is known by name.
   */
  judge(socket: TLSSocket): void {
    const fault = this.#faultOf(socket)
    if (fault === null) return
    this.#turnAway(fault.reason, fault.detail, socket)
    socket.destroy()
  }

  /** No handshake came about. */
  handshakeFailed(detail: string, socket: TLSSocket): void {
    this.#turnAway("handshake", detail, socket)
  }

  #faultOf(socket: TLSSocket): Pick<TurnedAway, "reason" | "detail"> | null {
    if (!socket.authorized) return { reason: "handshake", detail: String(socket.authorizationError) }
    const certificate = socket.getPeerX509Certificate()
    if (certificate === undefined) return { reason: "handshake", detail: "no certificate" }
    const revoked = this.#options.revoked(certificate)
    if (revoked !== null) return { reason: "revoked", detail: revoked }
    const { agreement } = this.#options.identify(certificate)
    const protocol = socket.getProtocol()
    if (agreement === null || this.#options.speaksEnough(agreement, protocol)) return null
    return {
      reason: "tls-version",
      detail: `agreement ${agreement} is for a newer TLS than ${protocol ?? "none"}`,
    }
  }

  #turnAway(reason: TurnedAway["reason"], detail: string, socket: TLSSocket): void {
    const certificate = socket.getPeerX509Certificate()
    const spkiSha256 = certificate === undefined ? null : this.#options.identify(certificate).spkiSha256
    this.#options.onRefused({ reason, spkiSha256, remoteAddress: socket.remoteAddress ?? "", detail })
  }

  #identify({ socket }: IncomingMessage): PeerIdentity {
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
    if (!(socket instanceof TLSSocket) || certificate === undefined)
      throw new HttpRefusal(403, "no client certificate")
    // A connection may outlive the certificate it was opened with.
    const fault = this.#faultOf(socket)
    if (fault !== null) {
      this.#turnAway(fault.reason, fault.detail, socket)
      throw new HttpRefusal(403, "this certificate is not accepted any more")
    }
    const { agreement, spkiSha256 } = this.#options.identify(certificate)
    if (agreement !== null) return { agreement, spkiSha256, remoteAddress: socket.remoteAddress ?? "" }
    this.#turnAway(
      "unknown-pin",
      `no agreement with the holder of ${certificate.subject.replaceAll("\n", ", ")}`,
      socket,
    )
    throw new HttpRefusal(403, "this certificate belongs to no agreement")
  }

  async #receive(
    request: IncomingMessage,
    response: ServerResponse,
    peer: PeerIdentity,
    start: string | null,
    multipart: MultipartReader,
  ): Promise<void> {
    const body = new RequestBody(request, multipart, this.#limits.maxRequestBytes)
    const admit = (submission: Submission): void => this.#admit(peer, submission)
    const reception = new Reception(body, { peer, handler: this.#handler, start, admit })
    this.#submissions += 1
    try {
      const errors = await reception.run()
      answerSoap(response, { status: "Success", errors }, reception.messageId)
    } catch (error) {
      const told = body.isLost ? [] : this.#refuse(response, error, reception)
      this.#options.onFailed({ peer, submission: reception.submission, told })
    } finally {
      this.#submissions -= 1
      void body.release()
    }
  }

  #admit(peer: PeerIdentity, submission: Submission): void {
    if (this.#submissions > this.#limits.maxSubmissions)
      throw new AcceptanceError("ERR_RECIPIENT_BUSY", "XDSRepositoryBusy", "too many submissions at once")
    const { sourceId } = submission.submissionSet
    if (this.#options.sourceOf(peer.agreement).includes(sourceId)) return
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
    { isRecognised, messageId }: Reception,
  ): readonly string[] {
    const { answer, isOurFault } = refusalOf(error, isRecognised)
    if (isOurFault) this.#options.onFault(error)
    answerSoap(response, answer, messageId)
    return answer instanceof SoapFault ? [answer.code] : answer.errors.map(({ errorCode }) => errorCode)
  }

  #answerHead(response: ServerResponse, error: unknown): void {
    if (error instanceof HttpRefusal) return answerHttp(response, error.status, error.message)
    const { answer, isOurFault } = refusalOf(error, false)
    if (isOurFault) this.#options.onFault(error)
    if (answer instanceof SoapFault) answerPlainFault(response, answer)
    else answerHttp(response, 500, "internal fault")
  }
}
