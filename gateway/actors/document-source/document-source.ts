/** Document Source [ITI-41]: one attempt per call, over a fresh mutual TLS connection or one the recipient holds open. */
import type { DocumentSource } from "../../journey/ports.ts"
import type { Endpoint, HeldEndpoint } from "./endpoint.ts"
import { Exchange, type HttpAnswer } from "./exchange.ts"
import { interpret } from "./interpret.ts"
import { requestMessage } from "./message.ts"
import { open } from "./opening.ts"

const EXPECTATION_FAILED = 417

/**
 * @param endpointOf the recipient of an agreement; throws for an unknown agreement
 * @returns the port; `provideAndRegister` resolves with any RegistryResponse, Failure and "busy" included, and throws
 *   SubmissionError for everything else. What a document throws while it is read comes through unchanged.
 */
export function documentSource(endpointOf: (agreement: string) => Endpoint | HeldEndpoint): DocumentSource {
  return {
    async provideAndRegister(agreement, submission, documents, messageId, progress, security = null) {
      const endpoint = endpointOf(agreement)
      const message = requestMessage(submission, documents, { messageId, to: endpoint.url, security })
      const attempt = async (expectContinue: boolean): Promise<HttpAnswer> =>
        new Exchange(await open(endpoint), message, { ...endpoint, expectContinue }).run(
          message.pieces(),
          progress,
        )
      const asks = endpoint.expectContinue ?? true
      const answer = await attempt(asks)
      // A server that knows no Expect has read nothing yet (RFC 9110 §10.1.1).
      return interpret(asks && answer.status === EXPECTATION_FAILED ? await attempt(false) : answer)
    },
  }
}
