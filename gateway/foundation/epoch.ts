/**
 * Epochs turn by themselves: a new epoch key, surviving slots wrapped under it, the old key destroyed. With it die the
 * copies of destroyed slots on worn blocks and in backups; that is what a deletion certificate's date rests on.
 */
import { stat } from "node:fs/promises"
import { join } from "node:path"
import { systemChance, systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { createEpochKey, destroyEpochKey, epochKeys, openEpochKey } from "../storage/keys/epoch-key-file.ts"
import type { FileSpool } from "../storage/spool/file-spool.ts"

const DAY_MS = 86_400_000
/** Shorter than the 35 days a certificate names (journey/retain/deletion-certificate.ts), with days to notice a failure. */
export const EPOCH_DAYS = 30

/** Turns the epoch if its key is old enough, and finishes a turn that a crash left half done. Returns the new epoch, null = none. */
export async function turnEpochWhenDue(config: Config, spool: FileSpool): Promise<number | null> {
  const folder = join(config.dataDir, "keys")
  const kept = await epochKeys(folder)
  for (const older of kept.filter((epoch) => epoch < spool.epoch)) await destroyEpochKey(folder, older)
  const { mtimeMs } = await stat(join(folder, `epoch-${spool.epoch}.key`))
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
