/**
 * The whole way on one machine: an edge, a center and a time-stamp authority as the demonstration starts them. From the
 * last C-STORE answered to the study verified at the center, quiet period included and, as promised, without it.
 *
 * Beside it an Orthanc that has the same study and stores it to another: DICOM without encryption, signature or receipt.
 */
import { join } from "node:path"
import { startGateway, type Gateway } from "../../deploy/demo/gateways.ts"
import { enterRequest, staffItems } from "../../deploy/demo/hospital.ts"
import { openSite, type Site } from "../../deploy/demo/site.ts"
import { startTsa } from "../../deploy/demo/tsa.ts"
import { until } from "../../deploy/demo/walk.ts"
import type { Station } from "../../gateway/journey/views/study.ts"
import type { Asked } from "./asked.ts"
import { figure, type Figure, type Promised } from "./figure.ts"
import { inFolder, settleDisk } from "./folder.ts"
import { renewImages, writeImages, type Study } from "./images.ts"
import { alternate } from "./rounds.ts"
import { send } from "./send.ts"
import { startOrthanc, type Orthanc } from "./servers/orthanc.ts"
import { stopAll } from "./servers/server.ts"

/** The shortest a configuration can say. */
const QUIET_MS = 1000
const LOOP_PROMISED: Promised = { floor: 2, aim: null, bound: "at most" }

interface Way {
  /** From the last answer, quiet period included. */
  readonly fromLastImageS: number
  /** From the release of the study. */
  readonly fromReleaseS: number
}

export function loop(asked: Asked): Promise<Figure[]> {
  return inFolder(asked.parent, async (folder) => {
    const running: { stop(): Promise<void> }[] = []
    try {
      const site = await startSite(join(folder, "site"), running)
      const orthancs = await startOrthancs(folder, running)
      let [study] = await writeImages(join(folder, "images"), { studies: [asked.loopInstances] })
      const fresh = async (): Promise<Study> => {
        await settleDisk(folder)
        ;[study] = await renewImages(study === undefined ? [] : [study])
        if (study === undefined) throw new Error("no images were made")
        return study
      }
      // The first study warms up; it is not counted.
      await ours(site, await fresh())
      const ways = await alternate(
        [
          { name: "dokuei", run: async () => told(asked, "dokuei", await ours(site, await fresh())) },
          {
            name: "orthanc",
            run: async () => told(asked, "orthanc", await forwarded(orthancs, await fresh())),
          },
        ],
        asked.rounds,
      )
      return figures(ways.get("dokuei") ?? [], ways.get("orthanc") ?? [], asked.loopInstances)
    } finally {
      await stopAll(running)
    }
  })
}

function told({ say }: Asked, name: string, way: Way): Way {
  say(`  ${name}: ${way.fromReleaseS.toFixed(2)} s`)
  return way
}

async function startSite(dir: string, running: { stop(): Promise<void> }[]): Promise<Site> {
  const site = await openSite(dir, {
    imagesKept: "30d",
    quietPeriod: `${QUIET_MS / 1000}s`,
    // As promised: the way of images as received. What recoding takes is its own figure, and saved on the line.
    recoding: "none",
  })
  const tsa = await startTsa(join(dir, "pki", "tsa"), site.ports.tsa)
  running.push({ stop: () => tsa.close() })
  const gateways: Gateway[] = await Promise.all([
    startGateway(site.edgeConfig, join(dir, "edge.log")),
    startGateway(site.centerConfig, join(dir, "center.log")),
  ])
  running.push(...gateways)
  return site
}

/** The second one is told to the first as a modality. */
async function startOrthancs(
  folder: string,
  running: { stop(): Promise<void> }[],
): Promise<{ readonly hospital: Orthanc; readonly center: Orthanc }> {
  const center = await startOrthanc(folder, "orthanc", "orthanc-center")
  running.push(center)
  const modality = { AET: center.aeTitle, Host: "127.0.0.1", Port: center.port }
  const hospital = await startOrthanc(folder, "orthanc", "orthanc-hospital", {
    DicomModalities: { center: modality },
  })
  running.push(hospital)
  return { hospital, center }
}

async function ours(site: Site, study: Study): Promise<Way> {
  const requestId = await enterRequest(site, study, `R-${study.PatientID}`)
  await send({ name: "dokuei", port: site.ports.dicom, aeTitle: "DOKUEI" }, [study])
  const lastAnswer = Date.now()
  const arrived = await until("study verified at the center", async () => {
    const item = (await staffItems(site)).find((each) => each.requestId === requestId)
    return at(item?.way ?? [], "arrived")
  })
  // The station's own time: when the center's receipt said that all of it had been verified.
  const fromLastImageS = (arrived - lastAnswer) / 1000
  return { fromLastImageS, fromReleaseS: fromLastImageS - QUIET_MS / 1000 }
}

function at(way: readonly Station[], name: Station["name"]): number | null {
  const station = way.find((each) => each.name === name)
  return station?.state === "done" && station.at !== null ? Date.parse(station.at) : null
}

/** Synchronous: it answers when the other has answered every C-STORE. */
async function forwarded({ hospital }: { readonly hospital: Orthanc }, study: Study): Promise<Way> {
  await send(hospital, [study])
  const before = Date.now()
  const body = JSON.stringify({ Level: "Study", Query: { StudyInstanceUID: study.StudyInstanceUID } })
  const found = await post(`${hospital.origin}/tools/find`, body)
  await post(
    `${hospital.origin}/modalities/center/store`,
    JSON.stringify({ Resources: JSON.parse(found) as unknown }),
  )
  const seconds = (Date.now() - before) / 1000
  return { fromLastImageS: seconds, fromReleaseS: seconds }
}

async function post(url: string, body: string): Promise<string> {
  const response = await fetch(url, { method: "POST", body })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} ${text}`)
  return text
}

function figures(ours: readonly Way[], orthanc: readonly Way[], instances: number): Figure[] {
  const what = (name: string) => ({
    figure: `${name}/${instances}`,
    unit: "s",
    peerName: "orthanc → orthanc",
  })
  const peer = orthanc.map((each) => each.fromReleaseS)
  const released = figure(
    what("loop-from-release"),
    ours.map((each) => each.fromReleaseS),
    peer,
  )
  return [
    { ...released, ...LOOP_PROMISED, judged: "ours" },
    figure(
      what("loop-from-last-image"),
      ours.map((each) => each.fromLastImageS),
      peer,
    ),
  ]
}
