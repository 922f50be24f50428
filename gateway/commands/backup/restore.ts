/**
 * `dokuei restore DIR --key RECOVERYKEY --signer PIN --into DATADIR`: a generation is looked at whole before one octet of it is
 * opened, and put back into an empty folder, whole or not at all. It makes nothing run: a person compares what lies there, and
 * `dokuei recover` makes the ledger agree with its spool.
 */
import { readdirSync, renameSync, rmSync, statSync } from "node:fs"
import { lstat, open, readdir, type FileHandle } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import { systemClock } from "../../clock.ts"
import { BackupError } from "../../journey/errors.ts"
import { fileKey } from "../../storage/keys/file-key.ts"
import type { HeldKey } from "../../storage/keys/held-key.ts"
import { MIGRATIONS } from "../../storage/ledger/schema.ts"
import { PEOPLE_VERSION } from "../../storage/people/migrations.ts"
import { leaveNote } from "../../storage/trail/used-notes.ts"
import { asOwnerOf, isRoots } from "../as-owner.ts"
import { caller } from "../caller.ts"
import { Progress, type Screen } from "../import/progress.ts"
import { SETTINGS_FOLDER } from "./contents.ts"
import { readSmall } from "./generations.ts"
import {
  BEGUN_FILE,
  MANIFEST_FILE,
  RECIPIENT_FILE,
  readManifest,
  tampered,
  type Manifest,
  type Signed,
} from "./manifest.ts"
import { recoveryCertificate } from "./recovery-certificate.ts"
import { digestFile, openFile } from "./sealed-file.ts"
import { makeFolder } from "../../storage/make-folder.ts"

/** In the folder that is restored into, until all of it is there. */
const UNFINISHED = "restore.part"
const OWNER_ONLY = 0o700

export interface RestoreOptions {
  readonly key: string
  readonly keyPassphrase?: string
  readonly signer: string
  readonly into: string
  readonly generation?: string
}

export const restoreCommand = (): Command =>
  new Command("restore")
    .description(
      "put a backup back into an empty folder, once all of it has been found to be as it was signed",
    )
    .argument("<dir>", "a target of `dokuei backup`, or one generation on it")
    .requiredOption("--key <pem>", "private key of the recovery certificate")
    .option("--key-passphrase <file>", "first line opens that key")
    .requiredOption("--signer <sha256>", "pin of the seal that signed it, from the paper beside the key", pin)
    .requiredOption("--into <dir>", "empty folder: dataDir of the new machine")
    .option("--generation <name>", "which one; the newest when left out")
    .action(async (dir: string, options: RestoreOptions) => {
      process.stdout.write(await restore(dir, options, process.stderr))
    })

function pin(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError("Not 64 lower-case hex digits.")
  return text
}

/** Resolves with what is to be said of it. */
export async function restore(dir: string, options: RestoreOptions, screen: Screen): Promise<string> {
  const begunMs = performance.now()
  const folder = await chosen(resolve(dir), options.generation)
  const { value: manifest } = await believed(folder, options.signer)
  demandEmpty(options.into)
  const totalBytes = 2 * manifest.files.reduce((sum, { sealedLengthBytes }) => sum + sealedLengthBytes, 0)
  const progress = new Progress(screen, manifest.files.length, totalBytes, () => performance.now())
  try {
    await lookThrough(folder, manifest, progress)
    const key = await recoveryKey(folder, options)
    await putBack(folder, manifest, key, options.into, progress)
  } finally {
    progress.end()
  }
  const at = systemClock.now().toISOString()
  const note = { at, user: caller(), deed: `a backup was put back: ${manifest.generation}` }
  await asOwnerOf(options.into, () => leaveNote(join(options.into, "audit.jsonl"), note))
  return told(manifest, options.into, (performance.now() - begunMs) / 60_000)
}

/** A generation, or the newest on a target; one that was never finished has no manifest and is none. */
async function chosen(dir: string, generation: string | undefined): Promise<string> {
  const names = await readdir(dir)
  if (generation === undefined && names.includes(MANIFEST_FILE)) return dir
  const whole = names
    .filter((name) => statSync(join(dir, name, MANIFEST_FILE), { throwIfNoEntry: false }) !== undefined)
    .sort()
  const gateways = new Set(whole.map((name) => name.replace(/-[^-]*$/, "")))
  if (generation === undefined && gateways.size > 1)
    throw new BackupError(
      "ERR_BACKUP_FOREIGN",
      `backups of ${gateways.size} gateways lie in ${dir}: say which by --generation ${whole.at(-1) ?? ""}`,
    )
  const name = generation === undefined ? whole.at(-1) : whole.find((each) => each === generation)
  if (name === undefined) throw new BackupError("ERR_BACKUP_TARGET", `there is no finished backup in ${dir}`)
  return join(dir, name)
}

