/** Asks this machine what it is and does: its own programs, in their machine-readable forms. Nothing is changed by asking. */
import { execFileSync } from "node:child_process"
import { X509Certificate } from "node:crypto"
import { readFileSync, statfsSync, statSync } from "node:fs"
import { connect as connectTls } from "node:tls"
import { chronyTimeCheck } from "../../actors/time-client/chrony.ts"
import type { Config } from "../../config/schema.ts"
import type { Listener, Machine, PulledLever, Told, Tunnel } from "../../doctor/machine.ts"
import { LEVER_NAMES } from "../../journey/ports/levers.ts"
import { rendered } from "../../site/rendered.ts"
import type { Site } from "../../site/site.ts"
import { readLevers } from "../../storage/levers/levers-file.ts"
import { lastBackup } from "../backup/last-backup.ts"
import { differencesAt } from "../site/differences.ts"

const TIMEOUT_MS = 10_000
const VERSIONS = ["TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1"] as const
const HANDSHAKE_MS = 3_000
const MIB = 1024 * 1024

/** @param root where the machine's own files begin */
export async function probe(site: Site | null, config: Config | null, root: string): Promise<Machine> {
  const filter = told(() => readFilter(run("nft", "-j", "list", "ruleset")))
  const sas = told(() => run("swanctl", "--list-sas", "--noblock"))
  return {
    differing: site === null ? unasked() : told(() => differing(site, root)),
    counters: mapped(filter, ({ counters }) => counters),
    policies: mapped(filter, ({ policies }) => policies),
    forwarding: told(() => readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8").trim() !== "0"),
    ways: waysOf(site),
    listeners: told(() => readListeners(run("ss", "-Hltn"))),
    tunnels: mapped(sas, readTunnels),
    suites: mapped(sas, readSuites),
    clock: await toldLater(async () => chronyTimeCheck().read()),
    wireless: told(() => readWireless(run("ip", "-j", "link"))),
    dataVolume: config === null ? unasked() : told(() => dataVolume(config.dataDir)),
    levers: config === null ? unasked() : told(() => leversIn(config.dataDir)),
    backup:
      config === null ? unasked() : await toldLater(async () => (await lastBackup(config.dataDir)) ?? "none"),
    swap: told(() => readFileSync("/proc/swaps", "utf8").trim().split("\n").length > 1),
    secrets: secretsOf(config).map((path) => ({ path, mode: told(() => statSync(path).mode & 0o777) })),
    doorVersions: config === null ? unasked() : await toldLater(async () => doorVersions(config)),
    certificates: certificatesOf(config).map((path) => ({
      path,
      notAfter: told(() => new X509Certificate(readFileSync(path)).validToDate),
    })),
  }
}

function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    stdio: ["ignore", "pipe", "pipe"],
  })
}

function told<T>(look: () => T): Told<T> {
  try {
    return { value: look(), why: "" }
  } catch (error) {
    return { value: null, why: reason(error) }
  }
}

async function toldLater<T>(look: () => Promise<T>): Promise<Told<T>> {
  try {
    return { value: await look(), why: "" }
  } catch (error) {
    return { value: null, why: reason(error) }
  }
}

/** Of what a program printed its first line: it is for people, and never more than one. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return "nobody knows why"
  const printed = "stderr" in error && typeof error.stderr === "string" ? error.stderr.trim() : ""
  return (printed === "" ? error.message : printed).split("\n")[0] ?? ""
}

const unasked = <T>(): Told<T> => ({ value: null, why: "not asked" })
const mapped = <T, U>({ value, why }: Told<T>, map: (value: T) => U): Told<U> =>
  value === null ? { value: null, why } : told(() => map(value))

function leversIn(dataDir: string): PulledLever[] {
  const levers = readLevers(dataDir)
  return LEVER_NAMES.flatMap((lever) => {
    const pulled = levers[lever]
    return pulled === null ? [] : [{ lever, ...pulled }]
  })
}

function differing(site: Site, root: string): string[] {
  return rendered(site).flatMap((each) => {
    const [first] = differencesAt(root, each)
    if (first === undefined) return []
    const { lineNumber, text } = first
    return [
      `${each.path} ${lineNumber === 0 ? `is not as it should be ${text}` : `differs from line ${lineNumber} on`}`,
    ]
  })
}

interface NftNamed {
  readonly table: string
  readonly name: string
  /** Of a counter. */
  readonly packets?: number
  /** Of a chain. */
  readonly policy?: string
}

interface NftObject {
  readonly counter?: NftNamed
  readonly chain?: NftNamed
}

/** libnftables-json(5). @throws where our table is not loaded */
function readFilter(json: string) {
  const { nftables } = JSON.parse(json) as { readonly nftables: readonly NftObject[] }
  const ours = nftables
    .flatMap(({ counter, chain }) => counter ?? chain ?? [])
    .filter(({ table }) => table === "dokuei")
  if (ours.length === 0) throw new Error("the packet filter is not loaded")
  return {
    counters: new Map(
      ours.flatMap(({ name, packets }) => (packets === undefined ? [] : [[name, packets] as const])),
    ),
    policies: new Map(
      ours.flatMap(({ name, policy }) => (policy === undefined ? [] : [[name, policy] as const])),
    ),
  }
}

