/** A reading centre's site file before its first hospital: the example's centre, seen from its own side. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import type { SiteFile } from "../../gateway/site/site.ts"
import { TUNNEL_NAMES } from "../../gateway/site/tunnel-files.ts"

const EXAMPLE = join(import.meta.dirname, "../../deploy/site.example.yaml")
export const CENTER_IDENTITY = "center.reading-center.example.jp"
export const CENTER_INNER = "10.90.0.1"
export const JOINING_PORT = 8444

/** @param swanctl where the files of `pki tunnel` lie */
export function centersSite(swanctl: string): string {
  const example = parse(readFileSync(EXAMPLE, "utf8")) as SiteFile
  const at = (name: keyof typeof TUNNEL_NAMES): string => `${swanctl}/${TUNNEL_NAMES[name]}`
  const site: SiteFile = {
    ...example,
    role: "center",
    name: "架空読影センター",
    zones: {
      vpn: { interface: "eth0", address: "198.51.100.7/28", router: "198.51.100.1" },
      management: { interface: "eth3", address: "192.168.31.1/24", router: "192.168.31.254" },
    },
    tunnel: {
      inner: CENTER_INNER,
      identity: CENTER_IDENTITY,
      certificate: at("certificate"),
      key: at("key"),
      authority: at("authority"),
      datapath: "user",
    },
    doors: [
      { door: "health", port: 9464, zones: ["management"] },
      { door: "joining", port: JOINING_PORT, zones: ["vpn"] },
    ],
    contracts: [],
    destinations: [],
    nameServers: [],
    timeServers: example.timeServers.map((each) => ({ ...each, zone: "management" as const })),
  }
  return stringify(site)
}

/** What the hospital of the example knows of itself: every blank of its draft, by its path. */
export const HOSPITALS_OWN: Readonly<Record<string, string>> = {
  "zones.modality.interface": "eth1",
  "zones.modality.address": "192.168.10.1/24",
  "zones.vpn.interface": "eth0",
  "zones.vpn.address": "203.0.113.10/29",
  "zones.vpn.router": "203.0.113.9",
  "zones.office.interface": "eth2",
  "zones.office.address": "192.168.20.1/24",
  "zones.office.router": "192.168.20.254",
  "zones.management.interface": "eth3",
  "zones.management.address": "192.168.30.1/24",
  "timeServers.0.address": "192.0.2.21",
  "timeServers.1.address": "192.0.2.22",
  "timeServers.2.address": "192.0.2.23",
  "contacts.0.name": "医療情報室",
  "contacts.0.telephone": "03-0000-0001",
  "contacts.0.hours": "24 h",
  "contacts.0.reviewedOn": "2026-10-01",
  "contacts.1.party": "通信事業者",
  "contacts.1.name": "法人故障受付",
  "contacts.1.telephone": "0120-000-000",
  "contacts.1.hours": "24 h",
  "contacts.1.reviewedOn": "2026-10-01",
  "responsibility.0.sla": "院内規程",
  "responsibility.1.sla": "予備機へ4時間以内",
  "responsibility.2.party": "通信事業者",
  "responsibility.2.sla": "99.9 %/月",
  "responsibility.3.party": "通信事業者",
  "responsibility.3.sla": "99.9 %/月",
}
