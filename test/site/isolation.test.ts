/** `dokuei isolate` on a machine of its own, as root: the packet filter lets the management zone through and nothing else, also what was under way. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse } from "yaml"
import { Host, whyNoHosts } from "../../deploy/demo/town/host.ts"
import { makeSites } from "../commands/command-line.ts"

const ROOT = join(import.meta.dirname, "../..")
const DOKUEI = `${process.execPath} ${join(ROOT, "gateway/main.ts")}`
const EXAMPLE = readFileSync(join(ROOT, "deploy/site.example.yaml"), "utf8")
const WHY = "--by admin --reason 'strange calls'"

describe("dokuei isolate where a site file is installed", function () {
  this.timeout(60_000)
  let host: Host
  let folder: string

  before(async function () {
    const why = whyNoHosts()
    if (why !== null) {
      console.log(`      skipped: ${why}`)
      return this.skip()
    }
    folder = mkdtempSync(join(tmpdir(), "dokuei-isolation-"))
    await makeSites(folder)
    mkdirSync(join(folder, "edge-data"))
    host = await Host.make()
    for (const [name, address] of [
      ["eth0", "203.0.113.10/29"],
      ["eth1", "192.168.10.1/24"],
      ["eth2", "192.168.20.1/24"],
      ["eth3", "192.168.30.1/24"],
    ] as const)
      host.do(`ip link add ${name} type veth peer name x${name} && ip link set dev ${name} up &&
        ip link set dev x${name} up && ip address add ${address} dev ${name}`)
    host.write("/etc/site.yaml", EXAMPLE)
    host.do(
      `${DOKUEI} site apply /etc/site.yaml --state /run/dokuei-site && ${DOKUEI} site confirm --state /run/dokuei-site`,
    )
  })
  after(async () => {
    if (whyNoHosts() !== null) return
    await host.close()
    rmSync(folder, { recursive: true })
  })

  const isolate = (more = "") => host.run(`${DOKUEI} isolate ${folder}/edge.yaml ${WHY} ${more}`)
  const table = (): string => host.run("nft list table inet dokuei_isolation").stdout
  const management = (): string => {
    const { zones } = parse(EXAMPLE) as { zones: { management: { interface: string } } }
    return zones.management.interface
  }

  it("drops everything but loopback and the management zone, in every direction, before the site's own rules", () => {
    const { status, stdout, stderr } = isolate()
    assert.equal(status, 0, stderr)
    assert.match(stdout, /the gateway does not run: so it will be from its next start on/)
    assert.match(stdout, /the packet filter lets through the management zone and nothing else/)
    const rules = table()
    for (const hook of ["input", "forward", "output"])
      assert.match(rules, new RegExp(`hook ${hook} priority filter - 10; policy drop;`))
    assert.deepEqual(
      [...rules.matchAll(/[io]ifname "(\w+)" accept/g)].map((each) => each[1]),
      ["lo", management(), "lo", management()],
    )
    assert.doesNotMatch(rules, /established/)
    assert.match(host.run("nft list table inet dokuei").stdout, /tcp dport 8444/)
  })

  it("counts what wanted out", () => {
    host.run("bash -c 'echo > /dev/udp/192.168.20.99/9'")
    assert.match(table(), /counter isolated \{\s+packets [1-9]/)
  })

  it("lasts over a new site file and over a restart of the machine, until it is given back", () => {
    host.write("/etc/site.yaml", EXAMPLE.replace("port: 8444", "port: 8555"))
    host.do(
      `${DOKUEI} site apply /etc/site.yaml --state /run/dokuei-site && ${DOKUEI} site confirm --state /run/dokuei-site`,
    )
    assert.match(table(), /policy drop/)
    const unit = host.do("cat /etc/systemd/system/dokuei-network.service")
    host.do("nft flush ruleset")
    for (const [, command = ""] of unit.matchAll(/^ExecStart=(.*nft.*)$/gm)) host.do(command)
    assert.match(table(), /policy drop/)
    const { status, stdout, stderr } = isolate("--end")
    assert.equal(status, 0, stderr)
    assert.match(stdout, /the packet filter is as the site file wants it/)
    assert.equal(table(), "")
    assert.match(host.run("nft list table inet dokuei").stdout, /tcp dport 8555/)
  })

  it("says who may not: a name and a reason are asked for", () => {
    assert.equal(host.run(`${DOKUEI} isolate ${folder}/edge.yaml --reason x`).status, 64)
    assert.equal(host.run(`${DOKUEI} isolate ${folder}/edge.yaml --by '' --reason x`).status, 64)
  })
})
