/** Starts a `house.ts` and gives it orders. */
import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import type { Site } from "../../deploy/demo/site.ts"
import { GATEWAY_FLAGS } from "../../deploy/node-flags.js"
import type { Answer, Order } from "./house.ts"

export interface HouseKeeper {
  order(order: Order): Promise<Answer>
  close(): Promise<void>
}

export async function buildHouse(site: Site, roles: "edge" | "both"): Promise<HouseKeeper> {
  const configs = roles === "edge" ? [site.edgeConfig] : [site.edgeConfig, site.centerConfig]
  const child = fork(join(import.meta.dirname, "house.ts"), configs, {
    execArgv: [...GATEWAY_FLAGS],
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
    // Its log is of no interest; its complaints are.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the house ended with ${String(code)}`)
  })
  // Awaited only while an answer is; an end in between is told to the next order.
  ended.catch(() => undefined)
  const answer = async (): Promise<Answer> => {
    const [message] = (await Promise.race([once(child, "message"), ended])) as [Answer]
    return message
  }
  await answer()
  const order = (one: Order): Promise<Answer> => {
    const answered = answer()
    child.send(one)
    return answered
  }
  return {
    order,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, "exit")
      await order({ do: "close" })
      await exited
    },
  }
}
