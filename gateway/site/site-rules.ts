/** What must agree with what in a site file. Only for one whose shape is right; every fault is named by its path. */
import type { Issue } from "../config/issue.ts"
import { overlaps, readAddress, readPrefixed, contains, type Prefixed } from "./ipv4.ts"
import { DOORS, SEGMENTS, ZONES, type Site, type ZoneName } from "./site.ts"

/** @param today `2026-04-01` */
export function siteIssues(site: Site, today: string): Issue[] {
  return [
    ...zoneIssues(site),
    ...doorIssues(site),
    ...tunnelIssues(site),
    ...contractIssues(site, today),
    ...callIssues(site),
    ...exceptionIssues(site, today),
    ...responsibilityIssues(site),
  ]
}

const issue = (path: string, message: string): Issue => ({ path, message })
const read = (text: string): Prefixed[] => {
  const one = readPrefixed(text) ?? readAddress(text)
  return one === null ? [] : [one]
}

/** The zones there are, in the order of the table. */
export const zonesOf = ({ zones }: Site) =>
  ZONES.flatMap((name) => {
    const zone = zones[name]
    return zone === undefined ? [] : [{ name, zone }]
  })

/** The machine's own loop and the devices of tunnels: what comes by them is let past the rules of every zone. */
const NO_WIRE = /^(lo|(ipsec|xfrm|vti)\d*)$/
/** A contract's name begins a section of swanctl.conf: there `include` is a statement, and the others are sections themselves. */
const SWANCTL_WORDS: readonly string[] = ["include", "connections", "authorities", "secrets", "pools"]

/** Two zones on one interface or in one network are one zone, whatever they are called (HEASNET, fourth measure). */
function zoneIssues(site: Site): Issue[] {
  const all = zonesOf(site)
  const missing =
    site.role === "edge" && site.zones.modality === undefined
      ? [issue("zones.modality", "is missing: a hospital's devices are in it")]
      : []
  const shared = all.flatMap(({ name, zone }, index) =>
    all
      .slice(0, index)
      .flatMap((before) => [
        ...(before.zone.interface === zone.interface
          ? [
              issue(
                `zones.${name}.interface`,
                `is that of zones.${before.name}: zones are apart by their wires`,
              ),
            ]
          : []),
        ...(isApart(before.zone.address, zone.address)
          ? []
          : [issue(`zones.${name}.address`, `lies in the network of zones.${before.name}`)]),
      ]),
  )
  const routers = all.flatMap(({ name, zone }) =>
    zone.router === undefined || isInside(zone.address, zone.router)
      ? []
      : [issue(`zones.${name}.router`, "does not lie in the zone's network")],
  )
  const noWires = all.flatMap(({ name, zone }) =>
    NO_WIRE.test(zone.interface)
      ? [issue(`zones.${name}.interface`, "is no network card: the machine or its tunnels use this name")]
      : [],
  )
  return [...missing, ...noWires, ...shared, ...routers]
}

const isApart = (one: string, other: string): boolean =>
  !read(one).some((a) => read(other).some((b) => overlaps(a, b)))
const isInside = (outer: string, inner: string): boolean =>
  read(outer).some((a) => read(inner).some((b) => contains(a, b)))

function doorIssues({ role, doors, zones, contracts }: Site): Issue[] {
  const ports = new Map<number, string>()
  const partners = new Set(contracts.flatMap(({ theyReach }) => theyReach))
  return doors.flatMap(({ door, port, zones: opened }, index) => {
    const path = `doors.${index}`
    const allowed: readonly ZoneName[] = DOORS[door]
    const before = ports.get(port)
    ports.set(port, door)
    return [
      ...(before === undefined ? [] : [issue(`${path}.port`, `is that of ${before} as well`)]),
      ...(door === "joining" && role === "edge"
        ? [issue(`${path}.door`, "is of a reading centre: nobody joins a hospital")]
        : []),
      ...(partners.has(port) ? [issue(`${path}.port`, "is one that partners may call: no zone may")] : []),
      ...opened.flatMap((zone) => [
        ...(allowed.includes(zone)
          ? []
          : [issue(`${path}.zones`, `${door} is never opened to ${zone}, only to ${allowed.join(", ")}`)]),
        ...(zones[zone] === undefined ? [issue(`${path}.zones`, `there is no zone ${zone}`)] : []),
      ]),
    ]
  })
}

