/** What a mail may be about: counted, and since when each of it waits. Nothing of a patient leaves this file. */
import type { CaseFile } from "../cases/cases.ts"
import { termSince } from "../../standards/hpki/term.ts"
import { lateSignatures } from "../cases/late-signatures.ts"
import { camePreliminaries, finalAwaitedSince } from "../cases/preliminary.ts"
import { standing } from "../lineage.ts"
import { STAMP_WITHIN_MS } from "../submit/pending-stamps.ts"

/** `report`: a report came and nobody has confirmed it, or a preliminary one. `stat`: an urgent study can be read and nobody has
 *  begun.
 *  `late`: a signature or a time stamp has been due for 24 hours.
 *  `certificate`: one of ours or of a partner's ends in 90, 30 or 7 days, or has ended. */
export type NoticeSubject = "report" | "stat" | "late" | "certificate"

/** Instants, ISO 8601, by our own clock: one for each that waits. */
export const waitingSince = (
  files: readonly CaseFile[],
  about: Exclude<NoticeSubject, "certificate">,
  now: Date,
): readonly string[] =>
  about === "late" ? lateSince(files, now) : files.flatMap(about === "report" ? reportsSince : statSince)

/** Each is told of once its time is over. */
const lateSince = (files: readonly CaseFile[], now: Date): readonly string[] =>
  lateSignatures(files, now).map((at) => new Date(Date.parse(at) + STAMP_WITHIN_MS).toISOString())

/** Each anew at 90, at 30 and at 7 days before its end. */
export const endingSince = (ends: readonly Date[], now: Date): readonly string[] =>
  ends.flatMap((notAfter) => termSince(notAfter, now) ?? [])

/** An addendum waits for itself; a preliminary report until the signed one is here. */
const reportsSince = (file: CaseFile): readonly string[] => [...preliminarySince(file), ...signedSince(file)]

function preliminarySince(file: CaseFile): readonly string[] {
  if (finalAwaitedSince(file) === null) return []
  const newest = camePreliminaries(file).at(-1)?.submission.verifiedAt ?? null
  return newest === null ? [] : [newest]
}

function signedSince({ reports, submissions }: Pick<CaseFile, "reports" | "submissions">): readonly string[] {
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
