/**
 * Exit codes: what a script or systemd may rely on. `docs/operation.md` lists them; a test compares.
 * Nothing but `main.ts`, and a second stop signal, ends the process.
 */
import { AuditError, ConfigError, KeyError, LedgerError, ListenError, SpoolError } from "./journey/errors.ts"

export const EXIT = {
  ok: { code: 0, meaning: "done; for `run`: stopped as asked" },
  failed: {
    code: 1,
    meaning: "the command ran and the answer is no (a fault was found), or it failed unforeseen",
  },
  undecided: {
    code: 2,
    meaning: "for `verify`: nothing speaks against the report, and not everything could be checked",
  },
  configuration: {
    code: 2,
    meaning:
      "the configuration has faults (a file it names and that cannot be reached, an address that is not ours); every one is printed",
  },
  keys: {
    code: 3,
    meaning:
      "a key, certificate or passphrase cannot be read, does not open or does not fit; or the folder it lies in is not mounted",
  },
  storage: {
    code: 4,
    meaning: "spool or ledger cannot be opened: folder not mounted, marker missing, newer version",
  },
  audit: { code: 5, meaning: "the audit chain does not hold; nothing is appended to a broken book" },
  ledger: {
    code: 6,
    meaning:
      "the ledger is older than its spool, or another one's: put a newer one back or `dokuei recover FILE`",
  },
  usage: { code: 64, meaning: "the command line is wrong" },
} as const

/** How a command tells its verdict when nothing was thrown. */
export type Finish = (code: number) => void

/** What no restart mends. */
const NOT_OF_ITSELF: ReadonlySet<string> = new Set(["ERR_LEDGER_BEHIND", "ERR_LEDGER_FOREIGN"])

/** The one place where an error becomes an exit code. */
export function exitCode(error: unknown): number {
  if (error instanceof ConfigError) return EXIT.configuration.code
  if (error instanceof ListenError && error.failure === "permanent") return EXIT.configuration.code
  // A token may be there again at the next start.
  if (error instanceof KeyError && error.code !== "ERR_KEY_TOKEN") return EXIT.keys.code
  if (error instanceof LedgerError && NOT_OF_ITSELF.has(error.code)) return EXIT.ledger.code
  if (error instanceof SpoolError || error instanceof LedgerError) return EXIT.storage.code
  if (error instanceof AuditError) return EXIT.audit.code
  return EXIT.failed.code
}
