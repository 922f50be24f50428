/**
 * `dokuei incident bundle FILE --to DIR`: what an investigation needs, in a folder of its own, its digests signed by the seal.
 * `openssl` and `sha256sum` check it (docs/operation.md, section 8).
 */
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { open } from "node:fs/promises"
import { join } from "node:path"
import { Command } from "commander"
import { systemChance, systemClock } from "../../clock.ts"
import { loadConfig } from "../../config/load.ts"
import type { Config } from "../../config/schema.ts"
import { keyPlaces, refusedPinsFolder } from "../../foundation/own-keys.ts"
import { BackupError } from "../../journey/errors.ts"
import { signData } from "../../standards/cms/sign-data.ts"
import { keyStore } from "../../storage/keys/key-store.ts"
import { leaveNote } from "../../storage/trail/used-notes.ts"
import { wholeRecords } from "../backup/contents.ts"
import { nameOf, prefixOf } from "../backup/generations.ts"
import { recoveryCertificate } from "../backup/recovery-certificate.ts"
import { sealFile } from "../backup/sealed-file.ts"
import { caller } from "../caller.ts"
import { loadSite } from "../site/load-site.ts"
import { exhibits } from "./exhibits.ts"

const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_FOLDER = 0o700
const SUMS = "SHA256SUMS.p7m"
const PIECE_BYTES = 1 << 20

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

/** Whole or not at all. @returns what is to be said. @throws ERR_BACKUP_TARGET, and what the system throws */
export async function bundle(file: string, options: BundleOptions): Promise<string> {
  const config = loadConfig(file, "unseen")
  if (statSync(options.to, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new BackupError("ERR_BACKUP_TARGET", `${options.to} is no folder: is the medium mounted?`)
  const folder = join(options.to, `incident-${nameOf(prefixOf(config), systemClock.now())}`)
  mkdirSync(folder, { mode: OWNER_ONLY_FOLDER })
  try {
    await gather(config, file, folder, options.site)
    const sums = await sumsOf(folder, options.for)
    await put(folder, SUMS, await signed(config, sums))
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
  const clear =
    options.for === undefined ? "; in the clear, and the audit trail names patients" : ", encrypted"
  return `${folder}: ${FILES.length} files, signed${clear}`
}

const FILES = [
  "audit.jsonl",
  "configuration.yaml",
  "about.json",
  "levers.json",
  "ledger.json",
  "doctor.json",
  "machine.txt",
]

/** The configuration names files with secrets, and holds none. */
async function gather(config: Config, file: string, folder: string, site: string | undefined): Promise<void> {
  await copyTrail(join(config.dataDir, "audit.jsonl"), folder)
  await put(folder, "configuration.yaml", readFileSync(file))
  const told = await exhibits(config, site === undefined ? null : loadSite(site), caller())
  for (const [name, text] of told) await put(folder, name, text)
}

/** Up to its last whole record: the gateway writes on. */
async function copyTrail(trail: string, folder: string): Promise<void> {
  const lengthBytes = await wholeRecords(trail)
  const [from, to] = [await open(trail, "r"), await open(join(folder, "audit.jsonl"), "wx", OWNER_ONLY_FILE)]
  try {
    const buffer = Buffer.alloc(PIECE_BYTES)
    for (let at = 0; at < lengthBytes;) {
      const { bytesRead } = await from.read(buffer, 0, Math.min(PIECE_BYTES, lengthBytes - at), at)
      if (bytesRead === 0) break
      await to.writeFile(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
    await to.sync()
  } finally {
    await from.close()
    await to.close()
  }
}

/** As sha256sum(1) reads them: of what lies there, so that whoever has no key can compare too. */
async function sumsOf(folder: string, recipient: string | undefined): Promise<string> {
  if (recipient === undefined) return FILES.map((name) => `${sha256(join(folder, name))}  ${name}\n`).join("")
  const { certificate } = await recoveryCertificate(recipient)
  const lines: string[] = []
  for (const name of FILES) {
    const clear = join(folder, name)
    const to = { certificate, chance: systemChance }
    const { sealedSha256 } = await sealFile(clear, statSync(clear).size, `${clear}.p7m`, to, () => undefined)
    rmSync(clear)
    lines.push(`${sealedSha256}  ${name}.p7m\n`)
  }
  return lines.join("")
}

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex")

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

async function put(folder: string, name: string, octets: Uint8Array | string): Promise<void> {
  const file = await open(join(folder, name), "wx", OWNER_ONLY_FILE)
  try {
    await file.writeFile(octets)
    await file.sync()
  } finally {
    await file.close()
  }
}
