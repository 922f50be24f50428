/** The four HEASNET measures as this machine has them, beside what its site file says (guidelines 2.2). */
import { COUNTERS } from "../site/nftables.ts"
import { readPrefixed } from "../site/ipv4.ts"
import { zonesOf } from "../site/site-rules.ts"
import type { Site } from "../site/site.ts"
import { ASK_AS_ROOT, fault, noneOf, ok, unseen, withSite, type Check, type Finding } from "./check.ts"
import type { Listener, Machine, Told, Tunnel } from "./machine.ts"

const APPLY = "dokuei site apply FILE"
const notTold = <T>({ why }: Told<T>): Finding => unseen(why, ASK_AS_ROOT)

export const NETWORK: readonly Check[] = [
  {
    name: "network.installed",
    ids: ["S-10", "H-09"],
    asks: "Is installed what the site file says?",
    look: withSite((_site, { machine: { differing } }) =>
      differing.value === null
        ? notTold(differing)
        : noneOf(differing.value, "every file is as the site file wants it", APPLY),
    ),
  },
  {
    name: "network.paths",
    ids: ["S-11", "S-01"],
    asks: "Measure 1: has the line to partners routes of its own, and is a partner reached by its tunnel or not at all?",
    look: withSite((site, { machine }) => {
      const faults = site.contracts.flatMap(({ id, inner, peer }) => [
        ...wayFaults(machine, id, inner, (way) => isNowhere(way) || isTunnelled(way)),
        ...(peer.address === "any"
          ? []
          : wayFaults(machine, id, peer.address, (way) => way.includes(` dev ${site.zones.vpn.interface} `))),
      ])
      return noneOf(faults, "partners are reached through their tunnels or not at all", APPLY)
    }),
  },
  {
    name: "network.contracts",
    ids: ["S-12", "S-10", "H-09", "N-04"],
    asks: "Measure 2: is every tunnel that is up one of a contract, with no more hosts and ports than that names?",
    look: withSite((site, { machine: { tunnels } }) =>
      tunnels.value === null
        ? notTold(tunnels)
        : noneOf(
            tunnels.value.flatMap((each) => tunnelFaults(site, each)),
            `${tunnels.value.length} tunnels, each of a contract`,
            "take down what is in no contract (swanctl --terminate), then " + APPLY,
          ),
    ),
  },
  {
    name: "network.suites",
    ids: ["S-10", "H-10", "S-20"],
    asks: "Are the tunnels that are up IKEv2 with AES-256-GCM, SHA-384 and ECP-384?",
    look: withSite((_site, { machine: { suites } }) =>
      suites.value === null
        ? notTold(suites)
        : noneOf(
            suites.value.filter((each) => each !== "AES_GCM_16-256/PRF_HMAC_SHA2_384/ECP_384"),
            `${suites.value.length} partners, all by the one suite`,
            APPLY,
          ),
    ),
  },
  {
    name: "network.relay",
    ids: ["S-13"],
    asks: "Measure 3: does nothing pass through this machine from one partner to another?",
    look: withSite((_site, { machine: { forwarding, policies, counters } }) => {
      if (forwarding.value === null) return notTold(forwarding)
      if (policies.value === null) return fault(policies.why, APPLY)
      const tried = counters.value?.get(COUNTERS.relay) ?? 0
      return noneOf(
        [
          ...(forwarding.value ? ["net.ipv4.ip_forward is 1: the machine is a router"] : []),
          ...(policies.value.get("forward") === "drop"
            ? []
            : ["the packet filter lets pass what it has no rule for"]),
        ],
        `no router, and the filter drops; ${tried} packets have tried`,
        APPLY,
      )
    }),
  },
  {
    name: "network.zones",
    ids: ["S-14", "H-09"],
    asks: "Measure 4: is every door that is open on this machine one of the site file, in a zone it may be opened in?",
    look: withSite((site, { machine: { listeners, policies } }) => {
      if (listeners.value === null) return notTold(listeners)
      if (policies.value?.get("input") !== "drop") return fault("the packet filter is not loaded", APPLY)
      return noneOf(
        listeners.value.flatMap((each) => listenerFaults(site, each)),
        `${listeners.value.length} doors, each where the site file has it`,
        "give the door the address of its zone in its own configuration, or close it",
      )
    }),
  },
  {
    name: "network.refused",
    ids: ["N-08"],
    asks: "How much was refused since the rules were loaded?",
    look: withSite((_site, { machine: { counters } }) =>
      counters.value === null
        ? fault(counters.why, APPLY)
        : ok([...counters.value].map(([name, packets]) => `${name} ${packets}`).join(", ")),
    ),
  },
]

const isNowhere = (way: string): boolean => /unreachable|No route to host/.test(way)
const isTunnelled = (way: string): boolean => / table 220\b| dev ipsec0 /.test(`${way} `)

function wayFaults(
  machine: Machine,
  id: string,
  address: string,
  isRight: (way: string) => boolean,
): string[] {
  const way = machine.ways.get(address)
  if (way === undefined) return [`${id}: nobody said where ${address} is reached`]
  return isRight(`${way} `) ? [] : [`${id}: ${address} is reached ${way}`]
}

function tunnelFaults(site: Site, { connection, local, remote, cipher }: Tunnel): string[] {
  const contract = site.contracts.find(({ id }) => id === connection)
  if (contract === undefined) return [`${connection} is a tunnel of no contract`]
  const host = (selector: string, address: string): boolean => selector.startsWith(`${address}/32[tcp`)
  const towards = (selector: string, ports: readonly number[]): boolean =>
    ports.some(
      (port) => selector.endsWith(`[tcp/${port}]`) || selector.endsWith(`[tcp/${SERVICES[port] ?? ""}]`),
    )
  return [
    ...(host(local, site.tunnel.inner) && host(remote, contract.inner)
      ? []
      : [`${connection}: ${local} === ${remote} are more hosts than the contract names`]),
    ...(towards(remote, contract.weReach) || towards(local, contract.theyReach)
      ? []
      : [`${connection}: ${local} === ${remote} are other ports than the contract names`]),
    ...(cipher === "AES_GCM_16-256" ? [] : [`${connection}: ${cipher}`]),
  ]
}

/** As services(5) names them where charon prints a selector. */
const SERVICES: Readonly<Record<number, string>> = { 22: "ssh", 80: "http", 443: "https", 8080: "http-alt" }

/** What listens on loopback alone is nobody's door. */
function listenerFaults(site: Site, { address, port }: Listener): string[] {
  if (/^127\.|^\[?::1\]?$/.test(address)) return []
  const door = site.doors.find((each) => each.port === port)
  const isOfPartners = site.contracts.some(({ theyReach }) => theyReach.includes(port))
  if (isIkeOnly(port)) return []
  if (door === undefined && !isOfPartners) return [`port ${port} on ${address} is no door of the site file`]
  const allowed = isOfPartners
    ? [site.tunnel.inner]
    : zonesOf(site)
        .filter(({ name }) => door?.zones.some((each) => each === name))
        .map(({ zone }) => readPrefixed(zone.address)?.address ?? "")
  return allowed.includes(address)
    ? []
    : [`port ${port} listens on ${address}, not only on ${allowed.join(", ")}`]
}

const isIkeOnly = (port: number): boolean => port === 500 || port === 4500
