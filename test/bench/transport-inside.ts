/**
 * `transport` inside its networks: the hospital on this host (edge, storescu, time-stamp authority), the centre and an Orthanc
 * on the other end of the line. Sends its figures to its parent.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parse, stringify } from "yaml"
import { enterRequest, staffItems } from "../../deploy/demo/hospital.ts"
import { openSite, type Site } from "../../deploy/demo/site.ts"
import { startTsa } from "../../deploy/demo/tsa.ts"
import { until } from "../../deploy/demo/walk.ts"
import type { Figure } from "./figure.ts"
import { frameBytes, renewImages, writeImages, type Study } from "./images.ts"
import { cpuMs, endedChildrenCpuMs, peakRssMiB, resetPeak } from "./process-usage.ts"
import { alternate } from "./rounds.ts"
import { send } from "./send.ts"
import { startEdgeOf, startGatewayOf } from "./servers/edge.ts"
import { startOrthanc } from "./servers/orthanc.ts"
import { PEER_ENVIRONMENT, stopAll, type StorageServer } from "./servers/server.ts"
import {
  PEER,
  rawLineMs,
  transportFigures,
  type End,
  type Passage,
  type TransportErrand,
} from "./transport.ts"
import { turn } from "./turn.ts"
import { layCable, type Cable } from "./two-hosts.ts"

/** The shortest a configuration can say, and what is certainly over it: the study is whole before it is asked for. */
const QUIET = "1s"
const WHOLE_MS = 3_000
/** Enough for lazy modules, and for the gateway to find out what the line carries. */
const WARM_UP_INSTANCES = 20
const PATIENCE_MS = 120_000
/** How often a sender that ends is looked at. */
const LOOK_EVERY_MS = 20
/** Less than this of CPU is not seen (proc(5)), and nothing to divide by. */
const RESOLUTION_MS = 10

interface Houses {
  readonly cable: Cable
  readonly folder: string
  readonly site: Site
  readonly edge: StorageServer
  readonly center: StorageServer
  readonly orthanc: StorageServer
}

async function measure({ rounds, sets, folder }: TransportErrand): Promise<Figure[]> {
  const cable = await layCable()
  try {
    const found: Figure[] = []
    for (const { instances, lines } of sets) {
      const images = join(folder, `images-${instances}`)
      const studies = await writeImages(images, { studies: [instances] })
      for (const line of lines) found.push(...(await over(line, cable, studies, { rounds, folder })))
      await rm(images, { recursive: true })
    }
    return found
  } finally {
    await cable.end()
  }
}

/** In houses of their own, for what they keep fills a disk, and what a gateway knows of one line is not true of the next. */
async function over(
  line: number | null,
  cable: Cable,
  images: readonly Study[],
  { rounds, folder }: Pick<TransportErrand, "rounds" | "folder">,
): Promise<Figure[]> {
  const running: { stop(): Promise<void> }[] = []
  const below = join(folder, "houses")
  try {
    cable.shape(line)
    const houses = await startHouses(below, cable, running)
    await warmUp(houses)
    let studies = images
    const fresh = async (): Promise<Study> => first((studies = await renewImages(studies)))
    const ways = await alternate(
      [
        {
          name: "dokuei",
          run: async () => told("dokuei", line, await handedOver(houses, await fresh(), line)),
        },
        { name: PEER, run: async () => told(PEER, line, await stored(houses, await fresh())) },
      ],
      rounds,
    )
    return transportFigures(line, ways.get("dokuei") ?? [], ways.get(PEER) ?? [])
  } finally {
    await stopAll(running)
    await rm(below, { recursive: true, force: true })
  }
}

function first([study]: readonly Study[]): Study {
  if (study === undefined) throw new Error("no images were made")
  return study
}

function told(name: string, line: number | null, passage: Passage): Passage {
  const over = line === null ? "an unshaped line" : `${line} Mbit/s`
  process.stderr.write(`  ${name} over ${over}: ${(passage.wallMs / 1000).toFixed(1)} s\n`)
  return passage
}

async function startHouses(
  folder: string,
  cable: Cable,
  running: { stop(): Promise<void> }[],
): Promise<Houses> {
  const there = { address: cable.device, by: cable.onDevice }
  await mkdir(folder)
  const site = await openSite(join(folder, "site"), {
    imagesKept: "30d",
    quietPeriod: QUIET,
    // The same bytes on the line as the peer's.
    recoding: "none",
  })
  apart(site, cable)
  const started = async <Server extends { stop(): Promise<void> }>(
    start: Promise<Server>,
  ): Promise<Server> => {
    const server = await start
    running.push(server)
    return server
  }
  const tsa = await startTsa(join(site.dir, "pki", "tsa"), site.ports.tsa, cable.gateway)
  running.push({ stop: () => tsa.close() })
  const center = await started(startGatewayOf(site, site.centerConfig, { name: "center", where: there }))
  const edge = await started(startEdgeOf(site))
  const orthanc = await started(startOrthanc(folder, "orthanc", "orthanc", {}, there))
  return { cable, folder, site, center, edge, orthanc }
}