/** The manifest, once it is signed by whom the paper names, and of this program's day or older. */
async function believed(folder: string, wanted: string): Promise<Signed<Manifest>> {
  const signed = readManifest(await readSmall(join(folder, MANIFEST_FILE)))
  const { value, signer } = signed
  if (signer !== wanted)
    throw new BackupError(
      "ERR_BACKUP_FOREIGN",
      `${basename(folder)} was signed by ${signer}, which is not the seal named`,
    )
  if (value.generation !== basename(folder))
    throw tampered(`${basename(folder)} is signed as ${value.generation}`)
  const { ledger, people } = value.stores
  if (ledger > MIGRATIONS.length || people > PEOPLE_VERSION)
    throw new BackupError(
      "ERR_BACKUP_NEWER",
      `${value.generation} was made by ${value.program}, newer than this program`,
    )
  return signed
}

/** Exactly what was signed, octet for octet. */
async function lookThrough(folder: string, manifest: Manifest, progress: Progress): Promise<void> {
  const named = [MANIFEST_FILE, BEGUN_FILE, RECIPIENT_FILE, ...manifest.files.map(({ name }) => name)].sort()
  const there = (await readdir(folder)).sort()
  if (named.join() !== there.join()) throw tampered("files are missing, or there are others")
  if (new Set(manifest.files.map(({ place }) => place)).size !== manifest.files.length)
    throw tampered("two files have one place")
  for (const name of named)
    if (!(await lstat(join(folder, name))).isFile()) throw tampered(`${name} is no file`)
  if ((await recoveryCertificate(join(folder, RECIPIENT_FILE))).sha256 !== manifest.recipient)
    throw tampered(`${RECIPIENT_FILE} is another`)
  for (const { name, sealedLengthBytes, sealedSha256 } of manifest.files) {
    const found = await digestFile(join(folder, name), sealedLengthBytes, (bytes) => progress.sent(bytes))
    if (found.lengthBytes !== sealedLengthBytes || found.sha256 !== sealedSha256)
      throw tampered(`${name} is not as it was signed`)
  }
}

const recoveryKey = (folder: string, { key, keyPassphrase }: RestoreOptions): Promise<HeldKey> =>
  fileKey({
    keyFile: key,
    chainFile: join(folder, RECIPIENT_FILE),
    ...(keyPassphrase === undefined ? {} : { passphraseFile: keyPassphrase }),
  })

/** Empty, but for what a restore that was broken off has left. */
function demandEmpty(into: string): void {
  const names = statSync(into, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(into)
  const other = names.find((name) => name !== UNFINISHED)
  if (other !== undefined)
    throw new BackupError("ERR_RESTORE_PLACE", `${into} is not empty: ${other} lies there`)
}

/** What of the medium root alone may read is opened before it is written as the folder's owner. */
async function putBack(
  folder: string,
  manifest: Manifest,
  key: HeldKey,
  into: string,
  progress: Progress,
): Promise<void> {
  await makeFolder(into, OWNER_ONLY)
  const sources: FileHandle[] = []
  try {
    for (const { name } of manifest.files) sources.push(await open(join(folder, name), "r"))
    await asOwnerOf(into, () => written(sources, manifest, key, into, progress))
  } finally {
    for (const each of sources) await each.close()
  }
}

async function written(
  sources: readonly FileHandle[],
  { files }: Manifest,
  key: HeldKey,
  into: string,
  progress: Progress,
): Promise<void> {
  const [certificate = new Uint8Array()] = key.chain
  const room = join(into, UNFINISHED)
  rmSync(room, { recursive: true, force: true })
  await makeFolder(room, OWNER_ONLY)
  try {
    for (const [index, { place, lengthBytes, sha256 }] of files.entries()) {
      const source = sources[index]
      if (source === undefined) throw new RangeError(`${place} was not opened`)
      const target = join(room, place)
      await makeFolder(dirname(target), OWNER_ONLY)
      const opener = { ...key, certificate }
      await openFile(source, target, { lengthBytes, sha256 }, opener, (bytes) => progress.sent(bytes))
      progress.answered(1)
    }
    for (const name of readdirSync(room)) renameSync(join(room, name), join(into, name))
  } finally {
    rmSync(room, { recursive: true, force: true })
  }
}

function told(manifest: Manifest, into: string, minutes: number): string {
  const { generation, takenAt, program, leftOut, role } = manifest
  return [
    `${generation}, taken ${takenAt} by ${program}: ${manifest.files.length} files, each as it was signed, in ${minutes.toFixed(1)} minutes`,
    "not in it:",
    ...leftOut.map((each) => `  ${each}`),
    "next:",
    `  compare ${join(into, SETTINGS_FOLDER)} with what is to be in /etc/dokuei; seal and line keys are made anew (docs/keys.md)`,
    `  the old spool is there: put spool/ and keys/epoch-*.key into ${into}, then dokuei recover /etc/dokuei/${role}.yaml`,
    `  it is lost: dokuei recover /etc/dokuei/${role}.yaml --spool-lost`,
    ...(isRoots(into) ? [`  hand ${into} to the service's user: chown -R dokuei: ${into}`] : []),
    "",
  ].join("\n")
}
