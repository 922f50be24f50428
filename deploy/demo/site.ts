/** The demonstration's two sites on one machine: certificates, configuration files, ports that stay the same. */
import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer, type AddressInfo, type Server } from "node:net"
import { once } from "node:events"
import { join } from "node:path"
import { stringify } from "yaml"
import { pkiDemo, type PkiSummary } from "../../gateway/commands/pki.ts"
import { READER } from "./people.ts"

export const HOSPITAL = {
  name: "みほん市民病院",
  oid: "1.2.392.100495.20.3.999.1",
  institutionCode: "1311234567",
}
export const CENTER = {
  name: "架空読影センター",
  oid: "1.2.392.100495.20.3.999.2",
  institutionCode: "1317654321",
}
export const PATIENT_ID_DOMAIN = "1.2.392.100495.20.3.51.11311234567"
export const PIN = "demo-pin-0000"
export const AGREEMENT = { hospital: "kakuu-center", center: "mihon-hospital" }

const PORT_NAMES = [
  "dicom",
  "edgeXdr",
  "edgeDesk",
  "edgeHealth",
  "centerXdr",
  "centerDesk",
  "centerHealth",
  "tsa",
] as const
export type Ports = Readonly<Record<(typeof PORT_NAMES)[number], number>>

export interface Site {
  readonly dir: string
  readonly pki: PkiSummary
  readonly ports: Ports
  /** Names of ports that somebody else had taken meanwhile; others were drawn. */
  readonly movedPorts: readonly string[]
  readonly edgeConfig: string
  readonly centerConfig: string
  readonly machineToken: string
  readonly edgeOrigin: string
  readonly centerOrigin: string
}

export interface SiteOptions {
  /** e.g. `30d`, `5s`. */
  readonly imagesKept: string
  readonly quietPeriod: string
  /** How native images leave; by the settings' default as HTJ2K. */
  readonly recoding?: "htj2k" | "none"
  /** Whether messages say who sends them; by the settings' default not. */
  readonly xua?: "send" | "demand"
  /** How reports come to the hospital; by the settings' default the centre calls it. */
  readonly roadHome?: "dialled" | "held"
  /** Address of the DICOM door, for devices on other hosts; loopback when not given. */
  readonly dicomHost?: string
}

/** Makes the folder, or opens it as an earlier run left it. */
export async function openSite(dir: string, options: SiteOptions): Promise<Site> {
  mkdirSync(dir, { recursive: true })
  const pkiDir = join(dir, "pki")
  const pki = existsSync(join(pkiDir, "pki.json"))
    ? (JSON.parse(readFileSync(join(pkiDir, "pki.json"), "utf8")) as PkiSummary)
    : await pkiDemo(pkiDir, { pin: PIN, now: new Date(), chance: { bytes: (length) => randomBytes(length) } })
  const { ports, movedPorts } = await keptPorts(join(dir, "ports.json"))
  for (const name of ["edge", "center"]) keptSecret(join(dir, `${name}.passphrase`))
  const site = {
    dir,
    pki,
    ports,
    movedPorts,
    edgeConfig: join(dir, "edge.yaml"),
    centerConfig: join(dir, "center.yaml"),
    machineToken: keptSecret(join(dir, "his.token")),
    edgeOrigin: `http://edge.localhost:${ports.edgeDesk}`,
    centerOrigin: `http://center.localhost:${ports.centerDesk}`,
  }
  writeFileSync(site.edgeConfig, stringify(edgeConfig(site, options)))
  writeFileSync(site.centerConfig, stringify(centerConfig(site, options)))
  return site
}

function keptSecret(path: string): string {
  if (!existsSync(path)) writeFileSync(path, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 })
  return readFileSync(path, "utf8").trim()
}

/**
 * Bookmarks and installed pages belong to an origin: ports stay what they were, but for those that somebody else has
 * taken meanwhile. Throws when all of them are taken: then this demonstration runs already.
 */
async function keptPorts(path: string): Promise<{ ports: Ports; movedPorts: readonly string[] }> {
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Ports) : null
  // Those that are kept are held while others are drawn, so that none is drawn twice.
  const holders = await Promise.all(PORT_NAMES.map((name) => hold(kept?.[name] ?? 0)))
  const taken = PORT_NAMES.filter((_name, index) => holders[index] === null)
  const drawn = await Promise.all(holders.map(async (holder) => holder ?? (await hold(0))))
  const ports = Object.fromEntries(
    PORT_NAMES.map((name, index) => [name, (drawn[index]?.address() as AddressInfo).port]),
  ) as Ports
  for (const holder of drawn) holder?.close()
  if (taken.length === PORT_NAMES.length)
    throw new Error(`every port of ${path} is taken: does this demonstration run already?`)
  writeFileSync(path, JSON.stringify(ports, null, 2))
  return { ports, movedPorts: taken }
}

