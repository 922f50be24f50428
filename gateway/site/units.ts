/** systemd (systemd.resource-control(5), systemd.exec(5)): when rules and routes are there, and where the gateway may speak. */
import { networkOf, readPrefixed } from "./ipv4.ts"
import { USER_TUNNEL } from "./nftables.ts"
import { printed } from "./printed.ts"
import { zonesOf } from "./site-rules.ts"
import type { Site } from "./site.ts"

/** Where lies what the unit loads. */
export interface NetworkFiles {
  readonly table: string
  readonly script: string
  readonly isolation: string
  /** It is there while the machine is isolated. */
  readonly mark: string
}

/** Rules before any interface is up, routes before anything that uses them. */
export const networkUnit = ({ table, script, isolation, mark }: NetworkFiles): string =>
  printed([
    "[Unit]",
    "Description=Dokuei: packet filter and routes of the site",
    "DefaultDependencies=no",
    "After=local-fs.target systemd-sysctl.service systemd-networkd.service networking.service",
    "Before=network-online.target strongswan.service dokuei-edge.service dokuei-center.service",
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    "# A change that nobody had confirmed when the machine went down is put back first.",
    "ExecStartPre=-/usr/bin/dokuei site roll-back",
    `ExecStart=/usr/sbin/nft -f ${table}`,
    "# Isolated stays isolated, whoever switches the machine off and on.",
    `ExecStart=/bin/sh -c 'test ! -e ${mark} || exec /usr/sbin/nft -f ${isolation}'`,
    `ExecStart=${script}`,
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ])

/** A second fence beside the packet filter: the service itself reaches nobody else (measure 4). */
export function serviceDropIn(site: Site): string {
  const { tunnel, zones, contracts, destinations, nameServers } = site
  const tunnels = tunnel.datapath === "user" ? [USER_TUNNEL] : [zones.vpn.interface]
  const interfaces = ["lo", ...tunnels, ...doorZones(site).map(({ zone }) => zone.interface)]
  const callers = doorZones(site).flatMap(({ zone }) => {
    const own = readPrefixed(zone.address)
    return ("from" in zone ? zone.from : undefined) ?? (own === null ? [] : [networkOf(own)])
  })
  const called = [...destinations, ...nameServers].map(({ address }) => address)
  const partners = contracts.map(({ inner }) => inner)
  return printed([
    "[Unit]",
    "Requires=dokuei-network.service",
    "After=dokuei-network.service",
    "",
    "[Service]",
    `RestrictNetworkInterfaces=${[...new Set(interfaces)].join(" ")}`,
    "IPAddressDeny=any",
    `IPAddressAllow=${[...new Set(["localhost", tunnel.inner, ...partners, ...callers, ...called])].join(" ")}`,
  ])
}

/** Where a door or a destination is. */
const doorZones = (site: Site) => {
  const used = new Set<string>([
    ...site.doors.flatMap(({ zones }) => zones),
    ...site.destinations.map(({ zone }) => zone),
    ...site.nameServers.map(({ zone }) => zone),
  ])
  return zonesOf(site).filter(({ name }) => name !== "vpn" && used.has(name))
}
