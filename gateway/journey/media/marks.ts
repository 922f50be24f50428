/**
 * Marks: which submissions left on a medium, or came on one. No key that we destroy closes those copies: whoever accounts for
 * a destruction names them (deletion-certificate.ts).
 */
import { dayIn } from "../local-day.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { World } from "../world.ts"
import type { Medium } from "../ports/media.ts"

const ON_MEDIUM = "on-medium/"

/** A row of its own: the submission itself may be on the line meanwhile. Without the medium's label, which may be a name. */
export const mark = ({ id }: Pick<SubmissionRecord, "id">, { type }: Medium, at: string): Change => ({
  put: "milestone",
  record: { subject: id, name: `${ON_MEDIUM}${type}/${at}`, at },
})

/** It left on a medium, or came on one. */
export const isMarked = async (
  { ledger }: Pick<World, "ledger">,
  { id }: Pick<SubmissionRecord, "id">,
): Promise<boolean> => (await ledger.milestones(id)).some(({ name }) => name.startsWith(ON_MEDIUM))

/** Each kind of medium and day once, e.g. `USB (2026-11-26)`, the oldest first. */
export async function mediaOf(
  world: Pick<World, "ledger" | "site">,
  submissions: readonly SubmissionRecord[],
): Promise<readonly string[]> {
  const milestones = await Promise.all(submissions.map(({ id }) => world.ledger.milestones(id)))
  const marks = milestones.flat().filter(({ name }) => name.startsWith(ON_MEDIUM))
  const words = marks
    .sort((a, b) => a.at.localeCompare(b.at))
    .map(({ name, at }) => {
      const [, type = ""] = name.split("/")
      return `${type.toUpperCase()} (${dayIn(new Date(at), world.site.timeZone)})`
    })
  return [...new Set(words)]
}