/** Null when somebody else has the port. */
async function hold(port: number): Promise<Server | null> {
  const server = createServer().listen(port, "127.0.0.1")
  try {
    await once(server, "listening")
    return server
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return null
    throw error
  }
}

type Draft = Pick<Site, "dir" | "pki" | "ports" | "edgeOrigin" | "centerOrigin">

function common(site: Draft, role: "edge" | "center") {
  const key = (name: string) => ({
    key: `pki/${role}/${name}.key.pem`,
    chain: `pki/${role}/${name}.chain.pem`,
  })
  const { ports } = site
  const [xdr, desk, health] =
    role === "edge"
      ? [ports.edgeXdr, ports.edgeDesk, ports.edgeHealth]
      : [ports.centerXdr, ports.centerDesk, ports.centerHealth]
  const { trust } = site.pki
  return {
    role,
    dataDir: `${role}-data`,
    site: { ...(role === "edge" ? HOSPITAL : CENTER), timeZone: "Asia/Tokyo" },
    xdr: { host: "127.0.0.1", port: xdr },
    desk: {
      host: "127.0.0.1",
      port: desk,
      origin: role === "edge" ? site.edgeOrigin : site.centerOrigin,
      rpId: `${role}.localhost`,
    },
    health: { host: "127.0.0.1", port: health },
    keys: { passphraseFile: `${role}.passphrase`, seal: key("seal"), object: key("object"), tls: key("tls") },
    trust: {
      tlsCa: `pki/${trust.tls}`,
      sealCa: `pki/${trust.seal}`,
      hpkiRoots: `pki/${trust.hpki}`,
      tsaRoots: `pki/${trust.tsa}`,
      crls: "pki/trust/crls",
      allowTestPolicies: true,
    },
    timeStamp: { url: `http://127.0.0.1:${ports.tsa}/` },
    // A demonstration runs anywhere, also where nobody keeps the clock; its pages and /healthz say so.
    time: { check: "none" },
  }
}

function agreement(site: Draft, partner: "edge" | "center", options: SiteOptions) {
  const pin = (name: string): string[] => [site.pki.spkiSha256[`${partner}/${name}`] ?? ""]
  const readerPin = site.pki.spkiSha256[`readers/${READER.login}`] ?? ""
  const { ports } = site
  const { roadHome = "dialled" } = options
  const port = partner === "center" ? ports.centerXdr : ports.edgeXdr
  const endpoint = { endpoint: `https://127.0.0.1:${port}/xdr/recipient` }
  return {
    id: partner === "center" ? AGREEMENT.hospital : AGREEMENT.center,
    partner: partner === "center" ? CENTER : HOSPITAL,
    // A hospital that holds a connection open is never called.
    ...(roadHome === "held" && partner === "edge" ? {} : endpoint),
    roadHome,
    tlsPins: pin("tls"),
    sealPins: pin("seal"),
    // The centre signs and the hospital checks: only there the list says anything.
    readers: partner === "center" ? [{ name: READER.name, spkiSha256: readerPin }] : [],
    objectCertificate: `pki/${partner}/object.chain.pem`,
    accepts:
      partner === "center"
        ? ["report", "receipt", "certificate", "phantom"]
        : ["study", "receipt", "acknowledgement", "phantom"],
    retention: { images: options.imagesKept },
    ...(options.recoding === undefined ? {} : { recoding: options.recoding }),
    ...(options.xua === undefined ? {} : { xua: options.xua }),
    urgency: {
      STAT: { label: "緊急", dueMinutes: 60 },
      HIGH: { label: "至急", dueMinutes: 240 },
      ROUTINE: { label: "通常", dueMinutes: 1440 },
    },
    patientIdDomain: PATIENT_ID_DOMAIN,
    validFrom: "2026-01-01",
    validUntil: "2036-01-01",
    demarcation: [
      { segment: "撮影装置から病院ゲートウェイまで", responsible: HOSPITAL.name },
      { segment: "病院ゲートウェイから読影センターまで", responsible: CENTER.name },
    ],
    firstResponder: "読影センター当直 03-0000-0000",
  }
}

function edgeConfig(site: Draft, options: SiteOptions) {
  const base = common(site, "edge")
  return {
    ...base,
    desk: { ...base.desk, machineTokens: [{ name: "his", tokenFile: "his.token" }] },
    dicom: {
      host: options.dicomHost ?? "127.0.0.1",
      port: site.ports.dicom,
      aeTitle: "DOKUEI",
      modalities: [{ aeTitle: "MR1", quietPeriod: options.quietPeriod }],
    },
    agreements: [agreement(site, "center", options)],
  }
}

function centerConfig(site: Draft, options: SiteOptions) {
  const base = common(site, "center")
  return {
    ...base,
    keys: { ...base.keys, persons: "pki/readers" },
    agreements: [agreement(site, "edge", options)],
  }
}
