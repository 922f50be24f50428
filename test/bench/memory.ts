/** Growth of resident memory while one large multi-frame instance passes: a stream must not become a buffer. */
import type { Asked } from "./asked.ts"
import { figure, type Figure, type Promised } from "./figure.ts"
import { inFolder } from "./folder.ts"
import { multiFrame, renewImages, writeImages } from "./images.ts"
import { alternate } from "./rounds.ts"
import { startEdge } from "./servers/edge.ts"
import { startOrthanc } from "./servers/orthanc.ts"
import { withServers, type StorageServer } from "./servers/server.ts"
import { startStorescp } from "./servers/storescp.ts"
import { turn, type Turn } from "./turn.ts"

/** Two are enough: the second shows whether it grows again. */
const ROUNDS = 2
/** Less than this is none, and nothing to divide by. */
const RESOLUTION_MIB = 1
const GROWTH_PROMISED: Promised = { floor: 60, aim: null, bound: "at most" }
const TOTAL_PROMISED: Promised = { floor: 350, aim: null, bound: "at most" }

export function memory(asked: Asked): Promise<Figure[]> {
  return inFolder(asked.parent, (folder) => {
    const starts = [
      () => startEdge(folder),
      () => startStorescp(folder),
      () => startOrthanc(folder, "orthanc"),
    ]
    return withServers<StorageServer, Figure[]>(starts, async (servers) =>
      figures(await pass(folder, servers, asked), asked.multiFrameMiB),
    )
  })
}

async function pass(
  folder: string,
  servers: readonly StorageServer[],
  { multiFrameMiB, say }: Asked,
): Promise<ReadonlyMap<string, readonly Turn[]>> {
  const warm = await writeImages(`${folder}/warm-up`, { studies: [20] })
  for (const server of servers) await turn(server, warm, folder)
  let studies = await writeImages(`${folder}/multi-frame`, {
    studies: [1],
    shape: multiFrame(multiFrameMiB * 2 ** 20),
  })
  const runners = servers.map((server) => ({
    name: server.name,
    run: async (): Promise<Turn> => {
      const done = await turn(server, studies, folder)
      studies = await renewImages(studies)
      say(`  ${server.name}: ${done.idleRssMiB.toFixed(0)} MiB, at most ${done.peakRssMiB.toFixed(0)} MiB`)
      return done
    },
  }))
  return alternate(runners, ROUNDS)
}

function figures(turns: ReadonlyMap<string, readonly Turn[]>, multiFrameMiB: number): Figure[] {
  const growth = (name: string): number[] =>
    (turns.get(name) ?? []).map((each) => Math.max(RESOLUTION_MIB, each.peakRssMiB - each.idleRssMiB))
  const grown = ["storescp", "orthanc"].map((peerName): Figure => {
    const what = { figure: `memory-growth/${multiFrameMiB}MiB`, unit: "MiB", peerName }
    return { ...figure(what, growth("dokuei"), growth(peerName)), ...GROWTH_PROMISED, judged: "ours" }
  })
  const total = figure(
    { figure: `memory-total/${multiFrameMiB}MiB`, unit: "MiB peak RSS", peerName: "-" },
    (turns.get("dokuei") ?? []).map((each) => each.peakRssMiB),
    null,
    TOTAL_PROMISED,
  )
  return [...grown, total]
}
