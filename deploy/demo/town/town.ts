/**
 * A hospital's gateway with a host in each of its zones, a reading centre, a maintenance company, and the carrier's router
 * between them, which counts what passes it in clear. All configuration of the three sites is printed by `rendered`.
 */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import { readSite } from "../../../gateway/site/read-site.ts"
import { rendered } from "../../../gateway/site/rendered.ts"
import type { Site, SiteFile } from "../../../gateway/site/site.ts"
import { cable, Host } from "./host.ts"

const EXAMPLE = join(import.meta.dirname, "../../site.example.yaml")
const TODAY = "2026-12-01"

/** What passes the carrier: IKE and ESP by name, and everything else. */
const CARRIER = `
table inet carrier {
  counter tunnelled { }
  counter other { }
  chain passing {
    type filter hook forward priority filter; policy accept;
    udp dport { 500, 4500 } counter name tunnelled accept
    udp sport { 500, 4500 } counter name tunnelled accept
    meta l4proto esp counter name tunnelled accept
    counter name other
  }
}
`

export interface Town {
  readonly edge: Host
  readonly center: Host
  readonly maintenance: Host
  readonly carrier: Host
  readonly device: Host
  readonly office: Host
  readonly manager: Host
  readonly sites: Readonly<Record<"edge" | "center" | "maintenance", Site>>
  /** Packets that passed the carrier so far. */
  passed(): { readonly tunnelled: number; readonly other: number }
  close(): Promise<void>
}

