/** What a mail may be about: counted, and since when each of it waits. Nothing of a patient leaves this file. */
import type { CaseFile } from "../cases/cases.ts"
import { standing } from "../lineage.ts"

/** `report`: a report came and nobody has confirmed it. `stat`: an urgent study can be read and nobody has begun. */
export type NoticeSubject = "report" | "stat"

/** Instants, ISO 8601, by our own clock: one for each that waits. */
export const waitingSince = (files: readonly CaseFile[], about: NoticeSubject): readonly string[] =>
  files.flatMap(about === "report" ? reportsSince : statSince)

/** An addendum waits for itself. */
function reportsSince({ reports, submissions }: CaseFile): readonly string[] {
  return standing(reports).flatMap(({ acknowledgedAt, submissionId }) => {
    if (acknowledgedAt !== null) return []
    const brought = submissions.find(({ id, direction }) => direction === "in" && id === submissionId)
    return brought?.state === "verified" && brought.verifiedAt !== null ? [brought.verifiedAt] : []
  })
}

function statSince({ request, submissions }: CaseFile): readonly string[] {
  if (request.urgency !== "STAT" || request.state !== "ready") return []
  const verified = submissions.flatMap(({ direction, kind, verifiedAt }) =>
    direction === "in" && kind === "study" && verifiedAt !== null ? [verifiedAt] : [],
  )
  return verified.sort().slice(-1)
}
