/** Document Source [ITI-41]: one attempt per call, over a fresh mutual TLS connection or one the recipient holds open. */
import type { DocumentSource } from "../../journey/ports/outside.ts"
import { attemptAt } from "./attempt-at.ts"
import type { Endpoint, HeldEndpoint } from "./endpoint.ts"
import { interpret } from "./interpret.ts"
import { requestMessage, type RequestMessage } from "./message.ts"

/**
 * @param endpointOf the recipient of an agreement; throws for an unknown agreement
 * @returns the port; `provideAndRegister` resolves with any RegistryResponse, Failure and "busy" included, and throws
 *   SubmissionError for everything else. What a document throws while it is read comes through unchanged.
 */
export function documentSource(endpointOf: (agreement: string) => Endpoint | HeldEndpoint): DocumentSource {
  return {
    async provideAndRegister(agreement, submission, documents, messageId, progress, begin) {
      const endpoint = endpointOf(agreement)
      const message = async (): Promise<RequestMessage> => {
        const security = (await begin?.()) ?? null
        return requestMessage(submission, documents, { messageId, to: endpoint.url, security })
      }
      return interpret(await attemptAt(endpoint, message, progress))
    },
  }
}
