/** What a mail may be about: counted, and since when each of it waits. Nothing of a patient leaves this file. */
import type { CaseFile } from "../cases/cases.ts"

/** `report`: a report came and nobody has confirmed it. `stat`: an urgent study can be read and nobody has begun. */
export type NoticeSubject = "report" | "stat"

/** Instants, ISO 8601, by our own clock: one for each that waits. */
export function waitingSince(files: readonly CaseFile[], about: NoticeSubject): readonly string[] {
  return files.flatMap((file) => {
    const since = about === "report" ? reportSince(file) : statSince(file)
    return since === null ? [] : [since]
  })
}

function reportSince({ reports, submissions }: CaseFile): string | null {
  const report = reports.at(-1)
  if (report?.acknowledgedAt !== null) return null
  const brought = submissions.find(({ id, direction }) => direction === "in" && id === report.submissionId)
  return brought?.state === "verified" ? brought.verifiedAt : null
}

function statSince({ request, submissions }: CaseFile): string | null {
  if (request.urgency !== "STAT" || request.state !== "ready") return null
  const verified = submissions.flatMap(({ direction, kind, verifiedAt }) =>
    direction === "in" && kind === "study" && verifiedAt !== null ? [verifiedAt] : [],
  )
  return verified.sort().at(-1) ?? null
}
