/**
 * What comes on a medium [ITI-32] enters as the ITI-41 request it would have been on the line: read, judged and answered
 * alike. Nobody shows a certificate: who may use this door reads a medium in at this machine, and says whose it is; whether
 * it is theirs says the seal.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import { AcceptanceError } from "../../journey/errors.ts"
import { MEDIUM_TYPES, type PeerIdentity, type SubmissionHandler } from "../../journey/ports.ts"
import { SoapFault } from "../../standards/soap/fault.ts"
import { MultipartReader } from "../../standards/soap/multipart-reader.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import { sendRefusal } from "../http-door/answer.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { RequestBody } from "../http-door/request-body.ts"
import { answerPlainFault, answerSoap } from "./answer.ts"
import { RECIPIENT_LIMITS } from "./limits.ts"
import type { RecipientOptions } from "./options.ts"
import { Reception } from "./reception.ts"
import { refusalOf } from "./refusal.ts"
import { readHead } from "./request-head.ts"

export const MEDIUM_PATH = "/media/submissions/"

export type MediumDoorOptions = Pick<RecipientOptions, "sourceOf" | "onFailed" | "onFault">

export class MediumDoor {
  readonly #options: MediumDoorOptions
  readonly #handler: SubmissionHandler

  constructor(options: MediumDoorOptions, handler: SubmissionHandler) {
    this.#options = options
    this.#handler = handler
  }

  /** `POST /media/submissions/AGREEMENT?user=…&type=…&name=…`. Never rejects. */
  async enter(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { path, peer } = callerOf(request)
      const { boundary, start } = readHead(request, path, RECIPIENT_LIMITS.maxRequestBytes)
      const multipart = new MultipartReader(boundary, {
        maxParts: RECIPIENT_LIMITS.maxParts,
        maxHeaderBytes: RECIPIENT_LIMITS.maxPartHeaderBytes,
      })
      await this.#receive(new RequestBody(request, multipart, RECIPIENT_LIMITS.maxRequestBytes), response, {
        peer,
        start,
      })
    } catch (error) {
      this.#answerHead(response, error)
    }
  }

  async #receive(
    body: RequestBody,
    response: ServerResponse,
    { peer, start }: { readonly peer: PeerIdentity; readonly start: string | null },
  ): Promise<void> {
    const admit = (submission: Submission): void => this.#admit(peer, submission)
    const reception = new Reception(body, { peer, handler: this.#handler, start, admit })
    try {
      answerSoap(response, { status: "Success", errors: await reception.run() }, reception.messageId)
    } catch (error) {
      const { answer, isOurFault } = refusalOf(error, reception.isRecognised)
      if (isOurFault && !body.isLost) this.#options.onFault(error)
      const codes = answer instanceof SoapFault ? [answer.code] : answer.errors.map((each) => each.errorCode)
      if (!body.isLost) answerSoap(response, answer, reception.messageId)
      this.#options.onFailed({ peer, submission: reception.submission, told: body.isLost ? [] : codes })
    } finally {
      void body.release()
    }
  }

  #admit({ agreement }: PeerIdentity, { submissionSet: { sourceId } }: Submission): void {
    if (this.#options.sourceOf(agreement)?.includes(sourceId) ?? true) return
    throw new AcceptanceError(
      "ERR_NOT_AGREED",
      "XDSRepositoryError",
      "sourceId is not agreed with this sender",
    )
  }

  #answerHead(response: ServerResponse, error: unknown): void {
    if (error instanceof HttpRefusal) return sendRefusal(response, error)
    const { answer, isOurFault } = refusalOf(error, false)
    if (isOurFault) this.#options.onFault(error)
    if (answer instanceof SoapFault) answerPlainFault(response, answer)
    else sendRefusal(response, new HttpRefusal(500, "internal fault"))
  }
}

/** @throws HttpRefusal 400 */
function callerOf(request: IncomingMessage): { readonly path: string; readonly peer: PeerIdentity } {
  const url = new URL(request.url ?? "", "http://localhost")
  const text = (key: string): string => url.searchParams.get(key)?.slice(0, 256) ?? ""
  const type = MEDIUM_TYPES.find((each) => each === text("type"))
  const agreement = url.pathname.slice(MEDIUM_PATH.length)
  if (type === undefined || text("user") === "" || agreement === "")
    throw new HttpRefusal(400, "user and type of the medium are wanted")
  const onMedium = { medium: { name: text("name"), type }, user: text("user") }
  return { path: url.pathname, peer: { agreement, spkiSha256: "", remoteAddress: "", onMedium } }
}
