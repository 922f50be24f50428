/**
 * What goes into a backup: ledger and people as they are at one instant, the trail up to its last whole record, the key of the
 * ledger's index (under the passphrase), the configuration, its certificates, and decryption keys.
 *
 * Never: slots, epoch keys, images, documents. What was destroyed stays destroyed, and no backup puts off the day on which it
 * cannot be opened any more (docs/adr/0027). Nor what is made anew when it is lost: seal and line keys, tokens, passwords.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs"
import { open } from "node:fs/promises"
import { basename, join } from "node:path"
import Database from "better-sqlite3"
import { namedFiles } from "../../config/files.ts"
import type { Config } from "../../config/schema.ts"
import { BackupError } from "../../journey/errors.ts"
import type { Manifest } from "./manifest.ts"

/** Where configuration and keys are put back: beside the data, for a person to look at and move. */
export const SETTINGS_FOLDER = "from-backup"
const INDEX_KEY = "keys/index/epoch-1.key"
/** Every page in one step: a writer in another process cannot make it begin anew. */
const ALL_PAGES = 2 ** 31 - 1
const TAIL_BYTES = 1 << 20
const LF = 0x0a

export interface Content {
  /** Where it is put back, below the data folder. */
  readonly place: string
  readonly source: string
  readonly lengthBytes: number
}

export interface Contents extends Pick<Manifest, "stores" | "spoolId" | "commits" | "leftOut"> {
  readonly files: readonly Content[]
}

/**
 * The ledger first: what it says is in the trail, is in the trail that is copied after it.
 *
 * @param folder empty; copies of the stores are made in it
 * @throws ERR_BACKUP_TARGET when there is nothing to back up yet, and what SQLite throws
 */
export async function contents(config: Config, configFile: string, folder: string): Promise<Contents> {
  const { dataDir } = config
  if (!existsSync(join(dataDir, "ledger.sqlite")))
    throw new BackupError("ERR_BACKUP_TARGET", `there is no ledger in ${dataDir} yet`)
  const ledger = await snapshot(join(dataDir, "ledger.sqlite"), join(folder, "ledger.sqlite"))
  const people = await snapshot(join(dataDir, "people.sqlite"), join(folder, "people.sqlite"))
  const trail = join(dataDir, "audit.jsonl")
  const { kept, leftOut } = settings(config, configFile)
  return {
    ...bookOf(join(folder, "ledger.sqlite")),
    stores: { ledger, people },
    leftOut,
    files: [
      whole("ledger.sqlite", join(folder, "ledger.sqlite")),
      whole("people.sqlite", join(folder, "people.sqlite")),
      { place: "audit.jsonl", source: trail, lengthBytes: await wholeRecords(trail) },
      ...small(dataDir, folder),
      whole(INDEX_KEY, join(dataDir, INDEX_KEY)),
      ...kept,
    ],
  }
}

const whole = (place: string, source: string): Content => ({
  place,
  source,
  lengthBytes: statSync(source).size,
})

/** Copied whole, then looked through. Returns its version. */
async function snapshot(source: string, target: string): Promise<number> {
  const live = new Database(source, { readonly: true, fileMustExist: true })
  try {
    await live.backup(target, { progress: () => ALL_PAGES })
  } finally {
    live.close()
  }
  const copy = new Database(target)
  try {
    // One file by itself: a log beside it would be a second.
    copy.pragma("journal_mode = DELETE")
    const answer = copy.pragma("quick_check", { simple: true })
    if (answer !== "ok")
      throw new BackupError("ERR_BACKUP_TARGET", `the copy of ${basename(source)} does not check`)
    return Number(copy.pragma("user_version", { simple: true }))
  } finally {
    copy.close()
  }
}

function bookOf(ledger: string): { readonly spoolId: string | null; readonly commits: number } {
  const db = new Database(ledger, { readonly: true })
  try {
    const row = db.prepare("SELECT spool_id AS spoolId, commits FROM book WHERE id = 1").get()
    return row as { spoolId: string | null; commits: number }
  } finally {
    db.close()
  }
}

/** Up to the last LF: what follows is an append that goes on. A record is smaller than the tail that is looked at. */
export async function wholeRecords(trail: string): Promise<number> {
  const file = await open(trail, "r")
  try {
    const { size } = await file.stat()
    const begin = Math.max(0, size - TAIL_BYTES)
    const tail = Buffer.alloc(size - begin)
    const { bytesRead } = await file.read(tail, 0, tail.length, begin)
    return begin + tail.subarray(0, bytesRead).lastIndexOf(LF) + 1
  } finally {
    await file.close()
  }
}

/** What is written anew while the gateway runs is copied first. */
function small(dataDir: string, folder: string): Content[] {
  const sent = join(dataDir, "audit-sent")
  const marks = existsSync(sent) ? readdirSync(sent).filter((name) => name.endsWith(".json")) : []
  const names = ["configuration.json", ...marks.map((name) => `audit-sent/${name}`)]
  mkdirSync(join(folder, "audit-sent"))
  return names
    .filter((name) => existsSync(join(dataDir, name)))
    .map((name) => {
      copyFileSync(join(dataDir, name), join(folder, name))
      return whole(name, join(folder, name))
    })
}

const CERTIFICATES =
  /\.(chain|ca|tlsCa|sealCa|hpkiRoots|tsaRoots|roots|objectCertificate|recoveryCertificate)$/
/** What partners have encrypted for us, and only that, opens with these. */
const ESCROWED = /^keys\.(object|retired\.\d+)\.key$/

function settings(config: Config, configFile: string) {
  const named = namedFiles(config)
  const isKept = ({ setting }: { readonly setting: string }): boolean =>
    CERTIFICATES.test(setting) || ESCROWED.test(setting)
  const kept = named
    .filter(isKept)
    .map(({ setting, path }) => whole(`${SETTINGS_FOLDER}/${setting}.pem`, path))
  const leftOut = named.filter((each) => !isKept(each)).map(({ setting }) => setting)
  return {
    kept: [whole(`${SETTINGS_FOLDER}/${config.role}.yaml`, configFile), ...kept],
    leftOut: ["spool (images, documents and their keys)", "keys/epoch-*.key", ...leftOut],
  }
}
