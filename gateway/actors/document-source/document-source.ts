/** Document Source [ITI-41]: one attempt per call, over a fresh mutual TLS connection. */
import type { DocumentSource } from "../../journey/ports.ts"
import type { Endpoint } from "./endpoint.ts"
import { Exchange } from "./exchange.ts"
import { interpret } from "./interpret.ts"
import { requestMessage } from "./message.ts"

/**
 * @param endpointOf the recipient of an agreement; throws for an unknown agreement
 * @returns the port; `provideAndRegister` resolves with any RegistryResponse, Failure and "busy" included, and throws
 *   SubmissionError for everything else. What a document throws while it is read comes through unchanged.
 */
export function documentSource(endpointOf: (agreement: string) => Endpoint): DocumentSource {
  return {
    async provideAndRegister(agreement, submission, documents, messageId, progress) {
      const endpoint = endpointOf(agreement)
      const message = requestMessage(submission, documents, messageId, endpoint.url)
      return interpret(await new Exchange(endpoint, message).run(message.pieces(), progress))
    },
  }
}
