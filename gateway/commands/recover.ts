/**
 * `dokuei recover FILE`: makes a ledger that was put back from a backup agree with its spool, and lists what a person must
 * look into. Run again it lists what is still kept; with `--destroy-orphans` it destroys that.
 */
import { Command } from "commander"
import { systemChance, systemClock } from "../clock.ts"
import { loadConfig } from "../config/load.ts"
import type { Config } from "../config/schema.ts"
import { bringLevel, whyBehind } from "../foundation/level.ts"
import { agreementsOf } from "../foundation/road.ts"
import { openStores, type OpenStores } from "../foundation/stores.ts"
import { syntaxesOf } from "../foundation/transfer-syntaxes.ts"
import { destroyOrphan } from "../journey/retain/orphan.ts"
import type { OrphanRecord } from "../journey/records/orphan.ts"
import { recover, summary } from "../journey/recover/recover.ts"
import { deliverAudit } from "../journey/run.ts"
import { lostObjects } from "../journey/recover/lost-objects.ts"
import { unsettled, type Unsettled } from "../journey/recover/unsettled.ts"
import type { Looked } from "../journey/recover/survey.ts"
import type { Stores } from "../journey/world.ts"
import { openLog } from "../log.ts"
import { asOwnerOf } from "./as-owner.ts"
import { certifyLoss } from "./loss-certificate.ts"
import { withSealedPassphrase } from "./sealed-passphrase.ts"

const MIB = 1024 * 1024
/** How often the progress line is written. */
const PROGRESS_MS = 500

export const recoverCommand = (): Command =>
  new Command("recover")
    .description(
      "after a ledger was put back from a backup: make it agree with the spool; the service is stopped",
    )
    .argument("<file>", "configuration")
    .option("--destroy-orphans", "destroy, for good, what the ledger does not know and is kept for a person")
    .option("--spool-lost", "the spool is gone for good: what lay in it is written down as destroyed")
    .option("--sealed-passphrase <file>", "the passphrase as systemd-creds has sealed it; as root")
    .action(async (file: string, options: RecoverOptions) => {
      const { sealedPassphrase } = options
      const named = loadConfig(file, sealedPassphrase === undefined ? undefined : "unseen")
      await withSealedPassphrase(named, sealedPassphrase, (config) =>
        asOwnerOf(config.dataDir, () =>
          recoverAt(config, options, (text) => void process.stdout.write(`${text}\n`)),
        ),
      )
    })

/** Told line by line. @throws what opening the stores throws, and ERR_LEDGER_FOREIGN */
export async function recoverAt(config: Config, options: RecoverOptions, say: Say): Promise<void> {
  const stores = await openStores(config, openLog(config.role))
  try {
    await recoverStores(config, stores, options, say)
  } finally {
    await stores.close()
  }
}

type Say = (text: string) => void

interface RecoverOptions {
  readonly destroyOrphans?: boolean
  readonly spoolLost?: boolean
  readonly sealedPassphrase?: string
}

async function recoverStores(
  config: Config,
  stores: OpenStores,
  { destroyOrphans = false, spoolLost = false }: RecoverOptions,
  say: Say,
): Promise<void> {
  const { spool, ledger, trail } = stores
  const agreements = await agreementsOf(config)
  const syntaxOf = syntaxesOf(config)
  const world: Stores = { clock: systemClock, chance: systemChance, spool, ledger, agreements, syntaxOf }
  const why = await whyBehind(ledger, spool, spoolLost)
  if (why === null) say("the ledger is level with its spool")
  else {
    say(why)
    const { spoolId } = ledger.book()
    const isSpoolLost = spoolLost && spoolId !== null && spoolId !== spool.spoolId
    const how = { looked: progress(), isSpoolLost }
    // Before it is written down as gone: one that breaks off here is done again, and says the same.
    const lost = isSpoolLost ? await lostObjects(world, spool) : new Map<string, never>()
    for (const path of await certifyLoss(config, lost, systemClock.now())) say(`certificate of loss: ${path}`)
    say(summary(await bringLevel(ledger, spool, () => recover(world, spool, how))))
  }
  for (const each of await unsettled(world)) say(unsettledLine(each))
  const orphans = await ledger.orphans()
  for (const each of orphans) say(line(each))
  if (destroyOrphans) {
    for (const each of orphans) await ledger.commit(await destroyOrphan(world, each, "a person said so"))
    say(`${orphans.length} destroyed`)
  }
  await deliverAudit({ ledger, trail })
}

/** One line that is written over on a terminal; nothing where nobody watches. */
function progress(): Looked {
  let saidAtMs = 0
  return (objects, bytes) => {
    const nowMs = systemClock.now().getTime()
    if (!process.stderr.isTTY || nowMs - saidAtMs < PROGRESS_MS) return
    saidAtMs = nowMs
    process.stderr.write(`\r${objects} objects looked at, ${Math.floor(bytes / MIB)} MiB\r`)
  }
}

/** Ids and times: what a person asks the partner about, or has sent again. */
const unsettledLine = ({
  request,
  submission: { kind, agreement, state, acceptedAt, submissionSetUid },
}: Unsettled): string =>
  `request ${request.id}, lost: ${kind} for ${agreement}, ` +
  (state === "accepted"
    ? `taken there ${acceptedAt ?? ""}, no receipt: submission ${submissionSetUid}`
    : "nobody here knows whether it left")

/** Ids, counts and times: what a person asks the other side about. */
function line(each: OrphanRecord): string {
  const whence = each.agreement === null ? "made here" : `from ${each.agreement}`
  const since = each.firstArrivalAt === null ? "" : `, since ${each.firstArrivalAt}`
  const what = each.objects === 0 ? "empty" : `${each.objects} objects, ${Math.ceil(each.bytes / 1024)} KiB`
  const where = each.wholeSlot ? "" : ", among others' objects"
  return `slot ${each.slotId} (${each.slotClass}): ${what}, ${whence}${since}${where}; kept until ${each.keepUntil}`
}
