/**
 * `npm run demo`: a hospital edge, a reading centre and a time-stamp authority on this machine, and a real study that
 * goes there and comes back as a signed report. `-- --once` walks the whole way without a person and exits.
 */
import { join } from "node:path"
import { EXIT } from "../../gateway/exit.ts"
import { spawnGateway, type Gateway } from "./gateways.ts"
import { enterRequest, sendStudy } from "./hospital.ts"
import { demoOptions, Usage, USAGE, type DemoOptions } from "./options.ts"
import { CLERK, enrol, READER } from "./people.ts"
import { openSite, PIN, type Site } from "./site.ts"
import { makeStudy, numberAt, type DemoStudy } from "./study.ts"
import { whyNoHosts } from "./town/host.ts"
import { throughTunnel } from "./town/through.ts"
import { whyNoTunnel } from "./town/tunnels.ts"
import { timeline, type Timeline } from "./timeline.ts"
import { startTsa } from "./tsa.ts"
import { enterDesks, readStudy, receiveReport, REPORT, signReport } from "./walk.ts"
import { followStudy, keepWatching } from "./watch.ts"

/** The one word of whoever ends the demonstration: a terminal and npm may both say it. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** What must be stopped, last started first. */
type Running = { readonly stop: () => Promise<void> }[]

interface Demo {
  readonly options: DemoOptions
  readonly time: Timeline
  readonly running: Running
  /** Rejects when a gateway ends while it should not. */
  readonly fallen: (gateway: Gateway, name: string) => void
}

async function start({ options, time, running, fallen }: Demo): Promise<Site> {
  const dir = options.data
  const roadHome = options.behindNat ? "held" : "dialled"
  const site = await openSite(dir, { imagesKept: "30d", quietPeriod: "2s", roadHome })
  time.step(`certificates, agreements and ports in ${dir}`)
  for (const name of site.movedPorts)
    time.note(`the port of ${name} was taken: another one from now on (ports.json)`)
  const tsa = await startTsa(join(dir, "pki", "tsa"), site.ports.tsa)
  running.push({ stop: () => tsa.close() })
  time.step(`time-stamp authority ${tsa.url}`)
  const gateways = [
    spawnGateway(site.edgeConfig, join(dir, "edge.log")),
    spawnGateway(site.centerConfig, join(dir, "center.log")),
  ]
  running.push(...gateways)
  await Promise.all(gateways.map(({ ready }) => ready))
  for (const gateway of gateways) fallen(gateway, gateway.logFile)
  time.step(`hospital edge ${site.edgeOrigin}  (DICOM port ${site.ports.dicom}, AE title DOKUEI)`)
  time.step(`reading centre ${site.centerOrigin}`)
  if (options.behindNat) time.note("the centre has no address of the hospital, which holds a connection open")
  return site
}

/** Sends a study with its request and follows it until the reading centre has verified it. */
async function send(site: Site, study: DemoStudy, time: Timeline): Promise<string> {
  const requestId = await enterRequest(site, study, `R${numberAt(new Date())}`)
  time.step("hospital: reading request entered (緊急)")
  await sendStudy(site, study.files)
  time.step(`hospital: storescu sent ${study.files.length} images, all answered 0000H`)
  await followStudy(site, requestId, time)
  return requestId
}

const studyOf = ({ study, data }: DemoOptions): DemoStudy => study ?? makeStudy(join(data, "study"))

async function once(demo: Demo): Promise<void> {
  const { options, time } = demo
  const site = await start(demo)
  const desks = await enterDesks(site, enrol(site.centerConfig, READER), enrol(site.edgeConfig, CLERK))
  time.step("radiologist and clerk enrolled with software passkeys")
  const requestId = await send(site, studyOf(options), time)
  const reading = await readStudy(desks, requestId, time)
  await signReport(desks, reading, REPORT, time)
  await receiveReport(desks, requestId, 1, time)
  time.step("the way there and back is walked")
}

/** What a hospital's line may be like. */
const LINE = { mbitPerSecond: 10, lossPercent: 1 }

async function network({ time }: Demo): Promise<void> {
  const why = whyNoHosts() ?? whyNoTunnel()
  if (why !== null) throw new Error(why)
  time.note(
    `the carrier's line: ${LINE.mbitPerSecond} Mbit/s, of a hundred packets ${LINE.lossPercent} is lost`,
  )
  const { tunnelled, other } = await throughTunnel(time, LINE)
  time.step(`the carrier saw ${tunnelled} packets of IKE and ESP (UDP 500 and 4500), and ${other} others`)
  if (other > 0) throw new Error("something left in clear")
}

const LINK_MINUTES = 24 * 60

async function stay(demo: Demo): Promise<void> {
  const { options, time } = demo
  const site = await start(demo)
  const reader = enrol(site.centerConfig, READER, LINK_MINUTES)
  const clerk = enrol(site.edgeConfig, CLERK, LINK_MINUTES)
  await send(site, studyOf(options), time)
  time.note("")
  time.note(`radiologist  ${reader.link}`)
  time.note(`             signing PIN: ${PIN}`)
  time.note(`clerk        ${clerk.link}`)
  time.note("")
  time.note("each link makes one passkey, within a day; README.md says how without a device that has any")
  time.note(
    `data stay in ${options.data}; logs: edge.log, center.log. Ctrl-C stops; the next start goes on with them`,
  )
  time.note("")
  await keepWatching(site, time)
}

/** Resolves at the first signal that ends us; later ones change nothing. */
function stopSignal(): Promise<"stopped"> {
  return new Promise((resolve) => {
    for (const signal of STOP_SIGNALS) process.on(signal, () => resolve("stopped"))
  })
}

async function main(args: readonly string[]): Promise<number> {
  const options = demoOptions(args)
  if (options.help) {
    process.stdout.write(USAGE)
    return EXIT.ok.code
  }
  const asked = stopSignal()
  const time = timeline(process.stdout, Date.now())
  const running: Running = []
  const { promise: fell, reject } = Promise.withResolvers<never>()
  fell.catch(() => undefined)
  const fallen = (gateway: Gateway, name: string): void =>
    void gateway.ended.then((lastLine) =>
      reject(new Error(`a gateway ended by itself: ${lastLine}\n        its log: ${name}`)),
    )
  const demo = { options, time, running, fallen }
  try {
    const isOnce = options.once || options.network
    const way = options.network ? network : options.once ? once : stay
    const end = await Promise.race([asked, fell, way(demo)])
    if (end === "stopped") time.note("stopping …")
    return end === "stopped" && isOnce ? EXIT.failed.code : EXIT.ok.code
  } finally {
    await Promise.all(running.splice(0).map((each) => each.stop()))
  }
}

function complain(error: unknown): number {
  if (error instanceof Usage) {
    process.stderr.write(`${error.message}\n\n${USAGE}`)
    return EXIT.usage.code
  }
  const said = error instanceof Error ? error : new Error(String(error))
  process.stderr.write(`\nFAILED  ${said.message}\n`)
  if (said.cause instanceof Error) process.stderr.write(`        ${said.cause.message}\n`)
  return EXIT.failed.code
}

// What still waits for an answer of somebody who has been stopped keeps nobody here.
process.exit(await main(process.argv.slice(2)).catch(complain))
