/** The settings that name a file or a folder: where they stand, and whether what they name is there. */
import { existsSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"
import type { Issue } from "./issue.ts"

/** Dotted; `*` stands for every item of a list. */
const FILES = [
  "keys.passphraseFile",
  "keys.seal.key",
  "keys.seal.chain",
  "keys.seal.pkcs11.module",
  "keys.seal.pkcs11.pinFile",
  "keys.object.key",
  "keys.object.pkcs11.module",
  "keys.object.pkcs11.pinFile",
  "keys.object.chain",
  "keys.retired.*.key",
  "keys.retired.*.pkcs11.module",
  "keys.retired.*.pkcs11.pinFile",
  "keys.retired.*.chain",
  "keys.tls.key",
  "keys.tls.chain",
  "keys.signingService.ca",
  "keys.signingService.clientSecretFile",
  "trust.tlsCa",
  "trust.sealCa",
  "trust.hpkiRoots",
  "trust.tsaRoots",
  "trust.qualified.roots",
  "agreements.*.objectCertificate",
  "desk.machineTokens.*.tokenFile",
  "desk.cards.key",
  "desk.cards.chain",
  "desk.cards.authorities",
  "audit.collectors.*.ca",
  "audit.joining",
  "mail.server.ca",
  "mail.server.passwordFile",
  "directory.ca",
  "directory.passwordFile",
  "dicom.tls.key",
  "dicom.tls.chain",
  "dicom.tls.ca",
  "dicom.web.senders.*.tokenFile",
  "backup.recoveryCertificate",
] as const
const FOLDERS = ["keys.persons", "trust.crls"] as const
/** Made when it is not there. */
const MADE = ["dataDir"] as const
/** There when their share is mounted: images of other doors do not wait for it. */
const MOUNTED = ["dicom.folders.*.path"] as const

/** Below it are the credentials of units, each unit's while it runs and no longer (systemd.exec(5), LoadCredential). */
const CREDENTIALS = "/run/credentials/"

/** Is the file one that systemd opens for a unit, and the unit does not run? Then nobody can look at it. */
export const isSealed = (path: string): boolean => path.startsWith(CREDENTIALS) && !existsSync(dirname(path))

/** Rewrites every named path to an absolute one, in place. Values that are not strings are left to the schema. */
export function makePathsAbsolute(config: unknown, baseDir: string): void {
  for (const pattern of [...FILES, ...FOLDERS, ...MADE, ...MOUNTED])
    for (const place of places(config, pattern)) place.set(resolve(baseDir, place.value))
}

/** Every file that is named, by its setting. */
export const namedFiles = (config: unknown): readonly { readonly setting: string; readonly path: string }[] =>
  FILES.flatMap((pattern) => [...places(config, pattern)]).map(({ path, value }) => ({
    setting: path,
    path: value,
  }))

/** One issue per named path that does not lead to what it should; what is sealed is not looked for. */
export function missingFiles(config: unknown): Issue[] {
  const check = (patterns: readonly string[], isFolder: boolean): Issue[] =>
    patterns
      .flatMap((pattern) => [...places(config, pattern)])
      .flatMap(({ path, value }) => {
        const fault = isSealed(value) ? null : faultOf(value, isFolder)
        return fault === null ? [] : [{ path, message: `${value} ${fault}`, file: true }]
      })
  return [...check(FILES, false), ...check(FOLDERS, true)]
}

function faultOf(path: string, isFolder: boolean): string | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return "does not exist"
    return stat.isDirectory() === isFolder ? null : `is not a ${isFolder ? "folder" : "file"}`
  } catch (error) {
    if (error instanceof Error && "code" in error) return `cannot be looked at (${String(error.code)})`
    throw error
  }
}

interface Place {
  readonly path: string
  readonly value: string
  readonly set: (value: string) => void
}

/** Every string that a pattern leads to. */
function* places(value: unknown, pattern: string, path = ""): Generator<Place> {
  if (typeof value !== "object" || value === null) return
  const [head = "", ...rest] = pattern.split(".")
  const holder = value as Record<string, unknown>
  for (const key of head === "*" ? Object.keys(holder) : [head]) {
    const here = path === "" ? key : `${path}.${key}`
    const child = holder[key]
    if (rest.length > 0) yield* places(child, rest.join("."), here)
    else if (typeof child === "string" && child !== "")
      yield { path: here, value: child, set: (next) => (holder[key] = next) }
  }
}