function tunnelIssues(site: Site): Issue[] {
  const { inner } = site.tunnel
  return zonesOf(site).flatMap(({ name, zone }) =>
    isApart(zone.address, inner) ? [] : [issue("tunnel.inner", `lies in the network of zones.${name}`)],
  )
}

/** One contract, one peer, one address: what one partner may do is no other's (HEASNET, second measure). */
function contractIssues(site: Site, today: string): Issue[] {
  const { role, contracts, tunnel } = site
  if (role === "edge" && contracts.length === 0)
    return [issue("contracts", "is empty: a hospital's gateway is there for a reading centre")]
  return contracts.flatMap((each, index) => {
    const path = `contracts.${index}`
    const before = contracts.slice(0, index)
    const said = (key: string, message: string): Issue[] => [issue(`${path}.${key}`, message)]
    return [
      ...(before.some(({ id }) => id === each.id) ? said("id", "is that of another contract") : []),
      ...(SWANCTL_WORDS.includes(each.id)
        ? said("id", "is a word of strongSwan's configuration: give the contract another name")
        : []),
      ...(before.some(({ inner }) => inner === each.inner)
        ? said("inner", "is that of another partner")
        : []),
      ...(before.some(({ peer }) => peer.identity === each.peer.identity)
        ? said("peer.identity", "is that of another partner")
        : []),
      ...(each.peer.identity === tunnel.identity ? said("peer.identity", "is ours") : []),
      ...(each.inner === tunnel.inner ? said("inner", "is ours") : []),
      ...zonesOf(site).flatMap(({ name, zone }) =>
        isApart(zone.address, each.inner) ? [] : said("inner", `lies in the network of zones.${name}`),
      ),
      ...(each.validFrom > each.validUntil ? said("validUntil", "is before validFrom") : []),
      ...(each.validUntil < today
        ? said("validUntil", `the contract has ended: take it out, or renew it`)
        : []),
      ...(each.weReach.length + each.theyReach.length === 0
        ? said("weReach", "neither side may call the other: then no tunnel is needed")
        : []),
    ]
  })
}

function callIssues({ destinations, nameServers, timeServers, zones }: Site): Issue[] {
  const lists = { destinations, nameServers, timeServers }
  return Object.entries(lists).flatMap(([name, list]) =>
    list.flatMap((each, index) => {
      const zone = zones[each.zone]
      const path = `${name}.${index}`
      if (zone === undefined) return [issue(`${path}.zone`, `there is no zone ${each.zone}`)]
      return zone.router === undefined && !isInside(zone.address, each.address)
        ? [issue(`${path}.address`, `zones.${each.zone} has no router that leads there`)]
        : []
    }),
  )
}

function exceptionIssues({ exceptions, contracts }: Site, today: string): Issue[] {
  return exceptions.flatMap((each, index) => [
    ...(contracts.some(({ id }) => id === each.contract)
      ? []
      : [issue(`exceptions.${index}.contract`, "there is no such contract")]),
    ...(each.until < today
      ? [issue(`exceptions.${index}.until`, "has passed: the exception is no more")]
      : []),
  ])
}

/** No gap (S-02), and nobody who cannot be called (S-32). */
function responsibilityIssues({ responsibility, contacts }: Site): Issue[] {
  const named = responsibility.map(({ segment }) => segment)
  const missing = Object.keys(SEGMENTS).filter((segment) => !named.some((each) => each === segment))
  return [
    ...missing.map((segment) => issue("responsibility", `nobody answers for ${segment}`)),
    ...named.flatMap((segment, index) =>
      named.indexOf(segment) === index
        ? []
        : [issue(`responsibility.${index}.segment`, `${segment} has somebody who answers for it already`)],
    ),
    ...responsibility.flatMap(({ contact }, index) =>
      contacts.some(({ id }) => id === contact)
        ? []
        : [issue(`responsibility.${index}.contact`, "there is no such contact")],
    ),
    ...contacts.flatMap(({ id }, index) =>
      contacts.findIndex((each) => each.id === id) === index
        ? []
        : [issue(`contacts.${index}.id`, "is that of another contact")],
    ),
  ]
}
