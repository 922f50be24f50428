/**
 * Notify: one address is told by mail that something new waits (what NAV was for), by count and link alone.
 *
 * Nothing triggers a mail: at every look the ledger is asked what waits, and what began to wait since the last mail is new. So
 * a mail that could not leave is made anew from what waits then, nothing is told of what was done meanwhile, and a restart
 * forgets nothing. A crash between sending and commit tells once more.
 */
import type { Post } from "../ports/outside.ts"
import type { JobRecord } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import { due, type Outcome } from "../run.ts"
import type { World } from "../world.ts"
import { endingSince, waitingSince, type NoticeSubject } from "./waiting.ts"
import { mailText } from "./words.ts"

/** An address and what it is told of. */
export interface MailNotice {
  /** Names its job and the time of its last mail. */
  readonly name: string
  readonly to: string
  readonly about: NoticeSubject
  readonly language: "ja" | "en"
  /** At most one mail in so long. */
  readonly everyMs: number
}

export interface MailParts {
  readonly post: Post
  readonly notices: readonly MailNotice[]
  /** Address of the desk. */
  readonly link: string
  /** When each certificate ends that is looked after; none when absent. */
  readonly ends?: () => readonly Date[]
}

/** What waits is asked for so often. */
export const LOOK_MS = 10_000
const MAILED = "mailed"

/** At every start: one job for each address. */
export const notifyAll = ({ notices }: MailParts, now: Date): readonly Change[] =>
  notices.map(({ name }) => due("notify", name, now))

export async function notify(
  world: Pick<World, "clock" | "ledger" | "cases" | "site">,
  { post, notices, link, ends = () => [] }: MailParts,
  job: JobRecord,
): Promise<Outcome> {
  const notice = notices.find(({ name }) => name === job.subject)
  // Not in the configuration any more.
  if (notice === undefined) return { changes: [] }
  const now = world.clock.now()
  const lastAt = await lastMail(world, notice)
  const nextAt = lastAt === null ? 0 : Date.parse(lastAt) + notice.everyMs
  if (now.getTime() < nextAt) return again([], nextAt)
  const waiting =
    notice.about === "certificate"
      ? endingSince(ends(), now)
      : waitingSince(await world.cases.listed(), notice.about, now)
  if (!waiting.some((since) => lastAt === null || since > lastAt)) return again([], now.getTime() + LOOK_MS)
  const told = { about: notice.about, count: waiting.length, siteName: world.site.name, link }
  await post.send({ to: notice.to, ...mailText(notice.language, told) })
  // By what was known when it was counted: what came since is new at the next look.
  const record = { subject: subjectOf(notice), name: MAILED, at: now.toISOString() }
  return again([{ put: "milestone", record }], now.getTime() + notice.everyMs)
}

const subjectOf = ({ name }: MailNotice): string => `notify/${name}`

async function lastMail({ ledger }: Pick<World, "ledger">, notice: MailNotice): Promise<string | null> {
  const known = await ledger.milestones(subjectOf(notice))
  return known.find(({ name }) => name === MAILED)?.at ?? null
}

const again = (changes: readonly Change[], atMs: number): Outcome => ({
  changes,
  again: { at: new Date(atMs), failureCode: null },
})
