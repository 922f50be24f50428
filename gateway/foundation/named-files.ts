/**
 * What the files hold that a configuration names, and what only a person can have meant otherwise: looked at by
 * `dokuei check-config`, before a start finds them one by one.
 */
import { readFile } from "node:fs/promises"
import { isSealed } from "../config/files.ts"
import type { Config } from "../config/schema.ts"
import type { Issue } from "../config/issue.ts"
import { KeyError } from "../journey/errors.ts"
import { keyStore } from "../storage/keys/key-store.ts"
import { readPassphrase } from "../storage/keys/pem-files.ts"
import { tryDataFolder } from "../storage/spool/data-folder.ts"
import { cardDoorIssues } from "./card-door-files.ts"
import { demandCertificate, demandChain, fault, keyIssue, type KeyPair } from "./file-faults.ts"
import { refusedPinsFolder } from "./own-keys.ts"

/** Every fault, by the path of its setting; files that are not there are told elsewhere, sealed ones not looked at. */
export async function namedFileIssues(config: Config, now: Date): Promise<readonly Issue[]> {
  const looked = await Promise.all([
    fault("dataDir", () => tryDataFolder(config.dataDir)),
    isSealed(config.keys.passphraseFile)
      ? null
      : fault("keys.passphraseFile", () => readPassphrase(config.keys.passphraseFile)),
    ...keyPairs(config).map((pair) => keyIssue(pair, now)),
    ...(["seal", "object"] as const).map((use) =>
      config.keys[use].pkcs11 === undefined
        ? null
        : fault(`keys.${use}.chain`, () => demandChain(config.keys[use].chain, now)),
    ),
    ...(["seal", "object"] as const).map((use) => tokenIssue(config, config.keys[use], use, `keys.${use}`)),
    ...config.keys.retired.map((place, index) =>
      tokenIssue(config, place, "object", `keys.retired.${index}`),
    ),
    ...(["tlsCa", "sealCa", "hpkiRoots", "tsaRoots"] as const).map((name) =>
      fault(`trust.${name}`, () => demandCertificate(config.trust[name])),
    ),
    ...config.agreements.map(({ objectCertificate }, index) =>
      objectCertificate === undefined
        ? null
        : fault(`agreements.${index}.objectCertificate`, () => demandChain(objectCertificate, now)),
    ),
    ...otherAuthorities(config).map(({ path, file }) => fault(path, () => demandCertificate(file))),
    ...tokenFiles(config).map(({ path, file }) => fault(path, () => tokenIn(file))),
  ])
  const found = looked.flatMap((issue) => issue ?? [])
  return [...found, ...(await cardDoorIssues(config, now)), ...placeholders(config), ...wildcards(config)]
}

function keyPairs(config: Config): KeyPair[] {
  const own = (["seal", "object", "tls"] as const).flatMap((use): KeyPair[] => {
    const { key, chain } = config.keys[use]
    return key === undefined ? [] : [{ path: `keys.${use}`, key, chain }]
  })
  const retired = config.keys.retired.flatMap(({ key, chain }, index) =>
    key === undefined ? [] : [{ path: `keys.retired.${index}`, key, chain, mayBeOver: true }],
  )
  const tls = "dicom" in config ? config.dicom.tls : undefined
  own.push(...retired)
  return tls === undefined ? own : [...own, { path: "dicom.tls", key: tls.key, chain: tls.chain }]
}

/** The key in its token is tried against its certificate, as a start does; a PIN that is refused is tried once here, too. */
async function tokenIssue(
  config: Config,
  { pkcs11, chain }: Config["keys"]["seal"],
  use: "seal" | "object",
  path: string,
): Promise<Issue | null> {
  if (pkcs11 === undefined || isSealed(pkcs11.pinFile)) return null
  return fault(`${path}.pkcs11`, async () => {
    const place = { [use]: { ...pkcs11, chainFile: chain } }
    ;(await keyStore(place, refusedPinsFolder(config))).close()
  })
}

