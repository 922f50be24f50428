/** One generation onto a target: begun by a signed word, every file encrypted, read back, and the manifest last. */
import { mkdir, open, statfs, type FileHandle } from "node:fs/promises"
import { join } from "node:path"
import { systemChance } from "../../clock.ts"
import type { Config } from "../../config/schema.ts"
import { BackupError } from "../../journey/errors.ts"
import type { KeyStore } from "../../journey/ports/keys.ts"
import { signData } from "../../standards/cms/sign-data.ts"
import { VERSION } from "../../version.ts"
import type { Contents } from "./contents.ts"
import {
  BEGUN_FILE,
  MANIFEST_FILE,
  MANIFEST_FORMAT,
  RECIPIENT_FILE,
  type BackedUp,
  type Begun,
  type Manifest,
} from "./manifest.ts"
import type { RecoveryCertificate } from "./recovery-certificate.ts"
import { digestFile, sealFile } from "./sealed-file.ts"
import { syncMediumFolder } from "../../storage/sync-folder.ts"

const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_FOLDER = 0o700
/** Envelopes, manifest and what file systems take besides. */
const MARGIN_BYTES = 4 << 20

export interface Writing {
  readonly config: Config
  readonly keys: KeyStore
  readonly recovery: RecoveryCertificate
  readonly at: Date
  readonly name: string
  /** Of each octet that is encrypted, and again of each that is read back. */
  readonly passed: (bytes: number) => void
  readonly written: () => void
}

/** Throws what the system throws, and ERR_BACKUP_TARGET when there is no room or what is read back differs. */
export async function writeGeneration(target: string, inside: Contents, writing: Writing): Promise<void> {
  const { config, recovery, at, name } = writing
  await demandRoom(target, inside)
  const folder = join(target, name)
  await mkdir(folder, { mode: OWNER_ONLY_FOLDER })
  const begun: Begun = {
    format: MANIFEST_FORMAT,
    generation: name,
    site: config.site.oid,
    role: config.role,
  }
  await put(folder, BEGUN_FILE, await signed(begun, writing))
  await put(folder, RECIPIENT_FILE, recovery.pem)
  const files: BackedUp[] = []
  for (const each of inside.files) files.push(await sealed(folder, each, files.length + 1, writing))
  for (const each of files) await readBack(folder, each, writing)
  const { stores, spoolId, commits, leftOut } = inside
  const manifest: Manifest = {
    ...begun,
    ...{ stores, spoolId, commits, leftOut: [...leftOut], files },
    program: VERSION,
    takenAt: at.toISOString(),
    recipient: recovery.sha256,
  }
  await put(folder, MANIFEST_FILE, await signed(manifest, writing))
  await syncMediumFolder(target)
}

async function demandRoom(target: string, { files }: Contents): Promise<void> {
  const { bavail, bsize } = await statfs(target)
  const wanted = files.reduce((sum, { lengthBytes }) => sum + lengthBytes, MARGIN_BYTES)
  if (bavail * bsize < wanted)
    throw new BackupError(
      "ERR_BACKUP_TARGET",
      `${target} has no room for ${Math.ceil(wanted / (1 << 20))} MiB`,
    )
}

const signed = (value: object, { keys, at }: Writing): Promise<Uint8Array> =>
  signData({
    content: Buffer.from(`${JSON.stringify(value, null, 1)}\n`),
    chain: keys.chain("seal"),
    at,
    sign: (bytes) => keys.sign("seal", bytes),
  })

async function sealed(
  folder: string,
  { place, source, lengthBytes }: Contents["files"][number],
  ordinal: number,
  { recovery, passed, written }: Writing,
): Promise<BackedUp> {
  const name = `${String(ordinal).padStart(4, "0")}.p7m`
  const recipient = { certificate: recovery.certificate, chance: systemChance }
  const digests = await sealFile(source, lengthBytes, join(folder, name), recipient, passed)
  written()
  return { name, place, ...digests }
}

async function readBack(folder: string, file: BackedUp, { passed }: Writing): Promise<void> {
  const { sha256 } = await digestFile(join(folder, file.name), file.sealedLengthBytes, passed)
  if (sha256 !== file.sealedSha256)
    throw new BackupError("ERR_BACKUP_TARGET", `${folder}: ${file.name} does not read back as it was written`)
}

/** Durable, and never over what is there. */
async function put(folder: string, name: string, octets: Uint8Array | string): Promise<void> {
  await withFile(await open(join(folder, name), "wx", OWNER_ONLY_FILE), async (file) => {
    await file.writeFile(octets)
    await file.sync()
  })
  await syncMediumFolder(folder)
}

async function withFile(file: FileHandle, use: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await use(file)
  } finally {
    await file.close()
  }
}
