/**
 * The packet filter (nft 1.0): one table of our own, loaded in one transaction. Default is drop, in every direction; each
 * rule that lets something through names its reason, each that does not counts. What the four HEASNET measures want is
 * marked; docs/network.md draws it.
 */
import { hostOf, networkOf, readPrefixed } from "./ipv4.ts"
import { indented, printed } from "./printed.ts"
import { reqidOf } from "./swanctl.ts"
import { zonesOf } from "./site-rules.ts"
import type { Contract, Site, Zone, ZoneName } from "./site.ts"

/** The TUN device of strongSwan's kernel-libipsec. */
export const USER_TUNNEL = "ipsec0"
const IKE_PORTS = "{ 500, 4500 }"
/** A joining needs a call for each 20 seconds that people are on the telephone. */
const JOINING_RATE = "5/second burst 20 packets"

/** Counters an inspector reads; `dokuei doctor network` names them. */
export const COUNTERS = {
  clear: "m1_in_clear",
  foreign: "m2_outside_contract",
  relay: "m3_relay",
  zone: "m4_zone",
  out: "out_refused",
} as const

export function nftRuleset(site: Site): string {
  return printed([
    "# Declared, deleted and declared again in one transaction: nothing is open in between.",
    "table inet dokuei",
    "delete table inet dokuei",
    "table inet dokuei {",
    ...Object.values(COUNTERS).map((name) => `  counter ${name} { }`),
    ...indented(chain("input", incoming(site))),
    ...indented(chain("forward", relaying(site))),
    ...indented(chain("output", outgoing(site))),
    "}",
  ])
}

const chain = (name: "input" | "forward" | "output", rules: readonly string[]): string[] => [
  `chain ${name} {`,
  `  type filter hook ${name} priority filter; policy drop;`,
  ...indented(rules),
  "}",
]

function incoming(site: Site): string[] {
  const { zones, tunnel, contracts } = site
  return [
    'iifname "lo" accept',
    "# Measure 1: what is for the address inside the tunnels came through one.",
    `${notTunnelled(site)} ip daddr ${tunnel.inner} counter name ${COUNTERS.clear} drop`,
    "ct state invalid drop",
    "ct state { established, related } accept",
    ...contracts.flatMap((each) => [
      ...contractHead(each),
      ...ipsecIn(zones.vpn.interface, each),
      ...(each.theyReach.length === 0
        ? []
        : [
            `${throughTunnel(site, each)} ip saddr ${each.inner} ip daddr ${tunnel.inner} tcp dport ${set(each.theyReach)} ct state new accept`,
          ]),
    ]),
    "# Measure 2: from a tunnel, and in no contract.",
    `${fromAnyTunnel(site)} counter name ${COUNTERS.foreign} drop`,
    "# Measure 4: each zone has its own doors.",
    ...zonesOf(site).flatMap(({ name, zone }) =>
      name === "vpn" ? joiningRules(site) : doorRules(site, name, zone),
    ),
    `counter name ${COUNTERS.zone} drop`,
  ]
}

const contractHead = ({ id, validUntil }: Contract): string[] => [`# Contract ${id}, until ${validUntil}.`]

/** IKE and ESP, from the partner's address where it has one. */
function ipsecIn(vpn: string, { peer }: Contract): string[] {
  const from = peer.address === "any" ? "" : ` ip saddr ${peer.address}`
  return [
    `iifname "${vpn}"${from} udp dport ${IKE_PORTS} accept`,
    `iifname "${vpn}"${from} meta l4proto esp accept`,
  ]
}

/** Of the tunnel for its calls: by reqid in the kernel; in user space all tunnels end in one device, and the address tells. */
const throughTunnel = (site: Site, contract: Contract): string =>
  site.tunnel.datapath === "user"
    ? `iifname "${USER_TUNNEL}"`
    : `iifname "${site.zones.vpn.interface}" ipsec in reqid ${reqidOf(site, contract, "theyReach")}`

const fromAnyTunnel = ({ tunnel }: Site): string =>
  tunnel.datapath === "user" ? `iifname "${USER_TUNNEL}"` : "meta secpath exists"

