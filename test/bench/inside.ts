/** What is measured in a network of its own is measured by a process of its own, which tells its figures. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { OWN_NETWORK, whyNoOwnNetwork } from "../peers/own-network.ts"
import type { Asked } from "./asked.ts"
import type { Figure } from "./figure.ts"

/**
 * No figures, and a line that says why, where no network can be made.
 *
 * @param module beside this one; is given the errand as JSON, and sends its figures to its parent
 */
export async function figuresFromInside(
  module: string,
  errand: object,
  { say }: Pick<Asked, "say">,
): Promise<Figure[]> {
  const why = whyNoOwnNetwork()
  if (why !== null) {
    say(`  not measured: ${why}`)
    return []
  }
  const [command, ...options] = OWN_NETWORK
  const inside = join(import.meta.dirname, module)
  const child = spawn(command, [...options, process.execPath, inside, JSON.stringify(errand)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  })
  const figures: Figure[] = []
  child.on("message", (found: Figure[]) => figures.push(...found))
  const [code] = (await once(child, "close")) as [number | null]
  if (code !== 0) throw new Error(`the bench inside ended with ${String(code)}`)
  return figures
}
