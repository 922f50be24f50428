/**
 * Is the ledger as new as its spool? The ledger counts its commits, the spool keeps the last count it was told
 * (docs/adr/0007): a ledger with fewer was put back from a backup, and what it does not know is no remnant of a crash.
 */
import { LedgerError } from "../journey/errors.ts"
import { COMMITS_OF_AN_ERA } from "../storage/ledger/book-rows.ts"
import type { FileLedger } from "../storage/ledger/ledger.ts"
import type { FileSpool } from "../storage/spool/file-spool.ts"

type Counting = Pick<FileLedger, "book" | "bind">
type Marking = Pick<FileSpool, "spoolId" | "ledgerMark" | "setLedgerMark" | "isEmpty">

/**
 * In one sentence; null when it is level. Throws ERR_LEDGER_FOREIGN: no recovery makes another spool's ledger ours, unless that spool
 * is lost and nothing was ever kept in the one that is here.
 *
 * @param isSpoolLost a person said so: what lay in it is gone for good
 */
export async function whyBehind(
  ledger: Counting,
  spool: Marking,
  isSpoolLost = false,
): Promise<string | null> {
  const { spoolId, commits } = ledger.book()
  const marked = spool.ledgerMark
  if (spoolId !== null && spoolId !== spool.spoolId) {
    const isNew = marked === null && (await spool.isEmpty())
    if (isNew && isSpoolLost) return `spool ${spoolId} is lost, a new one begins`
    const advice = isNew
      ? ", a new one; if that one is lost for good: `dokuei recover FILE --spool-lost`"
      : ""
    throw new LedgerError(
      "ERR_LEDGER_FOREIGN",
      `the ledger is of spool ${spoolId}, here lies ${spool.spoolId}${advice}`,
    )
  }
  if (marked === "unreadable") return "how far the ledger had come cannot be read in the spool"
  if (marked !== null)
    return commits < marked ? `the ledger has ${commits} commits, the spool has seen ${marked}` : null
  if (spoolId !== null) return "how far the ledger had come is not noted in the spool any more"
  return commits === 0 && !(await spool.isEmpty()) ? "the ledger is new, and the spool is not empty" : null
}

/** Both know each other from here on. The mark comes first: a ledger that names its spool has one. */
export async function keepLevel(ledger: Counting, spool: Marking): Promise<void> {
  const { commits } = ledger.book()
  await spool.setLedgerMark(commits)
  ledger.bind(spool.spoolId, commits)
}

/**
 * A recovery: the mark is raised first, into an era no copy of this ledger has seen, so that the ledger stays behind until
 * `recovered` has come to its end, whatever it commits meanwhile.
 */
export async function bringLevel<T>(
  ledger: Counting,
  spool: Marking,
  recovered: () => Promise<T>,
): Promise<T> {
  const seen = spool.ledgerMark
  const highest = Math.max(ledger.book().commits, typeof seen === "number" ? seen : 0)
  const commits = (Math.floor(highest / COMMITS_OF_AN_ERA) + 1) * COMMITS_OF_AN_ERA
  await spool.setLedgerMark(commits)
  const answer = await recovered()
  ledger.bind(spool.spoolId, commits)
  return answer
}
