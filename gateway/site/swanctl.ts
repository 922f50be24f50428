/**
 * strongSwan (swanctl.conf(5)): IKEv2 with certificates, AES-256-GCM and ECP-384, one connection per contract, traffic
 * selectors of single hosts and ports. Nothing weaker is offered, so that nothing weaker can be agreed.
 */
import { hostOf } from "./ipv4.ts"
import { indented, printed } from "./printed.ts"
import type { Contract, Site } from "./site.ts"

/** CRYPTREC: AES-GCM, SHA-384, ECDH P-384; the only ones (security-profile: IKEv2 only, no group below 19). */
export const IKE_PROPOSAL = "aes256gcm16-prfsha384-ecp384"
export const ESP_PROPOSAL = "aes256gcm16-ecp384"
const IKE_REKEY = "4h"
const ESP_REKEY = "1h"
const DPD_DELAY = "10s"
const DPD_TIMEOUT = "30s"

const FIRST_REQID = 1001

/** The two ways of a contract: calls we make, calls the partner makes. */
export type Way = "weReach" | "theyReach"
const WAYS: readonly { readonly way: Way; readonly name: string }[] = [
  { way: "weReach", name: "ours" },
  { way: "theyReach", name: "theirs" },
]

/** Of a tunnel: by it the kernel tells one contract's packets from another's. From the order of the site file. */
export const reqidOf = (site: Site, { id }: Contract, way: Way): number =>
  FIRST_REQID +
  site.contracts.findIndex((each) => each.id === id) * WAYS.length +
  WAYS.findIndex((each) => each.way === way)

export function swanctlConnections(site: Site): string {
  const secrets = site.exceptions.map(({ contract, secretFile }) => ({ contract, secretFile }))
  return printed([
    "connections {",
    ...site.contracts.flatMap((contract) => indented(connection(site, contract))),
    "}",
    "authorities {",
    "  partners {",
    `    file = ${site.tunnel.authority}`,
    "  }",
    "}",
    "secrets {",
    "  private-dokuei {",
    `    file = ${site.tunnel.key}`,
    "  }",
    ...secrets.flatMap(({ contract, secretFile }) => [
      `  # By exception (site file): ${contract} has no certificate. In swanctl's own words: ike { id = …, secret = … }`,
      `  include ${secretFile}`,
    ]),
    "}",
  ])
}

function connection(site: Site, contract: Contract): string[] {
  const { zones, tunnel, exceptions } = site
  const { id, peer } = contract
  const isShared = exceptions.some((each) => each.contract === id)
  const vpnAddress = hostOf(zones.vpn.address)
  return [
    `${id} {`,
    "  version = 2",
    `  local_addrs = ${vpnAddress}`,
    `  remote_addrs = ${peer.address === "any" ? "%any" : peer.address}`,
    `  proposals = ${IKE_PROPOSAL}`,
    `  rekey_time = ${IKE_REKEY}`,
    `  dpd_delay = ${DPD_DELAY}`,
    `  dpd_timeout = ${DPD_TIMEOUT}`,
    "  # Once more, whenever; a hospital's line comes back by itself.",
    "  keyingtries = 0",
    "  mobike = no",
    "  unique = replace",
    "  fragmentation = yes",
    "  local {",
    ...(isShared ? ["    auth = psk"] : ["    auth = pubkey", `    certs = ${tunnel.certificate}`]),
    `    id = ${tunnel.identity}`,
    "  }",
    "  remote {",
    ...(isShared
      ? ["    auth = psk"]
      : ["    auth = pubkey", `    cacerts = ${tunnel.authority}`, "    revocation = ifuri"]),
    `    id = ${peer.identity}`,
    "  }",
    "  children {",
    ...indented(indented(children(site, contract))),
    "  }",
    "}",
  ]
}

/**
 * Measure 2: host to host, and only towards the ports of this contract. A tunnel for each way, so that no port is open in
 * both because it is in one. The hospital makes them and holds them; a reading centre waits, for it may have no address to call.
 */
function children(site: Site, contract: Contract): string[] {
  const { role, tunnel } = site
  const isMaker = role === "edge" && contract.peer.address !== "any"
  const called = (host: string, ports: readonly number[]): string =>
    ports.map((port) => `${host}[tcp/${port}]`).join(",")
  return WAYS.filter(({ way }) => contract[way].length > 0).flatMap(({ way, name }) => {
    const isOurs = way === "weReach"
    const local = isOurs ? `${tunnel.inner}[tcp]` : called(tunnel.inner, contract.theyReach)
    const remote = isOurs ? called(contract.inner, contract.weReach) : `${contract.inner}[tcp]`
    return [
      `${name} {`,
      `  local_ts = ${local}`,
      `  remote_ts = ${remote}`,
      `  esp_proposals = ${ESP_PROPOSAL}`,
      `  rekey_time = ${ESP_REKEY}`,
      `  reqid = ${reqidOf(site, contract, way)}`,
      `  start_action = ${isMaker ? "start" : "none"}`,
      `  close_action = ${isMaker ? "start" : "none"}`,
      `  dpd_action = ${isMaker ? "restart" : "clear"}`,
      "}",
    ]
  })
}

/** What a tunnel needs and nothing beside: each other part of charon is one that could be attacked. */
const PLUGINS =
  "random nonce kdf hmac sha2 aes gcm openssl pem pkcs1 pkcs8 x509 pubkey revocation constraints kernel-netlink socket-default vici updown"

export function charonSettings({ tunnel }: Site): string {
  const isUser = tunnel.datapath === "user"
  return printed([
    "charon-systemd {",
    "  load_modular = no",
    `  load = ${isUser ? PLUGINS.replace("kernel-netlink", "kernel-libipsec kernel-netlink") : PLUGINS}`,
    "  install_virtual_ip = no",
    "  # A half-open crowd is answered with cookies, then not at all (RFC 7296 2.6).",
    "  cookie_threshold = 10",
    "  block_threshold = 5",
    ...(isUser ? USER_SPACE : []),
    "}",
  ])
}

/** kernel-libipsec: ESP in a TUN device; its own packets to the peer, marked, go around that (strongSwan, kernel-libipsec). */
const USER_SPACE = [
  "  plugins {",
  "    kernel-libipsec {",
  "      load = yes",
  "      allow_peer_ts = yes",
  "    }",
  "    kernel-netlink {",
  "      fwmark = !0x42",
  "    }",
  "    socket-default {",
  "      fwmark = 0x42",
  "    }",
  "  }",
]
