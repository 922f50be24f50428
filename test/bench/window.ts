/**
 * What an asynchronous operations window gains: the same device, our own, with eight operations open at a time and with
 * one. While one sync runs, the next objects arrive; all of them become durable by the next.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { MAX_OPERATIONS } from "../../gateway/actors/storage-scp/negotiate.ts"
import type { Asked } from "./asked.ts"
import { MEASURES, warmUp } from "./compare.ts"
import { figure, type Figure } from "./figure.ts"
import { inFolder } from "./folder.ts"
import type { ImageSet } from "./image-sets.ts"
import { renewImages, writeImages, type Study } from "./images.ts"
import { alternate } from "./rounds.ts"
import { CALLING_AE, type Target } from "./send.ts"
import { startEdge, type Edge } from "./servers/edge.ts"
import { withServers } from "./servers/server.ts"
import { turn, type Turn } from "./turn.ts"

const SENDER = join(import.meta.dirname, "window-sender.ts")
const WINDOWS = [1, MAX_OPERATIONS] as const

export function window(asked: Asked): Promise<Figure[]> {
  return inFolder(asked.parent, (folder) =>
    withServers([() => startEdge(folder)], async (servers) => {
      await warmUp(folder, servers)
      const found: Figure[] = []
      for (const edge of servers)
        for (const set of asked.usualSets) found.push(...(await compare(folder, edge, set, asked)))
      return found
    }),
  )
}

async function compare(folder: string, edge: Edge, set: ImageSet, asked: Asked): Promise<Figure[]> {
  let studies = await writeImages(`${folder}/${set.name}`, { studies: set.studies(1), shape: set.shape })
  const runners = WINDOWS.map((open) => ({
    name: String(open),
    run: async (): Promise<Turn> => {
      studies = await renewImages(studies)
      const done = await turn(edge, studies, folder, sender(open))
      asked.say(`  ${set.name}, ${open} at a time: ${MEASURES.instance.rate(done).toFixed(0)}/s`)
      return done
    },
  }))
  const turns = await alternate(runners, asked.rounds)
  const measured = (what: "rate" | "cpu", open: number): number[] =>
    (turns.get(String(open)) ?? []).map(MEASURES.instance[what])
  const against = (what: "rate" | "cpu", unit: string): Figure =>
    figure(
      {
        figure: `ingest-window/${what}/${set.name}/${MAX_OPERATIONS}`,
        unit,
        peerName: "dokuei, one at a time",
      },
      measured(what, MAX_OPERATIONS),
      measured(what, 1),
    )
  return [against("rate", MEASURES.instance.rateUnit), against("cpu", MEASURES.instance.cpuUnit)]
}

/** Sends as `send` does, by a device with so many operations open at a time. */
const sender =
  (open: number) =>
  async ({ port, aeTitle }: Target, studies: readonly Study[]): Promise<number> => {
    const before = performance.now()
    await Promise.all(
      studies.map(async ({ files }) => {
        const args = [SENDER, String(open), String(port), aeTitle, CALLING_AE, ...files]
        const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] })
        const [code] = (await once(child, "close")) as [number | null]
        if (code !== 0) throw new Error(`the sender ended with ${String(code)}`)
      }),
    )
    return performance.now() - before
  }