/** @param change of the hospital's site file, before anything is printed from it */
export async function buildTown(change: (edge: SiteFile) => unknown = () => undefined): Promise<Town> {
  const names = ["edge", "center", "maintenance", "carrier", "device", "office", "manager"] as const
  const made = await Promise.all(names.map(async (name) => [name, await Host.make()] as const))
  const hosts = Object.fromEntries(made) as Record<(typeof names)[number], Host>
  const { edge, center, maintenance, carrier, device, office, manager } = hosts
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(hosts).map((host) => host.close()))
  }
  try {
    carrier.do("sysctl -q net.ipv4.ip_forward=1")
    carrier.do(`nft -f - <<'END'\n${CARRIER}\nEND`)
    const line = (host: Host, own: string, router: string, name: string): void => {
      cable({ host, interface: "eth0", address: own }, { host: carrier, interface: name, address: router })
    }
    line(edge, "203.0.113.10/29", "203.0.113.9/29", "hospital")
    line(center, "198.51.100.7/28", "198.51.100.1/28", "reading")
    line(maintenance, "198.51.100.17/28", "198.51.100.18/28", "service")
    const zone = (host: Host, at: Host, name: string, inner: string, outer: string): void => {
      cable({ host, interface: name, address: inner }, { host: at, interface: "eth0", address: outer })
      at.do(`ip route add default via ${inner.replace(/\/.*/, "")}`)
    }
    zone(edge, device, "eth1", "192.168.10.1/24", "192.168.10.20/24")
    zone(edge, office, "eth2", "192.168.20.1/24", "192.168.20.30/24")
    zone(edge, manager, "eth3", "192.168.30.1/24", "192.168.30.10/24")
    for (const host of [center, maintenance]) {
      host.do(
        "ip link add eth3 type bridge && ip link set eth3 up && ip address add 192.168.31.1/24 dev eth3",
      )
    }
    const files = siteFiles(change)
    const sites = {
      edge: siteOf(files.edge),
      center: siteOf(files.center),
      maintenance: siteOf(files.maintenance),
    }
    for (const role of ["edge", "center", "maintenance"] as const) {
      hosts[role].write("/etc/dokuei/site.yaml", stringify(files[role]))
      install(hosts[role], sites[role])
    }
    certificates(edge, center, maintenance)
    const passed = () => ({ tunnelled: counted(carrier, "tunnelled"), other: counted(carrier, "other") })
    return { ...hosts, sites, passed, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** As the site's table `dokuei` has it; the carrier's for its own. */
export function counted(host: Host, name: string): number {
  const all = JSON.parse(host.do("nft -j list counters")) as {
    readonly nftables: readonly { readonly counter?: { readonly name: string; readonly packets: number } }[]
  }
  return all.nftables.find(({ counter }) => counter?.name === name)?.counter?.packets ?? 0
}

/** Puts what the site prints where it belongs, and loads rules and routes. */
function install(host: Host, site: Site): void {
  for (const { path, text, mode } of rendered(site)) host.write(path, text, mode)
  host.do("nft -f /etc/dokuei/network/dokuei.nft && sh /etc/dokuei/network/up")
  host.do("sysctl -qe -p /etc/sysctl.d/60-dokuei.conf")
}

type ContractFile = SiteFile["contracts"][number]

/** The example's hospital, and both of its partners as they write of it. */
function siteFiles(change: (edge: SiteFile) => unknown): Readonly<Record<keyof Town["sites"], SiteFile>> {
  const edge = parse(readFileSync(EXAMPLE, "utf8")) as SiteFile
  const [reading] = edge.contracts
  if (reading === undefined) throw new Error("the example has no contract")
  const service: ContractFile = {
    ...reading,
    id: "maintenance",
    partner: "保守会社",
    number: "2026-契-0200",
    peer: { address: "198.51.100.17", identity: "maintenance.example.jp" },
    inner: "10.90.0.9",
    weReach: [],
    theyReach: [2222],
  }
  edge.tunnel.datapath = "user"
  edge.zones.vpn.router = "203.0.113.9"
  edge.contracts.push(service)
  change(edge)
  return {
    edge,
    center: partnerOf(edge, reading, "198.51.100.7/28", "198.51.100.1"),
    maintenance: partnerOf(edge, service, "198.51.100.17/28", "198.51.100.18"),
  }
}

function partnerOf(edge: SiteFile, contract: ContractFile, address: string, router: string): SiteFile {
  const ours: ContractFile = {
    ...contract,
    id: "hospital",
    peer: { address: "203.0.113.10", identity: edge.tunnel.identity },
    inner: edge.tunnel.inner,
    weReach: contract.theyReach,
    theyReach: contract.weReach,
  }
  return {
    ...edge,
    role: "center",
    zones: {
      vpn: { interface: "eth0", address, router },
      management: { interface: "eth3", address: "192.168.31.1/24", router: "192.168.31.254" },
    },
    tunnel: { ...edge.tunnel, inner: contract.inner, identity: contract.peer.identity },
    doors: [{ door: "health", port: 9464, zones: ["management"] }],
    contracts: [ours],
    destinations: [],
    nameServers: [],
    timeServers: edge.timeServers.map((each) => ({ ...each, zone: "management" as const })),
  }
}

function siteOf(file: SiteFile): Site {
  const result = readSite(stringify(file), TODAY)
  if ("site" in result) return result.site
  throw new Error(result.issues.map(({ path, message }) => `${path}: ${message}`).join("\n"))
}

/** One authority for all three, as under the guideline's organisation certificates. */
function certificates(edge: Host, center: Host, maintenance: Host): void {
  const folder = join(edge.folder, "pki")
  const openssl = (line: string): void =>
    void execFileSync("sh", ["-ec", `mkdir -p ${folder}; cd ${folder}; openssl ${line}`], { stdio: "pipe" })
  const EC = "-newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes"
  openssl(`req -x509 ${EC} -keyout ca.key -out ca.pem -days 30 -subj "/C=JP/O=Test authority" 2>/dev/null`)
  const named: readonly (readonly [Host, string])[] = [
    [edge, "edge.yamada-hospital.example.jp"],
    [center, "center.reading-center.example.jp"],
    [maintenance, "maintenance.example.jp"],
  ]
  for (const [host, name] of named) {
    openssl(`req ${EC} -keyout ${name}.key -out ${name}.csr -subj "/C=JP/CN=${name}" 2>/dev/null`)
    openssl(
      `x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out ${name}.pem -extfile /dev/stdin 2>/dev/null <<'END'
subjectAltName = DNS:${name}
END`,
    )
    host.write("/etc/swanctl/x509/edge.pem", readFileSync(join(folder, `${name}.pem`), "utf8"))
    host.write("/etc/swanctl/private/edge.pem", readFileSync(join(folder, `${name}.key`), "utf8"), 0o600)
    host.write("/etc/swanctl/x509ca/partners.pem", readFileSync(join(folder, "ca.pem"), "utf8"))
  }
}
