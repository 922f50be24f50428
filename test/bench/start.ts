/**
 * From spawn to ready, with a spool full of objects and with an empty one: what rolling forward costs. Full of large
 * studies, and of single images: each study has a slot and a segment of its own.
 */
import { join } from "node:path"
import { openSite } from "../../deploy/demo/site.ts"
import type { Asked } from "./asked.ts"
import { buildHouse } from "./build-house.ts"
import { figure, type Figure, type Promised } from "./figure.ts"
import { inFolder } from "./folder.ts"
import { alternate } from "./rounds.ts"
import { startEdgeOf } from "./servers/edge.ts"

/** Promised for 100,000 objects (`--long`). */
const START_PROMISED: Promised = { floor: 5, aim: null, bound: "at most" }

const OBJECTS_OF_A_STUDY = 500

export async function start(asked: Asked): Promise<Figure[]> {
  const large = {
    studies: Math.ceil(asked.objects / OBJECTS_OF_A_STUDY),
    objectsOfAStudy: OBJECTS_OF_A_STUDY,
  }
  const single = { studies: Math.ceil(asked.objects / 10), objectsOfAStudy: 1 }
  return [
    await startWith(asked, `start/${asked.objects}`, large),
    await startWith(asked, `start/${single.studies}-studies`, single),
  ]
}

interface Fill {
  readonly studies: number
  readonly objectsOfAStudy: number
}

function startWith(asked: Asked, name: string, fill: Fill): Promise<Figure> {
  return inFolder(asked.parent, async (folder) => {
    const options = { imagesKept: "30d", quietPeriod: "30d" }
    const full = await openSite(join(folder, "full"), options)
    const empty = await openSite(join(folder, "empty"), options)
    const house = await buildHouse(full, "edge")
    try {
      await house.order({ do: "fill", ...fill })
    } finally {
      await house.close()
    }
    const seconds = async (site: typeof full): Promise<number> => {
      const edge = await startEdgeOf(site)
      await edge.stop()
      asked.say(`  ${site === full ? name : "empty"}: ${edge.startMs.toFixed(0)} ms`)
      return edge.startMs / 1000
    }
    const times = await alternate(
      [
        { name: "full", run: () => seconds(full) },
        { name: "empty", run: () => seconds(empty) },
      ],
      asked.rounds,
    )
    const what = { figure: name, unit: "s to ready", peerName: "dokuei, empty spool" }
    const found = figure(what, times.get("full") ?? [], times.get("empty") ?? [])
    return { ...found, ...START_PROMISED, judged: "ours" }
  })
}
