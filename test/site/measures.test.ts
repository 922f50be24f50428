/**
 * The four measures of the HEASNET report, by the rules that a site file prints, between machines in namespaces of their own:
 * a hospital's gateway, its zones, the carrier, a reading centre and a maintenance company (security-profile 6.3).
 */
import assert from "node:assert/strict"
import { join } from "node:path"
import { cable, Host, until, whyNoHosts } from "../../deploy/demo/town/host.ts"
import { startTunnels, whyNoTunnel } from "../../deploy/demo/town/tunnels.ts"
import { buildTown, counted, type Town } from "../../deploy/demo/town/town.ts"
import { knock, listen } from "./knocking.ts"

const MAIN = join(import.meta.dirname, "../../gateway/main.ts")
const TUNNEL_MS = 20_000
/** Of the example: DICOM, DICOM TLS, partners, desk, health, shell; and two nobody opens. */
const PORTS = [11112, 2762, 8443, 8444, 9464, 22, 2222, 80]
const [DICOM, DICOM_TLS, DESK, HEALTH, SHELL] = [11112, 2762, 8444, 9464, 22]
const INNER = "10.90.1.1"
const CENTER_INNER = "10.90.0.1"

describe("the four measures", function () {
  this.timeout(90_000)
  let town: Town

  before(async function () {
    const why = whyNoHosts()
    if (why !== null) {
      console.log(`      skipped: ${why}`)
      this.skip()
    }
    town = await buildTown()
    listen(town.edge, PORTS)
    listen(town.center, [8443, 22])
    await until("listeners", 10_000, () => knock(town.edge, "127.0.0.1", [80])[0] === "open")
  })
  after(async () => {
    // Skipped before there was one.
    if (whyNoHosts() === null) await town.close()
  })

  const open = (from: Host, address: string): number[] => {
    const met = knock(from, address, PORTS)
    return PORTS.filter((_, index) => met[index] === "open")
  }

  describe("zones apart (4)", () => {
    it("opens to devices the doors for devices, to staff the desk, to the manager the machine's own", () => {
      assert.deepEqual(open(town.device, "192.168.10.1"), [DICOM, DICOM_TLS])
      assert.deepEqual(open(town.office, "192.168.20.1"), [DESK])
      assert.deepEqual(open(town.manager, "192.168.30.1"), [HEALTH, SHELL])
    })

    it("opens nothing of one zone by the address of another, nor through the gateway to a host behind it", () => {
      const all = ["192.168.10.1", "192.168.20.1", "192.168.30.1", "203.0.113.10", INNER]
      for (const [from, own] of [
        [town.device, "192.168.10."],
        [town.office, "192.168.20."],
        [town.manager, "192.168.30."],
      ] as const) {
        const others = all.filter((each) => !each.startsWith(own))
        assert.deepEqual([...new Set(knock(from, others.join(","), PORTS))], ["silent"])
      }
      listen(town.office, [80])
      assert.deepEqual(knock(town.device, "192.168.20.30", [80]), ["silent"])
    })

    it("counts what it refused", () => {
      assert.ok(counted(town.edge, "m4_zone") > 20)
    })

    it("lets the gateway call whom the site file names, and nobody else", async () => {
      listen(town.office, [104])
      town.office.do("ip address add 192.168.20.50/24 dev eth0")
      await until("a listener", 10_000, () => knock(town.office, "192.168.20.50", [104])[0] === "open")
      assert.deepEqual(knock(town.edge, "192.168.20.50", [104]), ["open"])
      assert.deepEqual(knock(town.edge, "192.168.20.30", [104]), ["refused"])
      assert.ok(counted(town.edge, "out_refused") > 0)
    })
  })

  describe("the carrier's line apart (1)", () => {
    it("answers nobody there who is no partner's tunnel, whatever address is asked for", () => {
      town.carrier.do(`ip route add ${INNER} via 203.0.113.10`)
      assert.deepEqual([...new Set(knock(town.carrier, `203.0.113.10,${INNER}`, PORTS))], ["silent"])
      assert.ok(counted(town.edge, "m1_in_clear") > 0)
    })

    it("sends nothing to a partner in clear while no tunnel is up: the call fails at once", () => {
      const before = town.passed()
      assert.deepEqual(knock(town.edge, CENTER_INNER, [8443]), ["refused"])
      assert.deepEqual(town.passed(), before)
    })

    it("not even where somebody gives it a route", () => {
      const before = town.passed()
      town.edge.do(`ip route add ${CENTER_INNER} via 203.0.113.9`)
      assert.deepEqual(knock(town.edge, CENTER_INNER, [8443]), ["refused"])
      town.edge.do(`ip route del ${CENTER_INNER} via 203.0.113.9`)
      assert.deepEqual(town.passed(), before)
    })
  })

  describe("no relay from one partner to another (3)", () => {
    const B = "10.90.0.1"
    const C = "10.90.0.9"
    let a: Host, b: Host, c: Host

    /** A with two partners on its tunnel device; the device is a bridge here, and what comes and goes by it is the same. */
    before(async () => {
      ;[a, b, c] = await Promise.all([Host.make(), Host.make(), Host.make()])
      a.do(
        "ip link add ipsec0 type bridge && ip link set ipsec0 up && ip address add 10.90.1.1/32 dev ipsec0",
      )
      for (const [host, address, leg] of [
        [b, B, "legb"],
        [c, C, "legc"],
      ] as const) {
        cable(
          { host: a, interface: leg, address: "169.254.0.1/32" },
          { host, interface: "up", address: `${address}/32` },
        )
        a.do(
          `ip address flush dev ${leg}; ip link set ${leg} master ipsec0; bridge link set dev ${leg} isolated on`,
        )
        a.do(`ip route add ${address} dev ipsec0`)
        host.do("ip route add 10.90.1.1 dev up && ip route add default via 10.90.1.1 dev up")
      }
      a.do(
        "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.ipsec0.send_redirects=0",
      )
      listen(c, [8443])
      await until("a listener", 10_000, () => knock(c, "127.0.0.1", [8443])[0] === "open")
    })
    after(() => Promise.all([a, b, c].map((host) => host.close())))

    it("would pass on a machine without the rules", () => {
      assert.deepEqual(knock(b, C, [8443]), ["open"])
    })

    it("does not pass with them, even where somebody has made the machine a router, and is counted", () => {
      a.write("/etc/site.nft", town.edge.do("cat /etc/dokuei/network/dokuei.nft"))
      a.do("nft -f /etc/site.nft")
      assert.deepEqual(knock(b, C, [8443]), ["silent"])
      assert.ok(counted(a, "m3_relay") > 0)
    })

    it("does not pass where only the routing is as the site file wants it", () => {
      a.do("nft delete table inet dokuei && sysctl -qw net.ipv4.ip_forward=0")
      assert.deepEqual(knock(b, C, [8443]), ["silent"])
      assert.equal(town.edge.do("sysctl -n net.ipv4.ip_forward").trim(), "0")
    })
  })

  describe("with the tunnels up", () => {
    before(async function () {
      const why = whyNoTunnel()
      if (why !== null) {
        console.log(`      skipped: ${why}`)
        this.skip()
      }
      await startTunnels(town, 3)
    })

    it("joins the two gateways for what the contract names", () => {
      assert.deepEqual(knock(town.edge, CENTER_INNER, [8443]), ["open"])
      assert.deepEqual(knock(town.center, INNER, [8443]), ["open"])
      assert.deepEqual(knock(town.maintenance, INNER, [2222]), ["open"])
    })

    it("agrees on IKEv2 with AES-256-GCM, SHA-384 and ECP-384, and on nothing else", () => {
      const told = town.edge.do("swanctl --list-sas")
      assert.match(told, /IKEv2/)
      assert.match(told, /AES_GCM_16-256\/PRF_HMAC_SHA2_384\/ECP_384/)
    })

    it("shows the carrier UDP 500 and 4500 and nothing else (1)", () => {
      const before = town.passed()
      assert.deepEqual(knock(town.edge, CENTER_INNER, [8443]), ["open"])
      const { tunnelled, other } = town.passed()
      assert.ok(tunnelled > before.tunnelled)
      assert.equal(other, before.other)
    })

    it("opens to each partner the ports of its contract and no others (2)", () => {
      const closed = PORTS.filter((port) => port !== 8443)
      assert.equal(knock(town.center, INNER, closed).includes("open"), false)
      assert.equal(knock(town.edge, CENTER_INNER, [22]).includes("open"), false)
      const others = PORTS.filter((port) => port !== 2222)
      assert.equal(knock(town.maintenance, INNER, others).includes("open"), false)
    })

    it("is found right by the doctor, all but the doors that this test has opened", () => {
      const looked = doctor(town.edge)
      for (const { name, outcome, seen } of looked)
        if (name !== "network.zones") assert.equal(outcome, "ok", `${name}: ${seen}`)
      const zones = looked.find(({ name }) => name === "network.zones")
      assert.match(zones?.seen ?? "", /port 80 on 0\.0\.0\.0 is no door of the site file/)
    })

    it("is found wrong by the doctor when somebody has changed it", () => {
      const wrong: readonly (readonly [string, string, string, RegExp])[] = [
        ["sysctl -qw net.ipv4.ip_forward=1", "sysctl -qw net.ipv4.ip_forward=0", "network.relay", /router/],
        [
          "nft chain inet dokuei forward '{ policy accept; }'",
          "nft chain inet dokuei forward '{ policy drop; }'",
          "network.relay",
          /lets pass/,
        ],
        [
          "sed -i s/8444/80/ /etc/dokuei/network/dokuei.nft",
          "sed -i s/80/8444/ /etc/dokuei/network/dokuei.nft",
          "network.installed",
          /dokuei\.nft differs/,
        ],
        [
          "ip rule add pref 10 to 198.51.100.7 lookup main",
          "ip rule del pref 10",
          "network.paths",
          /198\.51\.100\.7 is reached/,
        ],
      ]
      for (const [change] of wrong) town.edge.do(change)
      const looked = doctor(town.edge)
      for (const [change, back, name, seen] of wrong) {
        town.edge.do(back)
        const found = looked.find((each) => each.name === name)
        assert.equal(found?.outcome, "fault", change)
        assert.match(found.seen, seen)
      }
    })

    it("refuses a tunnel for more than the contract, whatever the partner proposes (2)", () => {
      assert.match(proposed(town.maintenance, { remote_ts: `${INNER}[tcp/22]` }), /TS_UNACCEPTABLE/)
    })

    it("takes a partner's packets for no more than the contract, even through a tunnel it should not have (2)", () => {
      // The partner's own rules are off, and it sends to another port inside the tunnel it has.
      town.maintenance.do("nft delete table inet dokuei; ip route replace 10.90.1.1 dev ipsec0 src 10.90.0.9")
      assert.equal(knock(town.maintenance, INNER, [SHELL]).includes("open"), false)
    })

    it("has no way from one partner to the other through the hospital (3)", () => {
      town.maintenance.do(`ip route replace ${CENTER_INNER} dev ipsec0 src 10.90.0.9`)
      assert.deepEqual(knock(town.maintenance, CENTER_INNER, [8443]).includes("open"), false)
    })

    const refused: readonly (readonly [string, Partial<Proposal>, RegExp])[] = [
      ["a weaker suite", { proposals: "aes128-sha1-modp1024" }, /received NO_PROPOSAL_CHOSEN/],
      ["an older group", { proposals: "aes256gcm16-prfsha384-modp2048" }, /received NO_PROPOSAL_CHOSEN/],
      ["another name", { id: "somebody.example.jp" }, /received AUTHENTICATION_FAILED/],
      ["a shared key", { auth: "psk" }, /received AUTHENTICATION_FAILED/],
      ["IKEv1", { version: "1" }, /received NO_PROPOSAL_CHOSEN/],
    ]
    for (const [what, change, words] of refused)
      it(`refuses a partner that comes with ${what}`, () => {
        assert.match(proposed(town.maintenance, change), words)
      })

    it("sends nothing in clear when the tunnel is gone", async () => {
      town.center.do("swanctl --terminate --ike hospital --force >/dev/null 2>&1 || true")
      town.edge.do("swanctl --terminate --ike reading-center --force --timeout 1 >/dev/null 2>&1 || true")
      await until("the tunnel's end", TUNNEL_MS, () => knock(town.edge, CENTER_INNER, [8443])[0] !== "open")
      const before = town.passed().other
      assert.notDeepEqual(knock(town.edge, CENTER_INNER, [8443]), ["open"])
      assert.equal(town.passed().other, before)
    })
  })
})