function waysOf(site: Site | null): ReadonlyMap<string, string> {
  const addresses = (site?.contracts ?? []).flatMap(({ inner, peer }) =>
    peer.address === "any" ? [inner] : [inner, peer.address],
  )
  return new Map(
    addresses.map((address) => {
      const { value, why } = told(() => run("ip", "route", "get", address))
      return [address, value === null ? why : (value.split("\n")[0] ?? "").trim()]
    }),
  )
}

/** ss(8): the fourth word is the address a door listens on. */
export const readListeners = (printed: string): Listener[] =>
  printed.split("\n").flatMap((line) => {
    const own = line.trim().split(/\s+/)[3]
    const at = own?.lastIndexOf(":") ?? -1
    if (own === undefined || at < 0) return []
    return [{ address: own.slice(0, at).replace(/%.*$/, ""), port: Number(own.slice(at + 1)) }]
  })

/** swanctl(8), --list-sas: a connection begins at the margin, its tunnels are indented by two, their words by four. */
export function readTunnels(printed: string): Tunnel[] {
  const found: Tunnel[] = []
  let connection = ""
  let open: { name: string; cipher: string; installed: boolean; local: string } | null = null
  for (const line of printed.split("\n")) {
    connection = /^(\S+): #\d+/.exec(line)?.[1] ?? connection
    const child = /^ {2}(\S+): #\d+, reqid \d+, (\w+), \w+(?:-in-UDP)?, ESP:(\S+)/.exec(line)
    if (child !== null)
      open = {
        name: child[1] ?? "",
        installed: child[2] === "INSTALLED",
        cipher: cipherOf(child[3]),
        local: "",
      }
    if (open === null) continue
    open.local = /^ {4}local {2}(\S.*)$/.exec(line)?.[1] ?? open.local
    const remote = /^ {4}remote (\S.*)$/.exec(line)?.[1]
    if (remote === undefined) continue
    const { cipher, installed: up, local } = open
    found.push({ connection, local, remote, cipher, installed: up })
    open = null
  }
  return found
}

const cipherOf = (suite: string | undefined): string => (suite ?? "").split("/")[0] ?? ""

export const readSuites = (printed: string): string[] =>
  [...printed.matchAll(/^ {2}(\w[\w-]*\/PRF_[\w-]+\/[\w-]+)$/gm)].map((each) => each[1] ?? "")

function readWireless(json: string): string[] {
  const links = JSON.parse(json) as readonly { readonly ifname: string; readonly flags: readonly string[] }[]
  return links
    .filter(({ ifname, flags }) => ifname.startsWith("wl") && flags.includes("UP"))
    .map(({ ifname }) => ifname)
}

function dataVolume(folder: string): { isEncrypted: boolean; freeMiB: number } {
  const source = run("findmnt", "-n", "-o", "SOURCE", "--target", folder).trim()
  const kinds = source.startsWith("/dev/") ? run("lsblk", "-n", "-s", "-o", "TYPE", source) : ""
  const { bavail, bsize } = statfsSync(folder)
  return { isEncrypted: /^\W*crypt$/m.test(kinds), freeMiB: Math.floor((bavail * bsize) / MIB) }
}

/** By trying each: this is what a stranger meets, whatever is configured. */
async function doorVersions({ xdr }: Config): Promise<readonly string[]> {
  const taken: string[] = []
  for (const version of VERSIONS) if (await takes(xdr.host, xdr.port, version)) taken.push(version)
  if (taken.length === 0) throw new Error(`nothing answers on ${xdr.host}:${xdr.port}`)
  return taken
}

function takes(host: string, port: number, version: (typeof VERSIONS)[number]): Promise<boolean> {
  return new Promise((resolve) => {
    const ciphers = "DEFAULT@SECLEVEL=0"
    const socket = connectTls({
      host,
      port,
      minVersion: version,
      maxVersion: version,
      ciphers,
      rejectUnauthorized: false,
    })
    const tell = (isTaken: boolean): void => {
      socket.destroy()
      resolve(isTaken)
    }
    socket.setTimeout(HANDSHAKE_MS, () => {
      tell(false)
    })
    // The first secret is there as soon as both have agreed on the version, long before the door has seen a certificate.
    socket.once("keylog", () => {
      tell(true)
    })
    socket.once("error", () => {
      tell(false)
    })
  })
}

/** Keys, what opens them, and what the gateway logs in with at others. Of keys in a token there is the file with its PIN. */
export function secretsOf(config: Config | null): string[] {
  if (config === null) return []
  const { passphraseFile, seal, object, tls, retired, signingService } = config.keys
  const keys = [seal, object, tls, ...retired].map((each) =>
    "key" in each ? each.key : each.pkcs11?.pinFile,
  )
  const logins = [
    signingService?.clientSecretFile,
    config.mail?.server.passwordFile,
    "directory" in config ? config.directory?.passwordFile : undefined,
  ]
  return [...new Set([passphraseFile, ...keys, ...logins])].filter((each) => each !== undefined)
}

const certificatesOf = (config: Config | null): string[] =>
  config === null ? [] : [config.keys.seal, config.keys.object, config.keys.tls].map(({ chain }) => chain)