/** Authorities of others than partners: collectors, the mail server, devices, the directory; and who may open a backup. */
function otherAuthorities(config: Config): { readonly path: string; readonly file: string }[] {
  const service = config.keys.signingService
  const signing = service === undefined ? [] : [{ path: "keys.signingService.ca", file: service.ca }]
  const collectors = config.audit.collectors.map(({ ca }, index) => ({
    path: `audit.collectors.${index}.ca`,
    file: ca,
  }))
  const mail = config.mail === undefined ? [] : [{ path: "mail.server.ca", file: config.mail.server.ca }]
  const tls = "dicom" in config ? config.dicom.tls : undefined
  const directory = "directory" in config ? config.directory?.ca : undefined
  const recovery = config.backup?.recoveryCertificate
  const qualified = config.trust.qualified?.roots
  return [
    ...collectors,
    ...mail,
    ...(directory === undefined ? [] : [{ path: "directory.ca", file: directory }]),
    ...(qualified === undefined ? [] : [{ path: "trust.qualified.roots", file: qualified }]),
    ...(recovery === undefined ? [] : [{ path: "backup.recoveryCertificate", file: recovery }]),
    ...(tls === undefined ? [] : [{ path: "dicom.tls.ca", file: tls.ca }]),
    ...signing,
  ]
}

async function tokenIn(file: string): Promise<void> {
  if ((await readFile(file, "utf8")).trim() === "") throw new KeyError("ERR_KEY_MISSING", `${file} is empty`)
}

function tokenFiles(config: Config): { readonly path: string; readonly file: string }[] {
  const machines = config.desk.machineTokens.map(({ tokenFile }, index) => ({
    path: `desk.machineTokens.${index}.tokenFile`,
    file: tokenFile,
  }))
  const password = config.mail?.server.passwordFile
  const mail = password === undefined ? [] : [{ path: "mail.server.passwordFile", file: password }]
  const senders = "dicom" in config ? (config.dicom.web?.senders ?? []) : []
  const web = senders.flatMap(({ tokenFile }, index) =>
    tokenFile === undefined ? [] : [{ path: `dicom.web.senders.${index}.tokenFile`, file: tokenFile }],
  )
  const secret = config.keys.signingService?.clientSecretFile
  const signing = secret === undefined ? [] : [{ path: "keys.signingService.clientSecretFile", file: secret }]
  return [...machines, ...mail, ...web, ...signing].filter(({ file: each }) => !isSealed(each))
}

/** Digests have no sixty zeros in front; the examples' pins do. */
const PLACEHOLDER = /^0{60}/

function placeholders({ agreements }: Config): Issue[] {
  const message = "is the example's placeholder: ask the partner for the digest of theirs"
  const at = (path: string, pins: readonly string[]): Issue[] =>
    pins.flatMap((pin, index) => (PLACEHOLDER.test(pin) ? [{ path: `${path}.${index}`, message }] : []))
  return agreements.flatMap(({ tlsPins, sealPins, readers }, index) => [
    ...at(`agreements.${index}.tlsPins`, tlsPins),
    ...at(`agreements.${index}.sealPins`, sealPins),
    ...at(
      `agreements.${index}.readers`,
      readers.map(({ spkiSha256 }) => spkiSha256 ?? ""),
    ),
  ])
}

const WILDCARDS: ReadonlySet<string> = new Set(["0.0.0.0", "::", "[::]"])

/** A door of one zone that opens in all of them. */
function wildcards(config: Config): Issue[] {
  const dicom = "dicom" in config ? config.dicom : undefined
  const doors = { xdr: config.xdr, desk: config.desk, health: config.health, dicom }
  const all = { ...doors, "dicom.tls": dicom?.tls, "dicom.web": dicom?.web, "desk.cards": config.desk.cards }
  return Object.entries(all).flatMap(([name, door]) =>
    door !== undefined && WILDCARDS.has(door.host)
      ? [
          {
            path: `${name}.host`,
            message: `${door.host} is every address of this machine: name the one of its zone`,
          },
        ]
      : [],
  )
}