/** Each gateway on its own host. */
function apart(site: Site, { gateway, device }: Cable): void {
  const timeStamp = { url: `http://${gateway}:${site.ports.tsa}/` }
  for (const [file, own, partner] of [
    [site.edgeConfig, gateway, `${device}:${site.ports.centerXdr}`],
    [site.centerConfig, device, `${gateway}:${site.ports.edgeXdr}`],
  ] as const) {
    const config = parse(readFileSync(file, "utf8")) as Draft
    config.xdr.host = own
    for (const agreement of config.agreements) agreement.endpoint = `https://${partner}/xdr/recipient`
    writeFileSync(file, stringify({ ...config, timeStamp }))
  }
}

interface Draft {
  readonly xdr: { host: string }
  readonly agreements: readonly { endpoint: string }[]
}

async function warmUp(houses: Houses): Promise<void> {
  const some = first(await writeImages(join(houses.folder, "warm-up"), { studies: [WARM_UP_INSTANCES] }))
  await handedOver(houses, some, null)
  await stored(houses, some)
}

/** From the moment the study, which lies at the edge, is asked for and so released, to the signed receipt at the edge. */
async function handedOver(houses: Houses, study: Study, line: number | null): Promise<Passage> {
  const { edge, center, site, folder } = houses
  await send(edge, [study])
  await sleep(WHOLE_MS)
  await resetPeak(edge.pid)
  const before = await cpuMs(edge.pid)
  const leastMs = line === null ? 0 : rawLineMs(bytesOf(study), line)
  const done = await turn(center, [study], folder, () => receipted(site, study, leastMs))
  return passage(study, done, {
    cpuMs: Math.max(RESOLUTION_MS, (await cpuMs(edge.pid)) - before),
    peakRssMiB: await peakRssMiB(edge.pid),
  })
}

/** @param leastMs before which nobody asks: questions would be on the edge's bill */
async function receipted(site: Site, study: Study, leastMs: number): Promise<number> {
  const before = Date.now()
  const requestId = await enterRequest(site, study, `R-${study.PatientID}`)
  await sleep(leastMs)
  const look = async (): Promise<number | null> => {
    const item = (await staffItems(site)).find((each) => each.requestId === requestId)
    const arrived = item?.way.find(({ name, state }) => name === "arrived" && state === "done")
    return arrived?.at === undefined || arrived.at === null ? null : Date.parse(arrived.at)
  }
  return (await until("the center's receipt", look, PATIENCE_MS + 2 * leastMs)) - before
}

async function stored({ orthanc, cable, folder }: Houses, study: Study): Promise<Passage> {
  const before = await endedChildrenCpuMs()
  const memory = watchEnding()
  const device = { host: cable.device, by: [], env: PEER_ENVIRONMENT, started: memory.begin }
  const done = await turn(orthanc, [study], folder, (server, studies) => send(server, studies, device))
  return passage(study, done, {
    cpuMs: Math.max(RESOLUTION_MS, (await endedChildrenCpuMs()) - before),
    peakRssMiB: memory.end(),
  })
}

/** Peak of a process that has ended when one could ask for it. */
function watchEnding(): { readonly begin: (pid: number) => void; readonly end: () => number } {
  let peakMiB = 0
  let timer: NodeJS.Timeout | undefined
  return {
    begin: (pid) => {
      const look = (): void =>
        void peakRssMiB(pid).then(
          // Of one that has ended and is not yet waited for nothing is told.
          (seen) => (peakMiB = Math.max(peakMiB, Number.isNaN(seen) ? 0 : seen)),
          () => clearInterval(timer),
        )
      timer = setInterval(look, LOOK_EVERY_MS)
      look()
    },
    end: () => {
      clearInterval(timer)
      return peakMiB
    },
  }
}

const bytesOf = ({ files, shape }: Study): number => files.length * shape.frames * frameBytes(shape)

const passage = (study: Study, receiver: End & { readonly wallMs: number }, sender: End): Passage => ({
  bytes: bytesOf(study),
  wallMs: receiver.wallMs,
  sender,
  receiver: { cpuMs: receiver.cpuMs, peakRssMiB: receiver.peakRssMiB },
})

const figuresFound = await measure(JSON.parse(process.argv[2] ?? "") as TransportErrand)
process.send?.(figuresFound)
process.disconnect()
