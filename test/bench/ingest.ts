/**
 * C-STORE ingest: the same images by the same storescu to us, to storescp and to Orthanc, over one association and over
 * four.
 *
 * storescp writes files. Orthanc also hashes (MD5) and indexes, and syncs each file unless tuned. We seal, hash twice
 * (SHA-256 of file and data set), index, and answer only what is durable.
 */
import type { Asked } from "./asked.ts"
import { compare, MEASURES, warmUp, type Turns } from "./compare.ts"
import { figure, type Figure, type Promised } from "./figure.ts"
import { inFolder } from "./folder.ts"
import { setBytes, type ImageSet } from "./image-sets.ts"
import { assertRoom } from "./room.ts"
import { startEdge } from "./servers/edge.ts"
import { startOrthanc } from "./servers/orthanc.ts"
import { withServers, type StorageServer } from "./servers/server.ts"
import { startStorescp } from "./servers/storescp.ts"

const PEERS = ["orthanc", "orthanc-tuned", "storescp"] as const
/** What floors were promised for. */
const PROMISED_SET = "ct"
const CPU_PROMISED: Readonly<Record<string, Promised>> = {
  orthanc: { floor: 0.5, aim: 0.4, bound: "at most" },
  "orthanc-tuned": { floor: 0.85, aim: 0.7, bound: "at most" },
}
const RATE_PROMISED: Readonly<Record<string, Promised>> = {
  storescp: { floor: 0.5, aim: 0.8, bound: "at least" },
}
/** For whatever passes. */
const RSS_PROMISED: Promised = { floor: 350, aim: null, bound: "at most" }
const DURABILITY_FLOOR: Readonly<Record<number, number>> = { 1: 0.55, 4: 0.8 }

/** Those of them that keep what they took; storescp begins each turn with an empty folder. */
const KEEPERS = 3

export async function ingest(asked: Asked): Promise<Figure[]> {
  for (const set of asked.sets) await assertRoom(asked.parent, `ingest of ${set.name}`, roomBytes(set, asked))
  const found: Figure[] = []
  for (const set of asked.sets)
    found.push(...(await amongServers(everybody, set, asked, (...all) => ingestFigures(set, ...all))))
  return found
}

/** The price of fdatasync: we against ourselves on a disk that does not. */
export function durability(asked: Asked): Promise<Figure[]> {
  return amongServers(
    (folder) => [
      () => startEdge(folder),
      () => startEdge(folder, { name: "without-sync", withoutSync: true }),
    ],
    asked.slices,
    asked,
    durabilityFigures,
  )
}

/** The files themselves, what keepers keep of every round, and storescp's once. */
function roomBytes(set: ImageSet, { rounds }: Asked): number {
  const ofAll = set.associations.map((count) => setBytes(set, count) * (1 + KEEPERS * rounds))
  return (
    ofAll.reduce((sum, bytes) => sum + bytes) +
    Math.max(...set.associations.map((count) => setBytes(set, count)))
  )
}

const everybody = (folder: string): (() => Promise<StorageServer>)[] => [
  () => startEdge(folder),
  () => startStorescp(folder),
  () => startOrthanc(folder, "orthanc"),
  () => startOrthanc(folder, "orthanc-tuned"),
]

/** Servers that begin with nothing, and a folder that is empty again for the next set. */
function amongServers(
  starts: (folder: string) => (() => Promise<StorageServer>)[],
  set: ImageSet,
  asked: Asked,
  figures: (turns: Turns, associations: number) => Figure[],
): Promise<Figure[]> {
  return inFolder(asked.parent, (folder) =>
    withServers(starts(folder), async (servers) => {
      await warmUp(folder, servers)
      const found: Figure[] = []
      for (const associations of set.associations) {
        const instances = set.studies(associations).reduce((sum, count) => sum + count, 0)
        asked.say(`${set.name}: ${instances} over ${associations} association(s), ${asked.rounds} rounds`)
        const turns = await compare(`${folder}/of-${associations}`, servers, set, associations, asked)
        found.push(...figures(turns, associations))
      }
      return found
    }),
  )
}

function ingestFigures(set: ImageSet, turns: Turns, associations: number): Figure[] {
  const { cpu, cpuUnit, rate, rateUnit } = MEASURES[set.per]
  const ours = turns.get("dokuei") ?? []
  const against = (
    what: string,
    unit: string,
    measured: (each: (typeof ours)[number]) => number,
    promised: Readonly<Record<string, Promised>>,
  ): Figure[] =>
    PEERS.map((peerName) => {
      const peer = turns.get(peerName)?.map(measured) ?? null
      return figure(
        { figure: `ingest-${what}/${set.name}/${associations}`, unit, peerName },
        ours.map(measured),
        peer,
        set.name === PROMISED_SET && peer !== null ? promised[peerName] : undefined,
      )
    })
  return [
    ...against("cpu", cpuUnit, cpu, CPU_PROMISED),
    ...against("rate", rateUnit, rate, RATE_PROMISED),
    ...against("rss", "MiB peak RSS", (each) => each.peakRssMiB, {}).map((each): Figure => ({
      ...each,
      ...RSS_PROMISED,
      judged: "ours",
    })),
  ]
}

function durabilityFigures(turns: Turns, associations: number): Figure[] {
  const what = {
    figure: `durability/${associations}`,
    unit: "instances/s",
    peerName: "dokuei without sync",
  }
  const floor = DURABILITY_FLOOR[associations] ?? null
  const promised: Promised = { floor, aim: null, bound: "at least" }
  const rates = (name: string): number[] => (turns.get(name) ?? []).map(MEASURES.instance.rate)
  return [figure(what, rates("dokuei"), rates("without-sync"), promised)]
}
