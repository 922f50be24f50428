/**
 * Whom we called and did not let be: a server whose certificate is not the agreed one, has expired or was revoked. The side
 * that called tells it too (ITI TF-2 3.19, Node Authentication), once a minute for each.
 */
import { systemClock } from "../clock.ts"
import { event } from "../journey/audit.ts"
import { CollectorError, SubmissionError } from "../journey/errors.ts"
import type { AuditEvent } from "../journey/ports/audit.ts"
import type { DocumentSource } from "../journey/ports/outside.ts"
import { repeats, timesOf } from "./repeats.ts"

/** Told of every failure of a call; only those of TLS are of interest. */
export type RefusedServers = (server: string, error: unknown) => void

export function refusedServers(record: (event: AuditEvent) => void, windowMs?: number): RefusedServers {
  const tell = repeats(
    ({ server }: { readonly server: string; readonly why: string }) => server,
    ({ server, why }, times) =>
      record(
        event({
          event: "node-authentication-failure",
          outcome: "serious",
          at: systemClock.now().toISOString(),
          objectId: server,
          description: timesOf(why, times),
        }),
      ),
    windowMs,
  )
  return (server, error) => {
    if (isOfTls(error)) tell({ server, why: error.message })
  }
}

const isOfTls = (error: unknown): error is Error =>
  (error instanceof SubmissionError && error.code === "ERR_SUBMISSION_TLS") ||
  (error instanceof CollectorError && error.code === "ERR_COLLECTOR_TLS")

/** @param addressOf where a partner is called */
export const tellingSource = (
  source: DocumentSource,
  addressOf: (agreement: string) => string,
  refused: RefusedServers,
): DocumentSource => ({
  provideAndRegister: async (agreement, ...rest) => {
    try {
      return await source.provideAndRegister(agreement, ...rest)
    } catch (error) {
      refused(addressOf(agreement), error)
      throw error
    }
  },
})