const notTunnelled = ({ tunnel }: Site): string =>
  tunnel.datapath === "user" ? `iifname != "${USER_TUNNEL}"` : "meta secpath missing"

const doorsIn = (site: Site, name: ZoneName): number[] =>
  site.doors.filter(({ zones }) => zones.some((each) => each === name)).map(({ port }) => port)

/** Who joins may call from anywhere, in the clear of any tunnel: few at a time, and nobody listens but for an invitation. */
function joiningRules(site: Site): string[] {
  const { vpn } = site.zones
  const ports = doorsIn(site, "vpn")
  return ports.length === 0
    ? []
    : [
        `iifname "${vpn.interface}" ip daddr ${hostOf(vpn.address)} tcp dport ${set(ports)} ct state new limit rate ${JOINING_RATE} accept`,
      ]
}

function doorRules(site: Site, name: ZoneName, zone: Zone): string[] {
  const ports = doorsIn(site, name)
  const own = readPrefixed(zone.address)
  if (ports.length === 0 || own === null) return []
  const from = zone.from ?? [networkOf(own)]
  return [
    `iifname "${zone.interface}" ip saddr ${set(from)} ip daddr ${own.address} tcp dport ${set(ports)} ct state new accept`,
    `iifname "${zone.interface}" ip saddr ${set(from)} ip daddr ${own.address} icmp type echo-request limit rate 5/second accept`,
  ]
}

/** Measure 3: nothing passes from one partner to another, nor from any zone to another. */
function relaying(site: Site): string[] {
  const pairs =
    site.tunnel.datapath === "user"
      ? [`iifname "${USER_TUNNEL}" oifname "${USER_TUNNEL}" counter name ${COUNTERS.relay} drop`]
      : [`meta secpath exists rt ipsec exists counter name ${COUNTERS.relay} drop`]
  return [...pairs, `counter name ${COUNTERS.zone} drop`]
}

function outgoing(site: Site): string[] {
  const { tunnel, zones, contracts } = site
  const toTunnel = tunnel.datapath === "user" ? `oifname "${USER_TUNNEL}"` : "rt ipsec exists"
  const called = [
    ...site.destinations.map((each) => ({ ...each, to: `tcp dport ${each.port}` })),
    ...site.nameServers.map((each) => ({ ...each, to: "meta l4proto { tcp, udp } th dport 53" })),
    ...site.timeServers.map((each) => ({ ...each, to: "udp dport 123" })),
    ...site.timeServers
      .filter(({ name }) => name !== undefined)
      .map((each) => ({ ...each, to: "tcp dport 4460" })),
  ]
  return [
    'oifname "lo" accept',
    "ct state invalid drop",
    "# Measure 1: to a partner through its tunnel or not at all, answers too.",
    ...contracts.map(
      ({ inner }) =>
        `${not(toTunnel)} ip daddr ${inner} counter name ${COUNTERS.clear} reject with icmp type admin-prohibited`,
    ),
    "ct state { established, related } accept",
    ...contracts.flatMap((each) => [
      ...contractHead(each),
      ...ipsecOut(zones.vpn.interface, each),
      ...(each.weReach.length === 0
        ? []
        : [
            `${toTunnel} ip saddr ${tunnel.inner} ip daddr ${each.inner} tcp dport ${set(each.weReach)} ct state new accept`,
          ]),
    ]),
    "# By name in the site file, and nobody else.",
    ...called.flatMap(({ zone, address, to }) => {
      const there = zones[zone]
      return there === undefined ? [] : [`oifname "${there.interface}" ip daddr ${address} ${to} accept`]
    }),
    `counter name ${COUNTERS.out} reject with icmpx type admin-prohibited`,
  ]
}

const not = (match: string): string =>
  match.startsWith("oifname") ? match.replace("oifname ", "oifname != ") : "rt ipsec missing"

function ipsecOut(vpn: string, { peer }: Contract): string[] {
  const to = peer.address === "any" ? "" : ` ip daddr ${peer.address}`
  return [
    `oifname "${vpn}"${to} udp dport ${IKE_PORTS} accept`,
    `oifname "${vpn}"${to} meta l4proto esp accept`,
  ]
}

const set = (members: readonly (string | number)[]): string => `{ ${members.join(", ")} }`
