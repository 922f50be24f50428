/**
 * Epochs turn by themselves: a new epoch key, surviving slots wrapped under it, the old key destroyed. With it die the
 * copies of destroyed slots on worn blocks and in backups; that is what a deletion certificate's date rests on.
 */
import { stat } from "node:fs/promises"
import { join } from "node:path"
import { systemChance, systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { BACKUP_DAYS } from "../journey/retain/deletion-certificate.ts"
import { errorFields, type Log } from "../log.ts"
import { createEpochKey, destroyEpochKey, epochKeys, openEpochKey } from "../storage/keys/epoch-key-file.ts"
import type { FileSpool } from "../storage/spool/file-spool.ts"

const DAY_MS = 86_400_000
/** Shorter than the days a certificate names (BACKUP_DAYS), with days to notice a failure. */
export const EPOCH_DAYS = 30

/** Turns the epoch if its key is old enough, and finishes a turn that a crash left half done. Returns the new epoch, null = none. */
export async function turnEpochWhenDue(config: Config, spool: FileSpool): Promise<number | null> {
  const folder = join(config.dataDir, "keys")
  const kept = await epochKeys(folder)
  for (const older of kept.filter((epoch) => epoch < spool.epoch)) await destroyEpochKey(folder, older)
  const mtimeMs = await begunMs(config, spool)
  if (systemClock.now().getTime() - mtimeMs < EPOCH_DAYS * DAY_MS) return null
  const [old, next] = [spool.epoch, spool.epoch + 1]
  const files = { folder, passphraseFile: config.keys.passphraseFile }
  const key = kept.includes(next)
    ? await openEpochKey(files, next)
    : await createEpochKey(files, next, systemChance)
  await spool.turnEpoch(key)
  await destroyEpochKey(folder, old)
  return next
}

/**
 * The day (UTC, `YYYY-MM-DD`) from which days pass that deletion certificates have named, while a lever keeps the epoch from turning;
 * null before its turn is due.
 */
export async function certificatesPassFrom(
  config: Pick<Config, "dataDir">,
  spool: Pick<FileSpool, "epoch">,
  now: Date,
): Promise<string | null> {
  const begun = await begunMs(config, spool)
  if (now.getTime() - begun < EPOCH_DAYS * DAY_MS) return null
  return new Date(begun + BACKUP_DAYS * DAY_MS).toISOString().slice(0, "YYYY-MM-DD".length)
}

const begunMs = async (
  { dataDir }: Pick<Config, "dataDir">,
  { epoch }: Pick<FileSpool, "epoch">,
): Promise<number> => (await stat(join(dataDir, "keys", `epoch-${epoch}.key`))).mtimeMs

const TURN_LOOK_MS = 60 * 60 * 1000

/** Looks at once and every hour whether the epoch must turn; a failure is told and tried again. */
export async function keepTurning(config: Config, spool: FileSpool, log: Log): Promise<() => void> {
  const look = async (): Promise<void> => {
    try {
      const epoch = await turnEpochWhenDue(config, spool)
      if (epoch !== null) log("info", "epoch-turned", { epoch })
    } catch (error) {
      log("error", "epoch-not-turned", errorFields(error))
    }
  }
  await look()
  const timer = setInterval(() => void look(), TURN_LOOK_MS)
  return () => clearInterval(timer)
}
