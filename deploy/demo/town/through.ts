/**
 * The whole road through the tunnel: a device, the hospital's gateway, the carrier, the reading centre, each a host of its own
 * with the rules and tunnels that its site file prints; a study goes, a report comes home, and the carrier counts what it saw.
 */
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import { startGateway, type Gateway } from "../gateways.ts"
import { enterRequest } from "../hospital.ts"
import { CLERK, enrol, READER } from "../people.ts"
import { openSite, type Site } from "../site.ts"
import { makeStudy } from "../study.ts"
import type { Timeline } from "../timeline.ts"
import { enterDesks, readStudy, receiveReport, REPORT, signReport } from "../walk.ts"
import type { Host } from "./host.ts"
import { startTunnels } from "./tunnels.ts"
import { buildTown, type Town } from "./town.ts"

const SERVE_TSA = join(import.meta.dirname, "../serve-tsa.ts")
const FORWARD = join(import.meta.dirname, "forward.ts")
const DICOM_PORT = 11112
const XDR_PORT = 8443
const DEVICE_DOOR = "192.168.10.1"
const EDGE_INNER = "10.90.1.1"
const CENTER_INNER = "10.90.0.1"

/** What the line is like. */
export interface Line {
  /** Each way; null = as fast as the machine is. */
  readonly mbitPerSecond: number | null
  /** Of a hundred packets so many are lost. */
  readonly lossPercent: number
}

export interface Seen {
  /** Packets of IKE and ESP at the carrier. */
  readonly tunnelled: number
  /** All others: there should be none. */
  readonly other: number
}

/** Walks it, step by step into the timeline. @returns what the carrier saw */
export async function throughTunnel(time: Timeline, line: Line): Promise<Seen> {
  const dir = mkdtempSync(join(tmpdir(), "dokuei-tunnel-"))
  const town = await buildTown()
  const ends: (() => Promise<unknown>)[] = []
  try {
    shape(town.carrier, line)
    await startTunnels(town, 3)
    time.step("hospital and reading centre: IKEv2 with AES-256-GCM and ECP-384, tunnels up")
    const site = await openSite(dir, { imagesKept: "30d", quietPeriod: "2s", dicomHost: DEVICE_DOOR })
    placeInTunnel(site)
    await atHosts(town, site, ends)
    const before = town.passed()
    time.step("both gateways run behind their packet filters")
    await walk(town, site, time)
    const after = town.passed()
    return { tunnelled: after.tunnelled - before.tunnelled, other: after.other - before.other }
  } finally {
    for (const end of ends.reverse()) await end()
    await town.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** tc-tbf(8) both ways, and a packet filter that loses by chance: not every kernel has netem. */
function shape(carrier: Host, { mbitPerSecond, lossPercent }: Line): void {
  for (const leg of mbitPerSecond === null ? [] : ["hospital", "reading"])
    carrier.do(`tc qdisc add dev ${leg} root tbf rate ${mbitPerSecond}mbit burst 32kb latency 200ms`)
  if (lossPercent > 0)
    carrier.do(
      `nft 'add chain inet carrier losing { type filter hook forward priority 10; }' &&
       nft add rule inet carrier losing numgen random mod 100 '<' ${lossPercent} drop`,
    )
}

interface Draft {
  xdr: { host: string; port: number }
  dicom?: { port: number }
  agreements: { endpoint?: string }[]
}

/** Each gateway at its address inside the tunnel, as the agreement's endpoints say. */
function placeInTunnel({ edgeConfig, centerConfig }: Site): void {
  const configure = (file: string, own: string, partner: string): void => {
    const config = parse(readFileSync(file, "utf8")) as Draft
    config.xdr = { host: own, port: XDR_PORT }
    if (config.dicom !== undefined) config.dicom.port = DICOM_PORT
    for (const agreement of config.agreements)
      agreement.endpoint = `https://${partner}:${XDR_PORT}/xdr/recipient`
    writeFileSync(file, stringify(config))
  }
  configure(edgeConfig, EDGE_INNER, CENTER_INNER)
  configure(centerConfig, CENTER_INNER, EDGE_INNER)
}

/** A time-stamp authority, a gateway and a way to its desk at each of the two. */
async function atHosts(town: Town, site: Site, ends: (() => Promise<unknown>)[]): Promise<void> {
  const { dir, ports } = site
  const places = [
    { host: town.edge, name: "edge", config: site.edgeConfig, desk: ports.edgeDesk },
    { host: town.center, name: "center", config: site.centerConfig, desk: ports.centerDesk },
  ] as const
  for (const { host, name, config, desk } of places) {
    host.start([process.execPath, SERVE_TSA, join(dir, "pki", "tsa"), String(ports.tsa)])
    const gateway: Gateway = await startGateway(config, join(dir, `${name}.log`), host.inside)
    ends.push(() => gateway.stop())
    const near = await deskOf(host, join(dir, "sockets"), name, desk)
    ends.push(() => Promise.resolve(near.close()))
  }
}

/** `*.localhost` is this machine: what is said to it here is said to the desk there. */
async function deskOf(host: Host, folder: string, name: string, port: number): Promise<Server> {
  mkdirSync(folder, { recursive: true })
  const socket = join(folder, name)
  const forward = host.start([process.execPath, FORWARD, socket, "127.0.0.1", String(port)])
  if (forward.stdout !== null) await once(forward.stdout, "data")
  const server = createServer((near) => {
    const far = connect(socket)
    for (const end of [near, far]) end.on("error", () => undefined)
    near.pipe(far)
    far.pipe(near)
  })
  server.listen(port, "127.0.0.1")
  await once(server, "listening")
  return server
}

async function walk(town: Town, site: Site, time: Timeline): Promise<void> {
  const desks = await enterDesks(site, enrol(site.centerConfig, READER), enrol(site.edgeConfig, CLERK))
  time.step("radiologist and clerk enrolled with software passkeys")
  const study = makeStudy(join(site.dir, "study"))
  const requestId = await enterRequest(site, study, "R-TUNNEL")
  time.step("hospital: reading request entered (緊急)")
  const files = study.files.map((file) => `'${file}'`).join(" ")
  town.device.do(`TCP_NODELAY=1 storescu -xs -aet MR1 -aec DOKUEI ${DEVICE_DOOR} ${DICOM_PORT} ${files}`)
  time.step(`device: storescu sent ${study.files.length} images into its zone`)
  await signReport(desks, await readStudy(desks, requestId, time), REPORT, time)
  await receiveReport(desks, requestId, 1, time)
}
