/** One self-test from its beginning to its end, told as it goes; whoever runs the desk. */
import type { SelfTestDesk } from "../../journey/ports/self-test.ts"
import type { SelfTestView } from "../../journey/views/self-test.ts"
import { lineOf, waitOf, type SelfTestPartner, type SelfTestResult, type Say } from "./told.ts"

const LOOK_MS = 250

export interface Asking {
  readonly desk: SelfTestDesk
  readonly partner: SelfTestPartner
  readonly user: string
  /** How long the answer is waited for. */
  readonly limitMs: number
  readonly now: () => Date
  readonly say: Say
}

export async function askSelfTest(asking: Asking): Promise<SelfTestResult> {
  const { desk, partner, user, now } = asking
  const { id } = await desk.begin(user, partner.id)
  const until = new Date(now().getTime() + asking.limitMs)
  let view: SelfTestView
  try {
    view = await watched(asking, id, until)
  } catch (error) {
    await desk.end(id, user)
    throw error
  }
  return { view, destroyed: await desk.end(id, user), endedAt: now().toISOString() }
}

/** Until it has come to its end, or its time is over; each stage is told once, and so is what it waits for. */
async function watched({ desk, partner, now, say }: Asking, id: string, until: Date): Promise<SelfTestView> {
  let told = 0
  let waitsFor = ""
  for (;;) {
    const view = await desk.look(id)
    const reached = view.stages.findIndex(({ state }) => state !== "done")
    for (const stage of view.stages.slice(told, reached === -1 ? undefined : reached))
      say(lineOf(stage, partner))
    told = reached === -1 ? view.stages.length : reached
    const waiting = view.stages[told]
    if (waiting?.state === "now" && waiting.code !== null && waiting.code !== waitsFor) {
      waitsFor = waiting.code
      say(waitOf(waiting, partner))
    }
    if (view.outcome !== "running" || now() >= until) return view
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}
