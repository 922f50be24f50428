/**
 * A device that sends with Nagle's algorithm on, as DCMTK does when nobody tells it otherwise, over a cable to a gateway
 * that acknowledges when the kernel thinks fit, and at once (`deploy/quickack-route.sh`). Beside it the same device with
 * the algorithm off: what is left to gain.
 *
 * Runs in a process and a network of its own (`nagle-inside.ts`).
 */
import type { Asked } from "./asked.ts"
import type { Figure } from "./figure.ts"
import { figuresFromInside } from "./inside.ts"

/** What the process inside is told. */
export interface NagleErrand {
  readonly rounds: number
  readonly instances: number
  readonly parent: string | null
}

export function nagle(asked: Asked): Promise<Figure[]> {
  const errand: NagleErrand = {
    rounds: asked.rounds,
    instances: asked.waitingInstances,
    parent: asked.parent,
  }
  return figuresFromInside("nagle-inside.ts", errand, asked)
}
