/** One message to one endpoint. */
import type { Endpoint, HeldEndpoint } from "./endpoint.ts"
import { Exchange, type HttpAnswer } from "./exchange.ts"
import type { RequestMessage } from "./message.ts"
import { open } from "./opening.ts"

const EXPECTATION_FAILED = 417

/**
 * @param message made when there is a connection to send it over: what it says of who acts is good for minutes
 * @throws SubmissionError; whatever the message throws while it is made or read comes through unchanged
 */
export async function attemptAt(
  endpoint: Endpoint | HeldEndpoint,
  message: () => Promise<RequestMessage>,
  progress: (bytesSent: number) => void,
): Promise<HttpAnswer> {
  let made: RequestMessage | null = null
  const attempt = async (expectContinue: boolean): Promise<HttpAnswer> => {
    const opening = await open(endpoint)
    try {
      made ??= await message()
    } catch (error) {
      opening.end()
      throw error
    }
    return new Exchange(opening, made, { ...endpoint, expectContinue }).run(made.pieces(), progress)
  }
  const asks = endpoint.expectContinue ?? true
  const answer = await attempt(asks)
  // A server that knows no Expect has read nothing yet (RFC 9110 §10.1.1).
  return asks && answer.status === EXPECTATION_FAILED ? attempt(false) : answer
}
