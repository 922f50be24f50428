/** The verbs of the journey, each by its step, and the runner that takes one after the other. */
import { systemClock, wait } from "../clock.ts"
import { expire } from "../journey/retain/expire.ts"
import { signLater } from "../journey/read/sign-later.ts"
import { notify, notifyAll, type MailParts } from "../journey/notify/notify.ts"
import { lookAgain } from "../journey/submit/look-again.ts"
import { packageSubmission } from "../journey/submit/package.ts"
import { recode } from "../journey/recode/recode.ts"
import { startRunner, type Runner, type Step } from "../journey/run.ts"
import { CONTENTS, EFFECTS } from "../journey/submit/submissions.ts"
import { submit } from "../journey/submit/submit.ts"
import { renew } from "../journey/verify/renew.ts"
import { stamp } from "../journey/submit/stamp.ts"
import { verify } from "../journey/verify/verify.ts"
import type { World } from "../journey/world.ts"
import { errorFields, type Log } from "../log.ts"
import type { Trail } from "../storage/trail/trail.ts"

/** What each role does in its own way, or not at all. */
export type OwnSteps = Readonly<Record<"assemble" | "commit" | "deliver", Step>>

interface RunnerNeeds {
  readonly trail: Trail
  readonly mail: MailParts | null
  readonly log: Log
  readonly oneConnection: ReadonlySet<string>
  readonly isFrozen: boolean
}

export function runSteps(
  world: World,
  { trail, mail, log, oneConnection, isFrozen }: RunnerNeeds,
  own: OwnSteps,
): Runner {
  return startRunner({
    ledger: world.ledger,
    trail,
    clock: world.clock,
    chance: world.chance,
    locks: world.locks,
    wait,
    oneConnection,
    isFrozen,
    steps: {
      ...own,
      recode: (job) => recode(world, job),
      package: (job) => packageSubmission(world, CONTENTS, job),
      submit: (job) => submit(world, job),
      verify: (job) => verify(world, EFFECTS, job),
      expire: (job) => expire(world, job),
      renew: (job) => renew(world, job),
      stamp: (job) => stamp(world, job),
      sign: (job) => signLater(world, job),
      notify: (job) => (mail === null ? Promise.resolve({ changes: [] }) : notify(world, mail, job)),
    },
    onFailure: (job, error) =>
      log("warn", "step-failed", {
        verb: job?.verb ?? "audit",
        subject: job?.subject ?? "",
        ...errorFields(error),
      }),
  })
}

/** What waited for this start. */
export async function takeUp(world: World, mail: MailParts | null, log: Log): Promise<void> {
  const waiting = await lookAgain(world)
  if (waiting > 0) log("info", "looked-at-again", { jobs: waiting })
  if (mail !== null) await world.ledger.commit(notifyAll(mail, systemClock.now()))
}
