/** `nagle` inside its network: servers on this host, storescu on the other end of a cable. Sends its figures to its parent. */
import { figure, type Figure } from "./figure.ts"
import { inFolder, settleDisk } from "./folder.ts"
import { imageSets, type ImageSet } from "./image-sets.ts"
import { renewImages, writeImages } from "./images.ts"
import type { NagleErrand } from "./nagle.ts"
import { alternate } from "./rounds.ts"
import { send, type Device } from "./send.ts"
import { startEdge } from "./servers/edge.ts"
import { PEER_ENVIRONMENT, withServers, type StorageServer } from "./servers/server.ts"
import { startStorescp } from "./servers/storescp.ts"
import { layCable, type Cable } from "./two-hosts.ts"

const WAYS = ["nagle", "nagle+quickack", "no nagle"] as const
type Way = (typeof WAYS)[number]

async function measure({ rounds, instances, parent }: NagleErrand): Promise<Figure[]> {
  const cable = await layCable()
  try {
    return await inFolder(parent, (folder) => {
      const starts = [() => startEdge(folder, { dicomHost: cable.gateway }), () => startStorescp(folder)]
      return withServers<StorageServer, Figure[]>(starts, async (servers) => {
        const found: Figure[] = []
        const { ct, small } = imageSets(instances, instances)
        for (const set of [ct, small]) found.push(...(await compare(folder, servers, cable, set, rounds)))
        return found
      })
    })
  } finally {
    await cable.end()
  }
}

interface Sent {
  readonly perSecond: number
  /** Acknowledgements that waited, for each instance. */
  readonly delayedAcks: number
}

/** Each server by each way, in turn. */
async function compare(
  folder: string,
  servers: readonly StorageServer[],
  cable: Cable,
  set: ImageSet,
  rounds: number,
): Promise<Figure[]> {
  let studies = await writeImages(`${folder}/${set.name}`, { studies: set.studies(1), shape: set.shape })
  const instances = studies.reduce((sum, { files }) => sum + files.length, 0)
  const sent = async (server: StorageServer, way: Way): Promise<Sent> => {
    await server.clear()
    studies = await renewImages(studies)
    await settleDisk(folder)
    cable.route(way === "nagle+quickack" ? "quickack" : "plain")
    const before = cable.delayedAcks()
    const wallMs = await send(server, studies, device(cable, way))
    const delayedAcks = (cable.delayedAcks() - before) / instances
    const perSecond = instances / (wallMs / 1000)
    process.stderr.write(
      `  ${set.name}, ${server.name}, ${way}: ${perSecond.toFixed(1)}/s, ${delayedAcks.toFixed(2)} delayed each\n`,
    )
    return { perSecond, delayedAcks }
  }
  const runners = servers.flatMap((server) =>
    WAYS.map((way) => ({ name: `${server.name}/${way}`, run: () => sent(server, way) })),
  )
  const all = await alternate(runners, rounds)
  return servers.flatMap(({ name }) =>
    figures(`${set.name}/${name}`, (way) => all.get(`${name}/${way}`) ?? []),
  )
}

/** DCMTK leaves the algorithm on unless its environment says otherwise. */
const device = ({ gateway, onDevice }: Cable, way: Way): Device => ({
  host: gateway,
  by: onDevice,
  env: way === "no nagle" ? PEER_ENVIRONMENT : { ...process.env, TCP_NODELAY: undefined },
})

function figures(of: string, sent: (way: Way) => readonly Sent[]): Figure[] {
  const rates = (way: Way): number[] => sent(way).map(({ perSecond }) => perSecond)
  const delays = (way: Way): number[] => sent(way).map(({ delayedAcks }) => delayedAcks)
  const against = (name: string, peerName: string, peer: Way): Figure =>
    figure({ figure: `${name}/${of}`, unit: "instances/s", peerName }, rates("nagle+quickack"), rates(peer))
  return [
    against("nagle-quickack", "without the route", "nagle"),
    against("nagle-left", "device without Nagle", "no nagle"),
    figure(
      { figure: `nagle-delayed/${of}`, unit: "delayed ACK per instance", peerName: "without the route" },
      delays("nagle+quickack"),
      // Where nothing was delayed there is nothing to compare.
      delays("nagle").every((each) => each > 0) ? delays("nagle") : null,
    ),
  ]
}

const figuresFound = await measure(JSON.parse(process.argv[2] ?? "") as NagleErrand)
process.send?.(figuresFound)
process.disconnect()
