import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { accessSync, constants, readFileSync } from "node:fs"
import { join } from "node:path"
import { before, describe, it } from "mocha"
import { OWN_NETWORK, whyNoOwnNetwork } from "../peers/own-network.ts"

const SCRIPT = join(import.meta.dirname, "../../deploy/partner-route.sh")
const INSIDE = join(import.meta.dirname, "../peers/long-line-inside.ts")
/** Of the line test/peers/long-line-inside.ts lays. */
const LINE_MBIT = 10
/** Promised is 0.9 on a machine that has time for the line; without the route it is less than a tenth (MSS / RTT / sqrt(loss)). */
const FILLED = process.env.DOKUEI_LONG === "1" ? 0.9 : 0.5

function skipWithout(context: Mocha.Context): void {
  const why = whyNoOwnNetwork() ?? whyNoBbr()
  if (why === null) return
  console.log(`      skipped: ${why}`)
  context.skip()
}

function whyNoBbr(): string | null {
  const known = readFileSync("/proc/sys/net/ipv4/tcp_available_congestion_control", "utf8").trim()
  return known.split(" ").includes("bbr") ? null : `this kernel knows ${known}, and no bbr`
}

function whyNoTunnel(): string | null {
  try {
    accessSync("/dev/net/tun", constants.R_OK | constants.W_OK)
  } catch {
    return "there is no /dev/net/tun for a line of one's own"
  }
  return process.getuid?.() === 0 ? null : "only root may open a line into another network"
}

/** A gateway whose partner lies behind a router. */
const GATEWAY = `
ip link set lo up
ip link add near type veth peer name far
ip addr add 192.0.2.1/24 dev near
ip -6 addr add 2001:db8:1::1/64 dev near nodad
ip link set near up; ip link set far up
ip route add default via 192.0.2.254 mtu lock 1400
partner() { sh ${SCRIPT} "$@"; }
`

function onGateway(lines: string): ReturnType<typeof spawnSync> {
  const [command, ...options] = OWN_NETWORK
  return spawnSync(command, [...options, "sh", "-euc", GATEWAY + lines], { encoding: "utf8" })
}

function told(lines: string): string[] {
  const { status, stdout, stderr } = onGateway(lines)
  assert.equal(status, 0, String(stderr))
  return String(stdout)
    .trim()
    .split("\n")
    .map((line) => line.replaceAll(/ +/g, " ").trim())
}

describe("deploy/partner-route.sh", function () {
  this.timeout(60_000)
  before(function () {
    skipWithout(this)
  })

  it("gives the partner a route of its own with bbr, the way it went before, and leaves it alone the next time", () => {
    const [added, again, route] = told(
      "for turn in 1 2; do partner 198.51.100.7; done; ip route show 198.51.100.7",
    )
    assert.equal(
      added,
      "partner-route: added: 198.51.100.7/32 via 192.0.2.254 dev near mtu lock 1400 congctl bbr",
    )
    assert.match(again!, /^partner-route: is there: /)
    assert.match(route!, /^198\.51\.100\.7 via 192\.0\.2\.254 dev near .*congctl bbr/)
  })

  it("changes no other route, and a route the partner has already it keeps", () => {
    const all = "ip route; ip -6 route show dev near"
    const before = told(all)
    const after = told(
      `ip route add 198.51.100.7 via 192.0.2.254 metric 7; partner 198.51.100.7 >/dev/null; ${all}`,
    )
    const added = after.filter((line) => !before.includes(line))
    assert.deepEqual(added, ["198.51.100.7 via 192.0.2.254 dev near metric 7 congctl bbr"])
    assert.equal(after.length, before.length + 1)
  })

  it("knows IPv6, and partners in our own network", () => {
    const [six, near] = told(
      "partner 2001:db8:1::7 >/dev/null; partner 192.0.2.7 >/dev/null; ip -6 route show 2001:db8:1::7; ip route show 192.0.2.7",
    )
    assert.match(six!, /^2001:db8:1::7 dev near .*congctl bbr/)
    assert.match(near!, /^192\.0\.2\.7 dev near .*congctl bbr/)
  })

  it("says why it does nothing", () => {
    for (const [argument, why] of [
      ["198.51.100.0/24", /is a network/],
      ["centre", /is no address/],
      ["192.0.2.1", /no single route/],
    ] as const) {
      const { status, stderr } = onGateway(`partner ${argument}`)
      assert.equal(status, 1)
      assert.match(String(stderr), why)
    }
  })

  it("lets TCP fill 10 Mbit/s with 200 ms there and back and one packet in a hundred lost", function () {
    const why = whyNoTunnel()
    if (why !== null) {
      console.log(`      skipped: ${why}`)
      this.skip()
    }
    const [command, ...options] = OWN_NETWORK
    const filled = (script: string, seconds: number): number => {
      const { status, stdout, stderr } = spawnSync(
        command,
        [...options, process.execPath, INSIDE, script, String(seconds)],
        { encoding: "utf8", env: { ...process.env, NODE_NO_WARNINGS: "1" } },
      )
      assert.equal(status, 0, stderr)
      return Number(stdout.trim().split("\n").at(-1))
    }
    const mbitPerSecond = filled(SCRIPT, process.env.DOKUEI_LONG === "1" ? 20 : 9)
    console.log(`      ${mbitPerSecond.toFixed(2)} of ${LINE_MBIT} Mbit/s`)
    assert.ok(mbitPerSecond >= FILLED * LINE_MBIT, `${mbitPerSecond.toFixed(2)} Mbit/s`)
  })
})