interface Looked {
  readonly name: string
  readonly outcome: string
  readonly seen: string
}

/** What `dokuei doctor network` sees on this host. */
function doctor(host: Host): readonly Looked[] {
  const { stdout } = host.run(
    `${process.execPath} ${MAIN} doctor network --json --site /etc/dokuei/site.yaml`,
  )
  return (JSON.parse(stdout) as { readonly looked: readonly Looked[] }).looked
}

interface Proposal {
  readonly version: string
  readonly proposals: string
  readonly id: string
  readonly auth: string
  readonly remote_ts: string
}

/** What a partner is told that proposes something else than was agreed: charon's own words. */
function proposed(host: Host, change: Partial<Proposal>): string {
  const proposal: Proposal = {
    version: "2",
    proposals: "aes256gcm16-prfsha384-ecp384",
    id: "maintenance.example.jp",
    auth: "pubkey",
    remote_ts: "10.90.1.1[tcp/2222]",
    ...change,
  }
  const { version, proposals, id, auth, remote_ts } = proposal
  const certificate = auth === "psk" ? "" : "certs = /etc/swanctl/x509/edge.pem"
  host.write(
    "/etc/swanctl/rogue.conf",
    `connections { rogue {
  version = ${version}
  local_addrs = 198.51.100.17
  remote_addrs = 203.0.113.10
  proposals = ${proposals}
  local { auth = ${auth}
    ${certificate}
    id = ${id} }
  remote { auth = ${auth === "psk" ? "psk" : "pubkey"}
    id = edge.yamada-hospital.example.jp }
  children { rogue { local_ts = 10.90.0.9[tcp]
    remote_ts = ${remote_ts}
    esp_proposals = aes256gcm16-ecp384 } }
} }
secrets { ike-1 { secret = "guessed" }
  private-2 { file = /etc/swanctl/private/edge.pem } }
`,
  )
  host.do("swanctl --load-all --file /etc/swanctl/rogue.conf")
  const { stdout, stderr } = host.run("swanctl --initiate --child rogue --ike rogue --timeout 6")
  host.run("swanctl --terminate --ike rogue --force --timeout 1")
  return stdout + stderr
}
