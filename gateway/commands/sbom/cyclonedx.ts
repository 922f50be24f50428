/**
 * Software bill of materials: CycloneDX 1.5 (ECMA-424's forerunner) in JSON, of what npm's lock file says. Says the
 * same for the same lock file: no time and no chance are in it, its serial number is a digest.
 */
import { nameOf, neededBy, resolveFrom, type LockedPackage, type Packages } from "./lock-file.ts"
import { partsOf, type Platform } from "./parts.ts"
import { sha256Hex } from "../../standards/sha256.ts"

/** Packages whose maker names no licence in package.json; read from the LICENSE file of that version. */
const READ_BY_US: Readonly<Record<string, string>> = { "png-js": "MIT", rechoir: "MIT" }
/** npm packages that are Node itself: vulnerabilities are published under its own name. */
const NODE = "node-linux-"
/** Says where a part runs: `gateway`, or `viewer` when it is only in the bundle for browsers. */
const RUNS_IN = "dokuei:runs-in"
/** Base64 digests of package-lock.json, in CycloneDX's names (Subresource Integrity → hash-alg). */
const ALGORITHMS: Readonly<Record<string, string>> = {
  sha512: "SHA-512",
  sha384: "SHA-384",
  sha256: "SHA-256",
  sha1: "SHA-1",
}

type Licence = { readonly license: { readonly id: string } } | { readonly expression: string }

/** One part: `component` of the schema. */
export interface Component {
  readonly type: "application" | "library" | "platform"
  readonly "bom-ref": string
  readonly group?: string
  readonly name: string
  readonly version: string
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
  readonly licenses: readonly Licence[]
  readonly cpe?: string
  readonly purl: string
  readonly properties?: readonly { readonly name: string; readonly value: string }[]
}

/** The document: `bom` of the schema, as far as we fill it in. */
export interface Bom {
  readonly $schema: string
  readonly bomFormat: "CycloneDX"
  readonly specVersion: "1.5"
  readonly serialNumber: string
  readonly version: 1
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

/** Every part of an installation on `platform`, in the order of their names; one that lies in several folders once. */
export function cycloneDx(packages: Packages, platform: Platform): Bom {
  const { gateway, viewer } = partsOf(packages, platform)
  const folders = new Set([...gateway, ...viewer])
  const parts = [
    ...viewer.map((folder) => component(folder, packageAt(packages, folder), "viewer")),
    ...gateway.map((folder) => component(folder, packageAt(packages, folder), "gateway")),
  ]
  // Of a part that lies in both, the gateway's is the later one and stays.
  const components = [...new Map(parts.map((part) => [part.purl, part])).values()].sort(byPurl)
  const itself = component("", packageAt(packages, ""), undefined)
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    serialNumber: serialNumber(components),
    version: 1,
    metadata: { component: itself },
    components,
    dependencies: dependencies(packages, folders),
  }
}

const byPurl = (one: Component, other: Component): number => (one.purl < other.purl ? -1 : 1)

function packageAt(packages: Packages, folder: string): LockedPackage {
  const locked = packages.get(folder)
  if (locked === undefined) throw new RangeError(`the lock file has no ${folder}`)
  return locked
}

function component(folder: string, locked: LockedPackage, runsIn: string | undefined): Component {
  const full = locked.name ?? nameOf(folder)
  const [name = full, group] = full.split("/").reverse()
  const { version } = locked
  const isNode = name.startsWith(NODE)
  return {
    type: folder === "" ? "application" : isNode ? "platform" : "library",
    "bom-ref": purl(full, version),
    ...(group === undefined ? {} : { group }),
    name,
    version,
    ...(locked.integrity === undefined ? {} : { hashes: hashes(locked.integrity) }),
    licenses: [licence(locked.license ?? READ_BY_US[name] ?? "")],
    ...(isNode ? { cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*` } : {}),
    purl: purl(full, version),
    ...(runsIn === undefined ? {} : { properties: [{ name: RUNS_IN, value: runsIn }] }),
  }
}

/** Package URL: the scope's `@` is percent-encoded. */
const purl = (name: string, version: string): string => `pkg:npm/${name.replace("@", "%40")}@${version}`

/** SPDX: one licence by its id, several as an expression. */
function licence(spdx: string): Licence {
  if (spdx === "") throw new RangeError("a package has no licence: read it and name it here")
  return /[ (]/.test(spdx) ? { expression: spdx } : { license: { id: spdx } }
}

/** `sha512-BASE64 sha1-BASE64` → algorithm and hexadecimal digest. */
function hashes(integrity: string): { alg: string; content: string }[] {
  return integrity.split(" ").flatMap((each) => {
    const [algorithm = "", digest = ""] = each.split("-", 2)
    const alg = ALGORITHMS[algorithm]
    return alg === undefined ? [] : [{ alg, content: Buffer.from(digest, "base64").toString("hex") }]
  })
}

/** What asks for what, by package URL: the folders of a package that lies in several are told as one. */
function dependencies(packages: Packages, folders: ReadonlySet<string>): Bom["dependencies"] {
  const asked = new Map<string, Set<string>>()
  for (const folder of ["", ...folders]) {
    const locked = packageAt(packages, folder)
    const ref = purl(locked.name ?? nameOf(folder), locked.version)
    const on = asked.get(ref) ?? new Set()
    for (const name of neededBy(locked)) {
      const found = resolveFrom(packages, folder, name)
      if (found !== undefined && folders.has(found)) on.add(purl(name, packageAt(packages, found).version))
    }
    asked.set(ref, on)
  }
  const told = [...asked].map(([ref, on]) => ({ ref, dependsOn: [...on].sort() }))
  return told.sort((one, other) => (one.ref < other.ref ? -1 : 1))
}

/** RFC 9562 version 8: a UUID of our own making, here of the parts' names and digests. */
function serialNumber(components: readonly Component[]): string {
  const hex = sha256Hex(JSON.stringify(components))
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) % 4)
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
  ]
  return `urn:uuid:${[...groups, hex.slice(20, 32)].join("-")}`
}
