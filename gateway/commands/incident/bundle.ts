/**
 * `dokuei incident bundle FILE --to DIR`: what an investigation needs, in a folder of its own, its digests signed by the seal.
 * `openssl` and `sha256sum` check it (docs/operation.md, section 8).
 */
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { Command } from "commander"
import { systemChance, systemClock } from "../../clock.ts"
import { loadConfig } from "../../config/load.ts"
import type { Config } from "../../config/schema.ts"
import { keyPlaces, refusedPinsFolder } from "../../foundation/own-keys.ts"
import { BackupError } from "../../journey/errors.ts"
import { signData } from "../../standards/cms/sign-data.ts"
import { keyStore } from "../../storage/keys/key-store.ts"
import { syncMediumFolder } from "../../storage/sync-folder.ts"
import { leaveNote } from "../../storage/trail/used-notes.ts"
import { wholeRecords } from "../backup/contents.ts"
import { nameOf, prefixOf } from "../backup/generations.ts"
import { recoveryCertificate } from "../backup/recovery-certificate.ts"
import { copy, piecesOf, seal, type Clear } from "../backup/sealed-file.ts"
import { caller } from "../caller.ts"
import { loadSite } from "../site/load-site.ts"
import { exhibits } from "./exhibits.ts"

const OWNER_ONLY_FOLDER = 0o700
const SUMS = "SHA256SUMS.p7m"

interface BundleOptions {
  readonly to: string
  readonly for?: string
  readonly site?: string
}

export const incidentCommand = (): Command =>
  new Command("incident").description("what an investigation needs").addCommand(
    new Command("bundle")
      .description("audit trail, configuration, states, checks and network of now, signed by the seal")
      .argument("<file>", "configuration")
      .requiredOption("--to <dir>", "folder to make it in")
      .option(
        "--for <certificate>",
        "whom it is encrypted for, PEM; without it the trail names patients in the clear",
      )
      .option("--site <file>", "site file")
      .action(async (file: string, options: BundleOptions) => {
        process.stdout.write(`${await bundle(file, options)}\n`)
      }),
  )

/**
 * Whole or not at all: the signed digests come last, and without them it is none. With `--for` nothing is on the medium in the
 * clear at any moment, also where this is killed.
 *
 * @returns what is to be said. @throws ERR_BACKUP_TARGET, and what the system throws
 */
export async function bundle(file: string, options: BundleOptions): Promise<string> {
  const config = loadConfig(file, "unseen")
  if (statSync(options.to, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new BackupError("ERR_BACKUP_TARGET", `${options.to} is no folder: is the medium mounted?`)
  const laid = await layer(options.for)
  const folder = join(options.to, `incident-${nameOf(prefixOf(config), systemClock.now())}`)
  mkdirSync(folder, { mode: OWNER_ONLY_FOLDER })
  const sums: string[] = []
  try {
    for await (const [name, clear] of evidence(config, file, options.site))
      sums.push(await laid(folder, name, clear))
    await copy(whole(await signed(config, sums.join(""))), join(folder, SUMS))
    await syncMediumFolder(folder)
    await syncMediumFolder(options.to)
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw error
  }
  const deed = `evidence of an incident was taken: ${folder}`
  await leaveNote(join(config.dataDir, "audit.jsonl"), {
    at: systemClock.now().toISOString(),
    user: caller(),
    deed,
  })
  const manner =
    options.for === undefined ? "; in the clear, and the audit trail names patients" : ", encrypted"
  return `${folder}: ${sums.length} files, signed${manner}`
}

/** Lays one piece of evidence into the folder. Resolves with its line, as sha256sum(1) reads it. */
type Layer = (folder: string, name: string, clear: Clear) => Promise<string>

/** Digests are of what lies there, so that whoever has no key can compare too. */
async function layer(recipient: string | undefined): Promise<Layer> {
  if (recipient === undefined)
    return async (folder, name, clear) => `${(await copy(clear, join(folder, name))).sha256}  ${name}\n`
  const { certificate } = await recoveryCertificate(recipient)
  const to = { certificate, chance: systemChance }
  return async (folder, name, clear) =>
    `${(await seal(clear, join(folder, `${name}.p7m`), to)).sealedSha256}  ${name}.p7m\n`
}

/** The configuration names files with secrets, and holds none. The trail counts up to its last whole record: the gateway writes on. */
async function* evidence(
  config: Config,
  file: string,
  site: string | undefined,
): AsyncGenerator<readonly [name: string, clear: Clear]> {
  const trail = join(config.dataDir, "audit.jsonl")
  const lengthBytes = await wholeRecords(trail)
  yield ["audit.jsonl", { lengthBytes, pieces: piecesOf(trail, lengthBytes) }]
  yield ["configuration.yaml", whole(readFileSync(file))]
  const told = await exhibits(config, site === undefined ? null : loadSite(site), caller())
  for (const [name, text] of told) yield [name, whole(Buffer.from(text))]
}

const whole = (octets: Uint8Array): Clear => ({ lengthBytes: octets.length, pieces: [octets] })

async function signed(config: Config, content: string): Promise<Uint8Array> {
  const { seal } = keyPlaces(config)
  const keys = await keyStore(seal === undefined ? {} : { seal }, refusedPinsFolder(config))
  try {
    return await signData({
      content: Buffer.from(content),
      chain: keys.chain("seal"),
      at: systemClock.now(),
      sign: (bytes) => keys.sign("seal", bytes),
    })
  } finally {
    keys.close()
  }
}
