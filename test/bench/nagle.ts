/**
 * A device that sends with Nagle's algorithm on, as DCMTK does when nobody tells it otherwise, over a cable to a gateway
 * that acknowledges when the kernel thinks fit, and at once (`deploy/quickack-route.sh`). Beside it the same device with
 * the algorithm off: what is left to gain.
 *
 * Runs in a process and a network of its own (`nagle-inside.ts`).
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { OWN_NETWORK, whyNoOwnNetwork } from "../peers/own-network.ts"
import type { Asked } from "./asked.ts"
import type { Figure } from "./figure.ts"

/** What the process inside is told. */
export interface NagleErrand {
  readonly rounds: number
  readonly instances: number
  readonly parent: string | null
}

/** No figures, and a line that says why, where no network can be made. */
export async function nagle(asked: Asked): Promise<Figure[]> {
  const why = whyNoOwnNetwork()
  if (why !== null) {
    asked.say(`  not measured: ${why}`)
    return []
  }
  const errand: NagleErrand = {
    rounds: asked.rounds,
    instances: asked.waitingInstances,
    parent: asked.parent,
  }
  const inside = join(import.meta.dirname, "nagle-inside.ts")
  const [command, ...options] = OWN_NETWORK
  const child = spawn(command, [...options, process.execPath, inside, JSON.stringify(errand)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  })
  const figures: Figure[] = []
  child.on("message", (found: Figure[]) => figures.push(...found))
  const [code] = (await once(child, "close")) as [number | null]
  if (code !== 0) throw new Error(`the bench inside ended with ${String(code)}`)
  return figures
}
