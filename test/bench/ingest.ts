/**
 * C-STORE ingest: the same 512 KiB images by the same storescu to us, to storescp and to Orthanc, over one
 * association and over four.
 *
 * storescp writes files. Orthanc also hashes (MD5) and indexes, and syncs each file unless tuned. We seal, hash twice
 * (SHA-256 of file and data set), index, and answer only what is durable.
 */
import type { Asked } from "./asked.ts"
import { figure, type Figure, type Promised } from "./figure.ts"
import { inFolder } from "./folder.ts"
import { renewImages, writeImages, type Study } from "./images.ts"
import { alternate } from "./rounds.ts"
import { startEdge } from "./servers/edge.ts"
import { startOrthanc } from "./servers/orthanc.ts"
import type { StorageServer } from "./servers/server.ts"
import { startStorescp } from "./servers/storescp.ts"
import { turn, type Turn } from "./turn.ts"

export const ASSOCIATIONS = [1, 4] as const
/** Enough for just-in-time compilers and lazy modules. */
const WARM_UP_INSTANCES = 60

const CPU_PROMISED: Readonly<Record<string, Promised>> = {
  orthanc: { floor: 0.5, aim: 0.4, bound: "at most" },
  "orthanc-tuned": { floor: 0.85, aim: 0.7, bound: "at most" },
}
const RATE_PROMISED: Promised = { floor: 0.5, aim: 0.8, bound: "at least" }
const DURABILITY_FLOOR: Readonly<Record<number, number>> = { 1: 0.55, 4: 0.8 }
const RSS_PROMISED: Promised = { floor: 350, aim: null, bound: "at most" }

export function ingest(asked: Asked): Promise<Figure[]> {
  return inFolder(asked.parent, async (folder) => {
    const servers: StorageServer[] = []
    try {
      servers.push(await startEdge(folder))
      servers.push(await startStorescp(folder))
      servers.push(await startOrthanc(folder, "orthanc"))
      servers.push(await startOrthanc(folder, "orthanc-tuned"))
      return await compareAll(folder, servers, asked, ingestFigures)
    } finally {
      await stopAll(servers)
    }
  })
}

/** The price of fdatasync: we against ourselves on a disk that does not. */
export function durability(asked: Asked): Promise<Figure[]> {
  return inFolder(asked.parent, async (folder) => {
    const servers: StorageServer[] = []
    try {
      servers.push(await startEdge(folder))
      servers.push(await startEdge(folder, { name: "without-sync", withoutSync: true }))
      return await compareAll(folder, servers, asked, durabilityFigures)
    } finally {
      await stopAll(servers)
    }
  })
}

type Turns = ReadonlyMap<string, readonly Turn[]>

async function compareAll(
  folder: string,
  servers: readonly StorageServer[],
  asked: Asked,
  figures: (turns: Turns, associations: number) => Figure[],
): Promise<Figure[]> {
  await warmUp(folder, servers, Math.min(WARM_UP_INSTANCES, asked.instances))
  const found: Figure[] = []
  for (const associations of ASSOCIATIONS) {
    asked.say(`${asked.instances} × 512 KiB over ${associations} association(s), ${asked.rounds} rounds`)
    const turns = await compare(`${folder}/of-${associations}`, servers, associations, asked)
    found.push(...figures(turns, associations))
  }
  return found
}

async function warmUp(folder: string, servers: readonly StorageServer[], instances: number): Promise<void> {
  const some = await writeImages(`${folder}/warm-up`, { studies: [instances] })
  for (const server of servers) await turn(server, some, folder)
}

async function compare(
  folder: string,
  servers: readonly StorageServer[],
  associations: number,
  { instances, rounds, say }: Asked,
): Promise<Turns> {
  const each = Math.max(1, Math.floor(instances / associations))
  let studies = await writeImages(folder, { studies: Array.from({ length: associations }, () => each) })
  let renewedFor = 0
  const freshFor = async (round: number): Promise<readonly Study[]> => {
    if (round !== renewedFor) studies = await renewImages(studies)
    renewedFor = round
    return studies
  }
  const runners = servers.map((server) => ({
    name: server.name,
    run: async (round: number): Promise<Turn> => {
      const done = await turn(server, await freshFor(round), folder)
      say(`  ${server.name}: ${rate(done).toFixed(0)}/s, ${perInstance(done).toFixed(2)} ms CPU each`)
      return done
    },
  }))
  return alternate(runners, rounds)
}

const rate = ({ instances, wallMs }: Turn): number => instances / (wallMs / 1000)
const perInstance = ({ instances, cpuMs }: Turn): number => cpuMs / instances

function ingestFigures(turns: Turns, associations: number): Figure[] {
  const ours = turns.get("dokuei") ?? []
  const cpu = ["orthanc", "orthanc-tuned", "storescp"].map((peerName) =>
    figure(
      { figure: `ingest-cpu/${peerName}/${associations}`, unit: "ms CPU per instance", peerName },
      ours.map(perInstance),
      (turns.get(peerName) ?? []).map(perInstance),
      CPU_PROMISED[peerName],
    ),
  )
  const rates = ["storescp", "orthanc", "orthanc-tuned"].map((peerName) =>
    figure(
      { figure: `ingest-rate/${peerName}/${associations}`, unit: "instances/s", peerName },
      ours.map(rate),
      (turns.get(peerName) ?? []).map(rate),
      peerName === "storescp" ? RATE_PROMISED : undefined,
    ),
  )
  const peak = figure(
    { figure: `ingest-rss/${associations}`, unit: "MiB peak RSS", peerName: "-" },
    ours.map((each) => each.peakRssMiB),
    null,
    RSS_PROMISED,
  )
  return [...cpu, ...rates, peak]
}

function durabilityFigures(turns: Turns, associations: number): Figure[] {
  const what = {
    figure: `durability/${associations}`,
    unit: "instances/s",
    peerName: "dokuei without sync",
  }
  const floor = DURABILITY_FLOOR[associations] ?? null
  const promised: Promised = { floor, aim: null, bound: "at least" }
  const rates = (name: string): number[] => (turns.get(name) ?? []).map(rate)
  return [figure(what, rates("dokuei"), rates("without-sync"), promised)]
}

export async function stopAll(servers: readonly { stop(): Promise<void> }[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()))
}
