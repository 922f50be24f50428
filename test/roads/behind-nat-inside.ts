/**
 * A hospital behind a router that masquerades, its reading centre outside, and a report and a deletion certificate that come
 * home. `node behind-nat-inside.ts natted` in a network of its own (`OWN_NETWORK`), as root: this process is the hospital.
 * `… plain`: all on loopback, where the centre just has no address of the hospital. Prints what it has seen, line by line.
 */
import assert from "node:assert/strict"
import { execFileSync, spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { parse, stringify } from "yaml"
import { startGateway, type Gateway } from "../../deploy/demo/gateways.ts"
import { enterRequest, sendStudy, staffItems } from "../../deploy/demo/hospital.ts"
import { CLERK, enrol, READER } from "../../deploy/demo/people.ts"
import { openSite, type Site } from "../../deploy/demo/site.ts"
import { makeStudy } from "../../deploy/demo/study.ts"
import { startTsa } from "../../deploy/demo/tsa.ts"
import { enterDesks, readStudy, receiveReport, REPORT, signReport, until } from "../../deploy/demo/walk.ts"
import { SILENT, turnTerms } from "./road.ts"
import type { SelfTestResult } from "../../gateway/commands/self-test/told.ts"
import { MAIN } from "../commands/command-line.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import type { TechnicianView } from "../../gateway/journey/views/technician.ts"

const HOSPITAL = "192.168.7.2"
const CENTER = "198.51.100.2"
const say = (words: string): void => void process.stdout.write(`${words}\n`)

/** Out is everything, in only what belongs to it; nobody outside sees an address of the inside. */
const ROUTER = `
table ip nat {
  chain out {
    type nat hook postrouting priority srcnat
    oifname "outside" masquerade
  }
}
table ip filter {
  chain through {
    type filter hook forward priority filter; policy drop
    iifname "inside" accept
    iifname "outside" ct state established,related accept
  }
}
`

/** A network that lasts as long as a process of it that waits for the end of its input. */
async function network(): Promise<ChildProcess> {
  const holder = spawn("unshare", ["--net", "cat"], { stdio: ["pipe", "ignore", "inherit"] })
  const networkOf = (pid: string): string => readlinkSync(`/proc/${pid}/ns/net`)
  while (networkOf(String(holder.pid)) === networkOf("self")) await sleep(5)
  return holder
}

/** What starts a command in it. */
const within = ({ pid }: ChildProcess): readonly string[] => ["nsenter", "--target", String(pid), "--net"]

function run(where: readonly string[], command: readonly string[], input = ""): void {
  const [program = "", ...args] = [...where, ...command]
  execFileSync(program, args, { input, stdio: ["pipe", "ignore", "inherit"] })
}

interface Outside {
  /** What starts a command at the centre. */
  readonly there: readonly string[]
  readonly address: string
  close(): void
}

async function behindRouter(): Promise<Outside> {
  const [router, center] = await Promise.all([network(), network()])
  const sh = (where: readonly string[], script: string): void => run(where, ["sh", "-euc", script])
  sh(
    [],
    `ip link set lo up
     ip link add near type veth peer name inside netns ${router.pid}
     ip addr add ${HOSPITAL}/24 dev near; ip link set near up`,
  )
  sh(
    within(router),
    `ip link add outside type veth peer name far netns ${center.pid}
     ip addr add 192.168.7.1/24 dev inside; ip link set inside up
     ip addr add 198.51.100.1/24 dev outside; ip link set outside up
     echo 1 > /proc/sys/net/ipv4/ip_forward`,
  )
  run(within(router), ["nft", "-f", "-"], ROUTER)
  sh(within(center), `ip link set lo up; ip addr add ${CENTER}/24 dev far; ip link set far up`)
  sh([], "ip route add default via 192.168.7.1")
  assert.throws(() => run(within(center), ["sh", "-c", `ip route get ${HOSPITAL} 2>/dev/null`]))
  say("the centre knows no way to the hospital")
  return {
    there: within(center),
    address: CENTER,
    close: () => {
      for (const holder of [router, center]) holder.stdin?.end()
    },
  }
}

interface Draft {
  xdr: { host: string }
  desk: { host: string }
  timeStamp: { url: string }
  agreements: { endpoint?: string }[]
}

function configure(file: string, change: (config: Draft) => void): void {
  const config = parse(readFileSync(file, "utf8")) as Draft
  change(config)
  writeFileSync(file, stringify(config))
}

/** The centre at its own address. */
function configureFor(site: Site, address: string): void {
  const timeStamp = { url: `http://${address}:${site.ports.tsa}/` }
  configure(site.centerConfig, (config) => {
    Object.assign(config, { timeStamp })
    for (const door of [config.xdr, config.desk]) door.host = address
  })
  configure(site.edgeConfig, (config) => {
    Object.assign(config, { timeStamp })
    for (const agreement of config.agreements)
      agreement.endpoint = `https://${address}:${site.ports.centerXdr}/xdr/recipient`
  })
}

/**
 * At the centre: its gateway and the time-stamp authority, until the end of our input. With each line of it the gateway is
 * started anew, when the terms of its studies have gone by.
 */
async function atCenter(dir: string, address: string): Promise<void> {
  const ports = JSON.parse(readFileSync(join(dir, "ports.json"), "utf8")) as Site["ports"]
  const tsa = await startTsa(join(dir, "pki", "tsa"), ports.tsa, address)
  const start = (): Promise<Gateway> => startGateway(join(dir, "center.yaml"), join(dir, "center.log"))
  let gateway = await start()
  say("ready")
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  while ((await lines.next()).done !== true) {
    await gateway.stop()
    turnTerms(join(dir, "center-data"))
    gateway = await start()
    say("ready")
  }
  await gateway.stop()
  await tsa.close()
}

/** The reading centre's pages, for those of its people who sit here: `*.localhost` is this host. */
async function forwarded(port: number, address: string): Promise<void> {
  const server = createServer((near) => {
    const far = connect(port, address)
    for (const end of [near, far]) end.on("error", () => undefined)
    near.pipe(far)
    far.pipe(near)
  })
  server.listen(port, "127.0.0.1").unref()
  await once(server, "listening")
}

async function atHospital(way: string): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "dokuei-behind-nat-"))
  const outside: Outside =
    way === "natted" ? await behindRouter() : { there: [], address: "127.0.0.1", close: () => undefined }
  const site = await openSite(dir, {
    imagesKept: "30d",
    quietPeriod: "1s",
    recoding: "none",
    roadHome: "held",
  })
  configureFor(site, outside.address)
  const inside = [process.execPath, import.meta.filename, "center", dir, outside.address]
  const [command = "", ...options] = outside.there.concat(inside)
  const center = spawn(command, options, { stdio: ["pipe", "pipe", "inherit"] })
  const said = createInterface({ input: center.stdout })[Symbol.asyncIterator]()
  let edge: Gateway | null = null
  try {
    assert.equal((await said.next()).value, "ready")
    edge = await startGateway(site.edgeConfig, join(dir, "edge.log"))
    if (outside.there.length > 0) await forwarded(site.ports.centerDesk, outside.address)
    await walk(site, async () => {
      center.stdin.write("again\n")
      assert.equal((await said.next()).value, "ready")
    })
  } finally {
    await edge?.stop()
    center.stdin.end()
    await once(center, "exit")
    outside.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function walk(site: Site, restartCenter: () => Promise<void>): Promise<void> {
  const desks = await enterDesks(site, enrol(site.centerConfig, READER), enrol(site.edgeConfig, CLERK))
  const road = async () => (await desks.clerk.get<TechnicianView>("/api/technician")).partners[0]?.roadHome
  const metrics = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${site.ports.edgeHealth}/metrics`)).text()
  await until("the road home", async () => typeof (await road())?.connectedSince === "string")
  assert.match(await metrics(), /^dokuei_road_home_connected\{agreement="kakuu-center"\} 1$/m)
  say("the hospital holds a connection open, and its page and metrics say so")

  const study = makeStudy(join(site.dir, "study"), "NAT1")
  const requestId = await enterRequest(site, study, "R-NAT1")
  await sendStudy(site, study.files)
  await signReport(desks, await readStudy(desks, requestId, SILENT), REPORT, SILENT)
  const { report } = await receiveReport(desks, requestId, 1, SILENT)
  assert.equal(report?.impression, REPORT.impression)
  say("a report came home, valid, and was received")

  await restartCenter()
  await until("a second connection", async () =>
    /^dokuei_road_home_opened_total\{agreement="kakuu-center"\} 2$/m.test(await metrics()),
  )
  say("the centre was started anew, and the hospital is connected again")

  const deletion = await until("the deletion certificate", async () => {
    const detail = await desks.clerk.get<StaffDetail>(`/api/requests/${requestId}`)
    return detail.deletions[0]
  })
  assert.equal(deletion.certificate, "valid")
  say("a deletion certificate came home")

  const tested = await selfTest(site)
  assert.equal(tested.view.outcome, "passed", JSON.stringify(tested))
  assert.deepEqual([tested.view.signature?.outcome, tested.view.signature?.kind], ["valid", "seal"])
  assert.equal((await staffItems(site)).length, 1, "a self-test is no case")
  say("a phantom went there, a signed report of it came home, and both are destroyed")
}

async function selfTest(site: Site): Promise<SelfTestResult> {
  const child = spawn(process.execPath, [MAIN, "self-test", site.edgeConfig, "--json"])
  let said = ""
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (piece: Buffer) => (said += piece.toString()))
  const [code] = (await once(child, "close")) as [number | null]
  assert.equal(code, 0, said)
  return JSON.parse(said) as SelfTestResult
}

const [where = "plain", dir = "", address = ""] = process.argv.slice(2)
if (where === "center") await atCenter(dir, address)
else await atHospital(where)
