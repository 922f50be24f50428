/** Servers take the same set of images in turn, round by round. */
import type { Asked } from "./asked.ts"
import type { ImageSet } from "./image-sets.ts"
import { renewImages, writeImages, type Study } from "./images.ts"
import { alternate } from "./rounds.ts"
import { NotTaken } from "./send.ts"
import type { StorageServer } from "./servers/server.ts"
import { turn, type Turn } from "./turn.ts"

/** Enough for just-in-time compilers and lazy modules. */
export const WARM_UP_INSTANCES = 60

/** What a turn is measured by: an instance, or what it holds when there is only one. */
export interface Measure {
  readonly cpuUnit: string
  readonly cpu: (turn: Turn) => number
  readonly rateUnit: string
  readonly rate: (turn: Turn) => number
}

export const MEASURES: Readonly<Record<ImageSet["per"], Measure>> = {
  instance: {
    cpuUnit: "ms CPU per instance",
    cpu: ({ cpuMs, instances }) => cpuMs / instances,
    rateUnit: "instances/s",
    rate: ({ instances, wallMs }) => instances / (wallMs / 1000),
  },
  "100 MB": {
    cpuUnit: "ms CPU per 100 MB",
    cpu: ({ cpuMs, bytes }) => cpuMs / (bytes / 100e6),
    rateUnit: "MB/s",
    rate: ({ bytes, wallMs }) => bytes / 1e6 / (wallMs / 1000),
  },
}

/** Round by round, by server. Without a peer that did not take the set: why was said. */
export type Turns = ReadonlyMap<string, readonly Turn[]>

export async function warmUp(folder: string, servers: readonly StorageServer[]): Promise<void> {
  const some = await writeImages(`${folder}/warm-up`, { studies: [WARM_UP_INSTANCES] })
  for (const server of servers) await turn(server, some, folder)
}

/** @throws NotTaken when the first of the servers, ours, does not take it */
export async function compare(
  folder: string,
  servers: readonly StorageServer[],
  set: ImageSet,
  associations: number,
  { rounds, say }: Pick<Asked, "rounds" | "say">,
): Promise<Turns> {
  const measure = MEASURES[set.per]
  let studies = await writeImages(folder, { studies: set.studies(associations), shape: set.shape })
  let renewedFor = 0
  const freshFor = async (round: number): Promise<readonly Study[]> => {
    if (round !== renewedFor) studies = await renewImages(studies)
    renewedFor = round
    return studies
  }
  const notTaken = new Set<string>()
  const runners = servers.map((server) => ({
    name: server.name,
    run: async (round: number): Promise<Turn | null> => {
      if (notTaken.has(server.name)) return null
      const fresh = await freshFor(round)
      try {
        const done = await turn(server, fresh, folder)
        say(`  ${server.name}: ${told(measure, done)}`)
        return done
      } catch (fault) {
        if (!(fault instanceof NotTaken) || server === servers[0]) throw fault
        notTaken.add(server.name)
        say(`  ${server.name}: not taken: ${fault.message}`)
        return null
      }
    },
  }))
  const turns = await alternate(runners, rounds)
  const taken = [...turns].filter(([name]) => !notTaken.has(name))
  return new Map(taken.map(([name, all]) => [name, all.filter((each) => each !== null)]))
}

const told = ({ rate, rateUnit, cpu, cpuUnit }: Measure, done: Turn): string =>
  `${rate(done).toFixed(0)} ${rateUnit}, ${cpu(done).toFixed(2)} ${cpuUnit}, ${done.peakRssMiB.toFixed(0)} MiB at most`
