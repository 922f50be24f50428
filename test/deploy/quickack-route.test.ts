import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { before, describe, it } from "mocha"
import { OWN_NETWORK, whyNoOwnNetwork } from "../peers/own-network.ts"

const SCRIPT = join(import.meta.dirname, "../../deploy/quickack-route.sh")

/** A gateway with a leg in the devices' network, and a router in it. */
const GATEWAY = `
ip link set lo up
ip link add near type veth peer name far
ip addr add 192.0.2.1/24 dev near
ip -6 addr add 2001:db8:1::1/64 dev near nodad
ip link set near up; ip link set far up
ip route add default via 192.0.2.254
ip route add 203.0.113.0/24 via 192.0.2.254 mtu lock 1400 metric 7
quickack() { sh ${SCRIPT} "$@"; }
`

/** Runs lines of shell on that gateway. */
function onGateway(lines: string) {
  const [command, ...options] = OWN_NETWORK
  return spawnSync(command, [...options, "sh", "-euc", GATEWAY + lines], { encoding: "utf8" })
}

/** What is printed, in lines without double or trailing blanks; fails when anything did. */
function told(lines: string): string[] {
  const { status, stdout, stderr } = onGateway(lines)
  assert.equal(status, 0, stderr)
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.replaceAll(/ +/g, " ").trim())
}

describe("deploy/quickack-route.sh", () => {
  before(function () {
    const why = whyNoOwnNetwork()
    if (why === null) return
    console.log(`      skipped: ${why}`)
    this.skip()
  })

  it("adds quickack to the route of the network, and changes nothing else", () => {
    const all = "ip route; ip -6 route show dev near"
    const before = told(all)
    const after = told(`quickack 192.0.2.0/24 >/dev/null; ${all}`)
    assert.deepEqual(
      after,
      before.map((line) => (line.startsWith("192.0.2.0/24 ") ? `${line} quickack 1` : line)),
    )
  })

  it("leaves alone what is there already", () => {
    const [first, second, ...routes] = told(
      "for turn in 1 2; do quickack 192.0.2.0/24; done; ip route show 192.0.2.0/24",
    )
    assert.match(first!, /^quickack-route: changed: 192\.0\.2\.0\/24 dev near .* quickack 1$/)
    assert.match(second!, /^quickack-route: is there: 192\.0\.2\.0\/24 /)
    assert.equal(routes.length, 1)
  })

  it("keeps what else a route says", () => {
    const [route] = told("quickack 203.0.113.0/24 >/dev/null; ip route show 203.0.113.0/24")
    assert.equal(route, "203.0.113.0/24 via 192.0.2.254 dev near metric 7 mtu lock 1400 quickack 1")
  })

  it("gives a network behind the router a route of its own, the same way", () => {
    const [added, again, route] = told(
      "for turn in 1 2; do quickack 198.51.100.0/24; done; ip route show 198.51.100.0/24",
    )
    assert.equal(added, "quickack-route: added: 198.51.100.0/24 via 192.0.2.254 dev near quickack 1")
    assert.match(again!, /^quickack-route: is there: /)
    assert.equal(route, "198.51.100.0/24 via 192.0.2.254 dev near quickack 1")
  })

  it("knows IPv6", () => {
    const routes = told(
      "for turn in 1 2; do quickack 2001:db8:1::/64; done >/dev/null; ip -6 route show 2001:db8:1::/64",
    )
    assert.equal(routes.length, 1)
    assert.match(routes[0]!, / dev near .*quickack 1/)
  })

  it("says why it does nothing", () => {
    const refused = (argument: string) => {
      const { status, stderr } = onGateway(`quickack ${argument}`)
      return [status, stderr.trim()]
    }
    assert.match(refused("")[1] as string, /^usage: /)
    assert.equal(refused("")[0], 64)
    assert.deepEqual(refused("0.0.0.0/0"), [
      1,
      "quickack-route: 0.0.0.0/0 is everybody, not the devices' network",
    ])
    assert.deepEqual(refused("CT1"), [1, "quickack-route: CT1 is no network; it looks like 192.0.2.0/24"])
    assert.deepEqual(refused("2001:db8:9::/64"), [
      1,
      "quickack-route: no single route leads to 2001:db8:9::/64: make one first",
    ])
  })
})
