/**
 * `dokuei backup FILE --to DIR`: one more generation on a target, while the gateway runs. Older ones go once this one is whole,
 * and only those that are proved to be ours.
 */
import { mkdirSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { Command } from "commander"
import { systemClock } from "../../clock.ts"
import { loadConfig } from "../../config/load.ts"
import type { Config } from "../../config/schema.ts"
import { keyPlaces, refusedPinsFolder } from "../../foundation/own-keys.ts"
import { BackupError, ConfigError } from "../../journey/errors.ts"
import { readCertificate } from "../../standards/hpki/certificate.ts"
import { keyStore, type OpenKeyStore } from "../../storage/keys/key-store.ts"
import { claim } from "../../storage/ledger/claim.ts"
import { leaveNote } from "../../storage/trail/used-notes.ts"
import { caller } from "../caller.ts"
import { Progress, type Screen } from "../import/progress.ts"
import { contents } from "./contents.ts"
import {
  generationsIn,
  nameOf,
  prefixOf,
  removeGeneration,
  targetFailure,
  type Found,
} from "./generations.ts"
import { noteBackup } from "./last-backup.ts"
import { recoveryCertificate, type RecoveryCertificate } from "./recovery-certificate.ts"
import { writeGeneration } from "./write-generation.ts"
import { makeFolder } from "../../storage/make-folder.ts"
import { sha256Hex } from "../../standards/sha256.ts"

const FOLDER = "backup.tmp"
const OWNER_ONLY = 0o700

export const backupCommand = (): Command =>
  new Command("backup")
    .description(
      "one more generation of ledger, people, audit trail and configuration, while the gateway runs",
    )
    .argument("<file>", "configuration")
    .requiredOption("--to <dir>", "folder of a removable or append-only medium")
    .action(async (file: string, { to }: { to: string }) => {
      process.stdout.write(await backUp(file, to, process.stderr))
    })

/** Resolves with what is to be said of it. */
export async function backUp(file: string, target: string, screen: Screen): Promise<string> {
  const config = loadConfig(file, "unseen")
  const { backup } = config
  if (backup === undefined)
    throw new ConfigError("ERR_CONFIG_INVALID", `${file}: backup: is needed: for whom is it encrypted?`)
  demandFolder(target)
  const recovery = await recoveryCertificate(backup.recoveryCertificate)
  const { seal } = keyPlaces(config)
  const keys = await keyStore(seal === undefined ? {} : { seal }, refusedPinsFolder(config))
  try {
    return await inRoom(config, async (room) => {
      const inside = await contents(config, file, room)
      const totalBytes = 2 * inside.files.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
      const progress = new Progress(screen, inside.files.length, totalBytes, () => performance.now())
      const { at, name } = { at: systemClock.now(), name: nameOf(prefixOf(config), systemClock.now()) }
      const passed = (bytes: number): void => progress.sent(bytes)
      const written = (): void => progress.answered(1)
      const before = await found(target, config, keys)
      try {
        await writeGeneration(target, inside, { config, keys, recovery, at, name, passed, written })
      } catch (error) {
        await clearAway(target, config, keys, name)
        throw targetFailure(target, error)
      } finally {
        progress.end()
      }
      const bytes = totalBytes / 2 / 1024 / 1024
      const told = `${name}: ${inside.files.length} files, ${bytes.toFixed(1)} MiB, signed, encrypted and read back`
      return [told, ...(await afterwards(target, config, { keys, recovery, at, name, before })), ""].join(
        "\n",
      )
    })
  } finally {
    keys.close()
  }
}

function demandFolder(target: string): void {
  const stat = statSync(target, { throwIfNoEntry: false })
  if (stat?.isDirectory() !== true)
    throw new BackupError("ERR_BACKUP_TARGET", `${target} is no folder: is the medium mounted?`)
}

/** A folder beside the data for copies; one backup at a time. What a killed one left goes first. */
async function inRoom<T>({ dataDir }: Config, use: (room: string) => Promise<T>): Promise<T> {
  const folder = join(dataDir, FOLDER)
  await makeFolder(folder, OWNER_ONLY)
  const claimed = claim(folder)
  const room = join(folder, "copies")
  try {
    rmSync(room, { recursive: true, force: true })
    mkdirSync(room, { mode: OWNER_ONLY })
    return await use(room)
  } finally {
    rmSync(room, { recursive: true, force: true })
    claimed.release()
    rmSync(folder, { recursive: true, force: true })
  }
}

const found = (target: string, config: Config, keys: OpenKeyStore): Promise<Found> =>
  generationsIn(target, prefixOf(config), sealPin(keys))

/** As partners have it in `sealPins`. */
export function sealPin(keys: OpenKeyStore): string {
  const [own] = keys.chain("seal")
  return own === undefined ? "" : sha256Hex(readCertificate(own).spki)
}

/** What was begun now and failed; where the target does not let go of it, the next backup does. */
async function clearAway(target: string, config: Config, keys: OpenKeyStore, name: string): Promise<void> {
  try {
    const begun = (await found(target, config, keys)).ours.find((each) => each.name === name)
    if (begun !== undefined) await removeGeneration(target, begun)
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error
  }
}

interface Done {
  readonly keys: OpenKeyStore
  readonly recovery: RecoveryCertificate
  readonly at: Date
  readonly name: string
  readonly before: Found
}

/** Older generations go, the doctor and the trail hear of it. */
async function afterwards(target: string, config: Config, done: Done): Promise<string[]> {
  const { keys, recovery, at, name, before } = done
  const keep = config.backup?.generations ?? 0
  const whole = before.ours.filter(({ manifest }) => manifest !== null)
  const tooOld = whole.slice(0, Math.max(0, whole.length + 1 - keep))
  const unfinished = before.ours.filter(({ manifest }) => manifest === null)
  const refused: string[] = []
  for (const each of [...unfinished, ...tooOld]) {
    try {
      await removeGeneration(target, each)
    } catch (error) {
      // An append-only target lets nothing go; what is left of it is told, and nothing else is wrong.
      if (!(error instanceof Error && "code" in error)) throw error
      refused.push(`${each.name} (${String(error.code)})`)
    }
  }
  const left = (await found(target, config, keys)).ours.filter(({ manifest }) => manifest !== null).length
  const sameDisk = statSync(target).dev === statSync(config.dataDir).dev
  const note = { takenAt: at.toISOString(), generation: name, target, generations: left, sameDisk }
  await noteBackup(config.dataDir, { ...note, recipient: recovery.sha256 })
  const deed = `a backup was taken: ${name}, for recovery certificate ${recovery.sha256.slice(0, 16)}…`
  await leaveNote(join(config.dataDir, "audit.jsonl"), { at: at.toISOString(), user: caller(), deed })
  return [
    `${left} generations on ${target}`,
    `signed by ${sealPin(keys)}: write it on the paper beside the recovery key, restore asks for it`,
    ...(refused.length === 0 ? [] : [`not removed, the target keeps them: ${refused.join(", ")}`]),
    ...(before.unproved.length === 0
      ? []
      : [`not touched, not proved to be ours: ${before.unproved.join(", ")}`]),
    ...(sameDisk ? [`${target} lies on the disk of the data: with that disk both are lost`] : []),
    "unmount the medium, and take it from the machine",
  ]
}
