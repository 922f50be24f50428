/**
 * Ways (ip-route(8), ip-rule(8)): partners' lines have a table of their own; a partner's address inside the tunnels leads
 * nowhere until its tunnel is up; what devices send is acknowledged at once. Idempotent: run at each start and after each change.
 */
import { hostOf, networkOf, readPrefixed } from "./ipv4.ts"
import { printed, PRINTED } from "./printed.ts"
import type { Site } from "./site.ts"

/** Measure 1: everything from our address at the carrier, and to the partners' there. */
const VPN_TABLE = 100
/** Before the main table (32766), behind strongSwan's own (220). */
const VPN_RULE = 1000
/** Behind any other: it is asked only when no tunnel answers. */
const NOWHERE_METRIC = 4_000_000_000

/** Of no site: the carrier's line is a line like any other. */
export const NO_WAYS = `while ip rule del pref ${VPN_RULE} 2>/dev/null; do :; done; ip route flush table ${VPN_TABLE} 2>/dev/null || true`

export function networkScript(site: Site): string {
  const { zones, tunnel, contracts } = site
  const vpn = zones.vpn
  const own = hostOf(vpn.address)
  const peers = contracts.flatMap(({ peer }) => (peer.address === "any" ? [] : [peer.address]))
  return [
    "#!/bin/sh",
    `# ${PRINTED}`,
    "set -eu",
    "# Ours inside the tunnels: on no wire.",
    `ip address replace ${tunnel.inner}/32 dev lo`,
    "# Measure 1: the carrier's line has routes of its own, and no way out of them.",
    `ip route flush table ${VPN_TABLE} 2>/dev/null || true`,
    ...network(vpn.address).map(
      (each) => `ip route replace ${each} dev ${vpn.interface} src ${own} table ${VPN_TABLE}`,
    ),
    `ip route replace default via ${vpn.router} dev ${vpn.interface} src ${own} table ${VPN_TABLE}`,
    `ip route replace unreachable default metric ${NOWHERE_METRIC} table ${VPN_TABLE}`,
    `while ip rule del pref ${VPN_RULE} 2>/dev/null; do :; done`,
    `ip rule add pref ${VPN_RULE} from ${own} lookup ${VPN_TABLE}`,
    ...peers.map((each) => `ip rule add pref ${VPN_RULE} to ${each} lookup ${VPN_TABLE}`),
    "# No tunnel, no way: a partner is never called in clear.",
    ...contracts.map(({ inner }) => `ip route replace unreachable ${inner}/32 metric ${NOWHERE_METRIC}`),
    ...zoneRoutes(site),
    "",
  ].join("\n")
}

const network = (address: string): string[] => {
  const own = readPrefixed(address)
  return own === null ? [] : [networkOf(own)]
}

/** Networks behind a zone's router; the only default route is the office's. */
function zoneRoutes({ zones }: Site): string[] {
  const { modality, office, management } = zones
  const behind = [modality, management].flatMap((zone) =>
    zone?.router === undefined
      ? []
      : (zone.from ?? []).map((each) => ({ each, via: `via ${zone.router} dev ${zone.interface}` })),
  )
  return [
    ...behind.map(({ each, via }) => `ip route replace ${each} ${via}`),
    ...(modality === undefined
      ? []
      : [
          "# Senders with Nagle's algorithm wait for no delayed acknowledgement.",
          ...network(modality.address).map(
            (each) =>
              `ip route replace ${each} dev ${modality.interface} src ${hostOf(modality.address)} quickack 1`,
          ),
        ]),
    ...(office?.router === undefined
      ? []
      : [`ip route replace default via ${office.router} dev ${office.interface}`]),
  ]
}

/** Measure 3, at its root, and what a host between zones should never do (RFC 1812, RFC 3704). */
export const sysctlSettings = (): string =>
  printed([
    "# Measure 3: this machine is no router.",
    "net.ipv4.ip_forward = 0",
    "net.ipv6.conf.all.forwarding = 0",
    "# An address of a zone is answered for in that zone alone.",
    "net.ipv4.conf.all.arp_ignore = 1",
    "net.ipv4.conf.all.arp_announce = 2",
    "net.ipv4.conf.all.rp_filter = 2",
    "net.ipv4.conf.all.accept_redirects = 0",
    "net.ipv4.conf.all.send_redirects = 0",
    "net.ipv4.conf.all.accept_source_route = 0",
    "net.ipv6.conf.all.accept_redirects = 0",
    "net.ipv6.conf.all.accept_ra = 0",
    "# A line that loses a packet in a hundred is filled all the same.",
    "net.core.default_qdisc = fq",
    "net.ipv4.tcp_congestion_control = bbr",
  ])
