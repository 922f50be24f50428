/** One message to one endpoint. */
import type { Endpoint, HeldEndpoint } from "./endpoint.ts"
import { Exchange, type HttpAnswer } from "./exchange.ts"
import type { RequestMessage } from "./message.ts"
import { open } from "./opening.ts"

const EXPECTATION_FAILED = 417

/** @throws SubmissionError; whatever the message throws while it is read comes through unchanged */
export async function attemptAt(
  endpoint: Endpoint | HeldEndpoint,
  message: RequestMessage,
  progress: (bytesSent: number) => void,
): Promise<HttpAnswer> {
  const attempt = async (expectContinue: boolean): Promise<HttpAnswer> =>
    new Exchange(await open(endpoint), message, { ...endpoint, expectContinue }).run(
      message.pieces(),
      progress,
    )
  const asks = endpoint.expectContinue ?? true
  const answer = await attempt(asks)
  // A server that knows no Expect has read nothing yet (RFC 9110 §10.1.1).
  return asks && answer.status === EXPECTATION_FAILED ? attempt(false) : answer
}
