/** `dokuei site apply` on a machine of its own, as root: kept when confirmed, put back when not, and when it cannot be loaded. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Host, until, whyNoHosts } from "../../deploy/demo/town/host.ts"

const ROOT = join(import.meta.dirname, "../..")
const DOKUEI = `${process.execPath} ${join(ROOT, "gateway/main.ts")} site`
const EXAMPLE = readFileSync(join(ROOT, "deploy/site.example.yaml"), "utf8")
const STATE = "--state /run/dokuei-site"
/** Longer than a loaded machine needs to confirm; the test that waits for it waits so long. */
const WITHIN_S = 6

describe("dokuei site apply", function () {
  this.timeout(60_000)
  let host: Host

  before(function () {
    const why = whyNoHosts()
    if (why === null) return
    console.log(`      skipped: ${why}`)
    this.skip()
  })
  beforeEach(async () => {
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
  })
  afterEach(() => host.close())

  const apply = (more = "") => host.run(`${DOKUEI} apply /etc/site.yaml ${STATE} ${more}`)
  const confirm = () => host.run(`${DOKUEI} confirm ${STATE}`)
  const rules = (): string => host.run("nft list table inet dokuei").stdout
  const etc = (): string =>
    host.do("cd /etc && find dokuei chrony sysctl.d swanctl/conf.d -type f 2>/dev/null | sort || true")
  const deskPort = (port: number): void => {
    host.write("/etc/site.yaml", EXAMPLE.replace("port: 8444", `port: ${port}`))
  }

  it("installs and loads, and keeps it when it is confirmed", () => {
    const { status, stdout, stderr } = apply(`--within ${WITHIN_S}`)
    assert.equal(status, 0, stderr)
    assert.match(stdout, /changed: \/etc\/dokuei\/network\/dokuei\.nft/)
    assert.match(rules(), /tcp dport 8444/)
    assert.equal(confirm().status, 0)
    host.do(`sleep ${WITHIN_S + 1}`)
    assert.match(rules(), /tcp dport 8444/)
    assert.match(apply().stdout, /nothing to do/)
  })

  it("puts everything back when nobody confirms: rules of before, files of before", async () => {
    const files = etc()
    assert.equal(apply(`--within ${WITHIN_S}`).status, 0)
    assert.notEqual(etc(), files)
    await until("rules gone", 30_000, () => rules() === "")
    assert.equal(host.do("ip rule").includes("lookup 100"), false)
    await until("nothing pending", 10_000, () => confirm().status === 1)
    assert.equal(etc(), files)
  })

  it("puts back the earlier site of two", async () => {
    apply(`--within ${WITHIN_S}`)
    assert.equal(confirm().status, 0)
    deskPort(8555)
    assert.equal(apply(`--within ${WITHIN_S}`).status, 0)
    assert.match(rules(), /tcp dport 8555/)
    await until("the earlier rules", 30_000, () => rules().includes("tcp dport 8444"))
    assert.equal(rules().includes("8555"), false)
  })

  it("puts back at once what the machine refuses, and says whose words they are", () => {
    // A leg is not there: no route can be made over it.
    host.do("ip link del eth1")
    const { status, stderr } = apply()
    assert.equal(status, 1)
    assert.match(stderr, /ERR_SITE_NOT_LOADED: sh \/etc\/dokuei\/network\/up: .*eth1/)
    assert.equal(rules(), "")
    assert.equal(confirm().status, 1)
  })

  it("refuses a second change while the first waits", () => {
    assert.equal(apply("--within 60").status, 0)
    deskPort(8555)
    const { status, stderr } = apply()
    assert.equal(status, 1)
    assert.match(stderr, /ERR_SITE_PENDING/)
    assert.match(host.do(`${DOKUEI} roll-back ${STATE}`), /put back as it was/)
    assert.equal(rules(), "")
  })
})
