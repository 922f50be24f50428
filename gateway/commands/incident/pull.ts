/** Pulls a lever or ends it: told to the audit trail first, durable then, and at last taken up by the gateway that runs. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { leversCheck, type Check, type Health } from "../../actors/machine-room/health.ts"
import { systemClock } from "../../clock.ts"
import type { Config } from "../../config/schema.ts"
import { pulled } from "../../foundation/health.ts"
import { LeverError } from "../../journey/errors.ts"
import type { Clock } from "../../journey/ports/time.ts"
import type { LeverName, Levers } from "../../journey/ports/levers.ts"
import { moveLevers } from "../../storage/levers/levers-file.ts"
import { leaveNote } from "../../storage/trail/used-notes.ts"
import { caller } from "../caller.ts"

export interface Pull {
  readonly lever: LeverName
  readonly by: string
  readonly reason: string
  /** What was pulled is to end. */
  readonly end: boolean
}

/** What it ends in may have been under way for 30 s, and a start takes some. */
const TAKEN_UP_WITHIN_MS = 60_000
const ASK_AGAIN_MS = 250
const ASK_TIMEOUT_MS = 5_000

const DEED: Readonly<Record<LeverName, { readonly pulled: string; readonly ended: string }>> = {
  isolated: { pulled: "the gateway is isolated", ended: "the isolation of the gateway has ended" },
  frozen: { pulled: "the gateway is frozen", ended: "the freeze of the gateway has ended" },
}

/** @returns the levers as they are from now on. @throws ERR_LEVER_PLACE, and what the system throws */
export async function pull({ dataDir }: Pick<Config, "dataDir">, wanted: Pull): Promise<Levers> {
  if (!existsSync(dataDir)) throw new LeverError("ERR_LEVER_PLACE", `${dataDir} is not there`)
  const { lever, by, reason, end } = wanted
  return moveLevers(dataDir, async (before) => {
    if ((before[lever] === null) === end) return null
    const at = systemClock.now().toISOString()
    const deed = `${end ? DEED[lever].ended : DEED[lever].pulled}, by ${by}: ${reason}`
    await leaveNote(join(dataDir, "audit.jsonl"), { at, user: caller(), deed })
    return { ...before, [lever]: end ? null : { by, reason, since: at } }
  })
}

/** What runs now tells of it; null = nobody runs. */
export type MachineRoom = () => Promise<Check | null>

export const machineRoomOf =
  ({ health: { host, port } }: Pick<Config, "health">): MachineRoom =>
  async () => {
    const here = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host
    try {
      const url = `http://${here.includes(":") ? `[${here}]` : here}:${port}/healthz`
      const answer = await fetch(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) })
      const { checks } = (await answer.json()) as Health
      return checks.find(({ name }) => name === "levers") ?? null
    } catch (error) {
      // Refused, cut in the midst of an answer, or no answer: it is asked again, or nobody is there.
      if (error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException)
        return null
      throw error
    }
  }

interface Time {
  readonly clock: Clock
  pause(ms: number): Promise<unknown>
}

const OF_THE_MACHINE: Time = { clock: systemClock, pause }

/** Until the gateway says of itself what holds now. @throws ERR_LEVER_LATE */
export async function takenUp(levers: Levers, ask: MachineRoom, time: Time = OF_THE_MACHINE): Promise<void> {
  const wanted = headOf(leversCheck(pulled(levers), 0))
  const until = time.clock.now().getTime() + TAKEN_UP_WITHIN_MS
  for (;;) {
    const told = await ask()
    if (told !== null && headOf(told) === wanted) return
    if (time.clock.now().getTime() >= until)
      throw new LeverError("ERR_LEVER_LATE", "the gateway that runs has not taken it up")
    await time.pause(ASK_AGAIN_MS)
  }
}

/** Behind it stands what changes with time. */
const headOf = ({ sentence }: Check): string => sentence.split("; ")[0] ?? ""
