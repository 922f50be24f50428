/**
 * `npm run demo`: a hospital edge, a reading centre and a time-stamp authority on this machine, and a real study that
 * goes there and comes back as a signed report. `-- --once` walks the whole way without a person and exits.
 */
import { readdirSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { startGateway, type Gateway } from "./gateways.ts"
import { enterRequest, sendStudy, staffItems } from "./hospital.ts"
import { CLERK, enrol, READER } from "./people.ts"
import { openSite, PIN, type Site } from "./site.ts"
import { makeStudy, type DemoStudy } from "./study.ts"
import { timeline, type Timeline } from "./timeline.ts"
import { startTsa, type Tsa } from "./tsa.ts"
import { enterDesks, NotReached, readStudy, receiveReport, REPORT, signReport, until } from "./walk.ts"
import { identify } from "./identify.ts"

const { values: options } = parseArgs({
  options: {
    once: { type: "boolean", default: false },
    dicom: { type: "string" },
    data: { type: "string", default: "dokuei-demo" },
  },
})

const time = timeline(process.stdout, Date.now())

interface Started {
  readonly site: Site
  stop(): Promise<void>
}

async function start(dir: string): Promise<Started> {
  const site = await openSite(dir, { imagesKept: "30d", quietPeriod: "2s" })
  time.step(`certificates, agreements and ports in ${dir}`)
  const tsa: Tsa = await startTsa(join(dir, "pki", "tsa"), site.ports.tsa)
  time.step(`time-stamp authority ${tsa.url}`)
  const gateways: Gateway[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(gateways.map((gateway) => gateway.stop()))
    await tsa.close()
  }
  try {
    gateways.push(
      ...(await Promise.all([
        startGateway(site.edgeConfig, join(dir, "edge.log")),
        startGateway(site.centerConfig, join(dir, "center.log")),
      ])),
    )
  } catch (error) {
    await stop()
    throw error
  }
  time.step(`hospital edge ${site.edgeOrigin}  (DICOM port ${site.ports.dicom}, AE title DOKUEI)`)
  time.step(`reading centre ${site.centerOrigin}`)
  return { site, stop }
}

function studyToSend(dir: string): DemoStudy {
  const PatientID = `D${Date.now().toString(36).toUpperCase()}`
  if (options.dicom === undefined) return makeStudy(join(dir, "study"), PatientID)
  const files = filesBelow(resolve(options.dicom))
  return identify(files)
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name)
      return statSync(path).isDirectory() ? filesBelow(path) : [path]
    })
}

/** Sends a study with its request and follows it until the reading centre has verified it. */
async function send(site: Site, study: DemoStudy, time: Timeline): Promise<string> {
  const requestId = await enterRequest(site, study, `R-${study.PatientID}`)
  time.step("hospital: reading request entered (緊急)")
  await sendStudy(site, study.files)
  time.step(`hospital: storescu sent ${study.files.length} images, all answered 0000H`)
  await follow(site, requestId, time)
  return requestId
}

async function follow(site: Site, requestId: string, time: Timeline): Promise<void> {
  const reached = new Set<string>()
  await until("study verified at the reading centre", async () => {
    const item = (await staffItems(site)).find((each) => each.requestId === requestId)
    for (const station of item?.way ?? []) {
      if (station.state === "part" && station.share !== null) time.bar(station.name, station.share)
      if (station.state === "fail") throw new NotReached(`${station.name} failed: ${station.reason ?? ""}`)
      if (station.state !== "done" || reached.has(station.name)) continue
      reached.add(station.name)
      time.step(`study: ${station.name}`)
    }
    return reached.has("arrived")
  })
}

async function once(): Promise<void> {
  const dir = resolve(options.data)
  const started = await start(dir)
  const { site } = started
  try {
    const desks = await enterDesks(site, enrol(site.centerConfig, READER), enrol(site.edgeConfig, CLERK))
    time.step("radiologist and clerk enrolled with software passkeys")
    const requestId = await send(site, studyToSend(dir), time)
    const reading = await readStudy(desks, requestId, time)
    await signReport(desks, reading, REPORT, time)
    await receiveReport(desks, requestId, 1, time)
    time.step("the way there and back is walked")
  } finally {
    await started.stop()
  }
}

async function stay(): Promise<void> {
  const dir = resolve(options.data)
  const started = await start(dir)
  const { site } = started
  const ended = new Promise<void>((done) => {
    process.once("SIGINT", () => done())
    process.once("SIGTERM", () => done())
  })
  const reader = enrol(site.centerConfig, READER, 24 * 60)
  const clerk = enrol(site.edgeConfig, CLERK, 24 * 60)
  await send(site, studyToSend(dir), time)
  time.note("")
  time.note(`radiologist  ${reader.link}`)
  time.note(`             signing PIN: ${PIN}`)
  time.note(`clerk        ${clerk.link}`)
  time.note("")
  time.note(
    `data stay in ${dir}; logs: edge.log, center.log. Ctrl-C stops; the next start goes on with these data.`,
  )
  await ended
  time.note("stopping …")
  await started.stop()
}

try {
  await (options.once ? once() : stay())
} catch (error) {
  const said = error instanceof Error ? error : new Error(String(error))
  process.stderr.write(`\nFAILED  ${said.message}\n`)
  if (said.cause instanceof Error) process.stderr.write(`        ${said.cause.message}\n`)
  process.exitCode = 1
}
