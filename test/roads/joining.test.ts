/**
 * docs/joining.md and docs/network.md word by word: a reading centre and a fresh hospital, each a host of its own with the carrier between them, from
 * the authority to the signed report of a phantom through the tunnel that the joining handed over.
 */
import assert from "node:assert/strict"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse, parseDocument, stringify } from "yaml"
import { startGateway, type Gateway } from "../../deploy/demo/gateways.ts"
import { cable, Host, until, whyNoHosts } from "../../deploy/demo/town/host.ts"
import { CHARON, tunnelsOf, whyNoTunnel } from "../../deploy/demo/town/tunnels.ts"
import { MAIN, makeSites } from "../commands/command-line.ts"
import { centersSite, HOSPITALS_OWN } from "../commands/centers-site.ts"
import { Talk } from "../commands/talk.ts"
import { type Block, blocksOf } from "../docs/blocks.ts"
import { dokueiCalls } from "../docs/command-lines.ts"
import { itLong, LONG } from "../long.ts"

const SERVE_TSA = join(import.meta.dirname, "../../deploy/demo/serve-tsa.ts")
const TSA_PORT = 3181
const WAIT_MS = 30_000

describe("docs/joining.md and docs/network.md between two machines", function () {
  this.timeout(180_000)
  // Each goes on where the last has ended.
  this.bail(true)
  const PAGE = blocksOf("joining.md")
  const NETWORK = blocksOf("network.md")
  const ran = new Set<Block>()
  const gateways: Gateway[] = []
  let folder = ""
  let center: Host, hospital: Host, carrier: Host
  const hosts = () => [center, hospital, carrier]
  const at = (name: string) => join(folder, name)

  before(async function () {
    const why = whyNoHosts() ?? whyNoTunnel()
    if (why !== null) {
      console.log(`      skipped: ${why}`)
      this.skip()
    }
    folder = mkdtempSync(join(tmpdir(), "dokuei-joining-"))
    ;[center, hospital, carrier] = await Promise.all([Host.make(), Host.make(), Host.make()])
    carrier.do("sysctl -q net.ipv4.ip_forward=1")
    const line = (host: Host, own: string, router: string, name: string): void => {
      cable({ host, interface: "eth0", address: own }, { host: carrier, interface: name, address: router })
      host.do(`ip route add default via ${router.replace(/\/.*/, "")}`)
    }
    line(center, "203.0.113.20/29", "203.0.113.17/29", "reading")
    line(hospital, "198.51.100.10/29", "198.51.100.9/29", "hospital")
    for (const [host, name, address] of [
      [center, "eth3", "192.168.31.1/24"],
      [hospital, "eth1", "192.168.10.1/24"],
      [hospital, "eth2", "192.168.20.1/24"],
      [hospital, "eth3", "192.168.30.1/24"],
    ] as const)
      host.do(
        `ip link add ${name} type bridge && ip link set ${name} up && ip address add ${address} dev ${name}`,
      )
    await makeSites(folder)
    for (const host of [center, hospital])
      host.start([process.execPath, SERVE_TSA, at("tsa"), String(TSA_PORT)])
    writeFileSync(at("authority.passphrase"), "a passphrase\n")
    writeFileSync(at("dokuei"), SHIM, { mode: 0o755 })
  })
  after(async () => {
    if (folder === "") return
    for (const { process } of Talk.all.splice(0)) process.kill()
    for (const each of gateways) await each.stop()
    for (const each of hosts()) await each.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const boxThat = (info: string, begins: string, page = PAGE): string => {
    const found = page.find((each) => each.info === info && each.text.startsWith(begins))
    assert.ok(found !== undefined, `no box begins with ${begins}`)
    ran.add(found)
    return found.text
  }
  /** The shell box that begins so, in the folder of both sides. */
  const box = (host: Host, begins: string, page = PAGE): string =>
    host.do(`set -e; cd ${folder}; export PATH=${folder}:$PATH\n${boxThat("sh", begins, page)}`)

  it("makes the centre's authorities, its end of the tunnel, and its site", async () => {
    box(center, "dokuei pki authority")
    box(center, "dokuei pki tunnel")
    const more = parse(boxThat("yaml", "tunnel:")) as { tunnel: object; doors: object[] }
    const site = parse(centersSite("/etc/swanctl"))
    Object.assign(site.tunnel, more.tunnel)
    site.doors = [...site.doors.slice(0, 1), ...more.doors]
    site.zones.vpn = { interface: "eth0", address: "203.0.113.20/29", router: "203.0.113.17" }
    center.write("/etc/dokuei/site.yaml", stringify(site))
    box(center, "dokuei site render", NETWORK)
    await strongSwan(center)
  })

  it("lets the hospital join by a code and a call, past the centre's packet filter", async () => {
    const config = parse(readFileSync(at("center.yaml"), "utf8"))
    Object.assign(config, { xdr: { host: "10.90.0.1", port: 8443 }, timeStamp: { url: TSA } })
    writeFileSync(at("center.yaml"), stringify(config))
    writeFileSync(at("invitation.yaml"), boxThat("yaml", "hospital:"))
    const [invite = []] = dokueiCalls(boxThat("sh", "dokuei invite"))
    const inFolder = (args: readonly string[]) =>
      args.map((each) => (/\.yaml$|^(mihon-joined|new)$/.test(each) ? at(each) : each))
    const centers = new Talk(inFolder(invite), center.inside)
    const [, code = ""] = await centers.says(/\n([0-9A-Z-]{95})\n/)
    const [, called = ""] = /`(dokuei join https[^`]+)`/.exec(readFileSync(DOC, "utf8")) ?? []
    const [joining = []] = dokueiCalls(called)
    const theirs = new Talk(
      inFolder(joining).map((each) => (each === "CODE" ? code : each)),
      hospital.inside,
    )
    const [digits = ""] = await theirs.says(/(\d{4} ){7}\d{4}/)
    await centers.says(/Type what you hear/)
    centers.process.stdin!.write(`${digits}\n`)
    await theirs.ended
    assert.equal(theirs.process.exitCode, 0, theirs.text)
    await centers.ended
    assert.equal(centers.process.exitCode, 0, centers.text)
  })

  it("brings up the tunnel: nothing is written by hand but what only the hospital knows", async () => {
    const site = parse(center.do("cat /etc/dokuei/site.yaml"))
    site.contracts = parse(readFileSync(at("mihon-joined/site-contract.yaml"), "utf8"))
    center.write("/etc/dokuei/site.yaml", stringify(site))
    center.do(`${at("dokuei")} site apply /etc/dokuei/site.yaml && ${at("dokuei")} site confirm`)
    const draft = parseDocument(readFileSync(at("new/site.yaml"), "utf8"))
    const own = {
      ...HOSPITALS_OWN,
      "zones.vpn.address": "198.51.100.10/29",
      "zones.vpn.router": "198.51.100.9",
    }
    for (const [path, value] of Object.entries(own)) draft.setIn(path.split("."), value)
    draft.setIn(["tunnel", "datapath"], "user")
    writeFileSync(at("new/site.yaml"), String(draft))
    hospital.do("mkdir -p /etc/dokuei")
    box(hospital, "cp -r new/swanctl /etc")
    await strongSwan(hospital)
    await until("the tunnel", WAIT_MS, () => tunnelsOf(hospital).length === 1)
    assert.deepEqual(tunnelsOf(center), ["theirs"])
    box(hospital, "dokuei doctor network", NETWORK)
    assert.match(readFileSync(at("responsibility.md"), "utf8"), /架空読影センター/)
    assert.match(hospital.do("swanctl --list-sas"), /AES_GCM_16-256\/PRF_HMAC_SHA2_384\/ECP_384/)
  })

  const startCenter = async (): Promise<Gateway> =>
    startGateway(at("center.yaml"), at("center.log"), center.inside)
  /** With the draft as it came, but for a clock that nobody keeps here. */
  async function startHospital(): Promise<void> {
    cpSync(at("new"), join(hospital.folder, "etc/dokuei"), { recursive: true })
    const edge = parse(readFileSync(at("new/edge.yaml"), "utf8"))
    hospital.write("/etc/dokuei/edge.yaml", stringify({ ...edge, time: { check: "none" } }))
    hospital.do("echo 10.90.0.1 xdr.kakuu-center.example.jp >> /etc/hosts")
    gateways.push(await startGateway("/etc/dokuei/edge.yaml", at("edge.log"), hospital.inside))
  }

  itLong(
    "has a self-test say what is left to do while the centre's half is not in force (long suite)",
    async () => {
      const early = await startCenter()
      await startHospital()
      const { status, stdout } = hospital.run(`${at("dokuei")} self-test /etc/dokuei/edge.yaml`)
      await early.stop()
      assert.equal(status, 1)
      assert.match(
        stdout,
        /ERR_SUBMISSION_REFUSED[^]*架空読影センター has to put its half of the agreement in force/,
      )
    },
  )

  it("has the centre's signed report of a phantom come back through it, and the sheet", async () => {
    const config = parse(readFileSync(at("center.yaml"), "utf8"))
    const [half] = parse(readFileSync(at("mihon-joined/agreement.yaml"), "utf8"))
    config.agreements = [{ ...half, objectCertificate: `mihon-joined/${half.objectCertificate}` }]
    writeFileSync(at("center.yaml"), stringify(config))
    gateways.push(await startCenter())
    if (!LONG) await startHospital()
    box(hospital, "dokuei self-test /etc/dokuei/edge.yaml\n")
    box(hospital, "dokuei self-test /etc/dokuei/edge.yaml --site")
    assert.match(readFileSync(at("acceptance.html"), "utf8"), /みほん市民病院/)
    assert.match(
      hospital.do("cat /etc/dokuei/data/audit.jsonl"),
      /joining of 203\.0\.113\.20:8444: confirmed/,
    )
  })

  it("is refused once its certificates are taken back, by a gateway that goes on running", async () => {
    box(center, "dokuei pki renew")
    box(center, "dokuei pki revoke")
    const asked = new Talk(["self-test", "/etc/dokuei/edge.yaml"], hospital.inside)
    await asked.says(/waits +.*not yet, ERR_/)
    await until("the refusal", WAIT_MS, () => readFileSync(at("center.log"), "utf8").includes("node-refused"))
  })

  it("has run every box of both pages that is not for people", () => {
    const left = [...PAGE, ...NETWORK].filter((each) => /^(sh|yaml)$/.test(each.info) && !ran.has(each))
    assert.deepEqual(left, [])
  })

  /** As its unit starts it, when the site's settings for it are there. */
  async function strongSwan(host: Host): Promise<void> {
    host.start([CHARON])
    await until("charon", WAIT_MS, () => host.run("swanctl --stats").status === 0)
    host.do("swanctl --load-all")
  }
})

const DOC = join(import.meta.dirname, "../../docs/joining.md")
const TSA = `http://127.0.0.1:${TSA_PORT}/`
/** `dokuei` on a host of the town: what a change puts back is kept in that host's own folder. */
const SHIM = `#!/bin/sh
case "$1 $2" in "site apply" | "site confirm") set -- "$@" --state /run/dokuei-site ;; esac
exec ${process.execPath} ${MAIN} "$@"
`
