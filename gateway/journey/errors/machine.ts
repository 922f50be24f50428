/** The machine itself: what it was told to be, and what is done to it by hand. */
import { row } from "./row.ts"
import type { ErrorRow } from "./row.ts"

export const MACHINE_ERRORS = {
  ERR_CONFIG_INVALID: row(
    "ConfigError",
    "permanent",
    "the configuration file has faults",
    "correct every listed path, then run `dokuei check-config FILE`",
  ),

  ERR_SITE_NOT_LOADED: row(
    "SiteError",
    "permanent",
    "a program of this machine refused what the site file says; all was put back",
    "its own words follow the command; correct the site file, then `dokuei site apply FILE`",
  ),
  ERR_SITE_PENDING: row(
    "SiteError",
    "permanent",
    "a change of the site waits to be confirmed, or none does",
    "`dokuei site confirm` keeps it, `dokuei site roll-back` puts back what was there",
  ),

  ERR_FROZEN: row(
    "LeverError",
    "transient",
    "a person has frozen the gateway (`dokuei freeze`): what is here is read, nothing is received, changed, signed, sent or destroyed",
    "none; all of it goes on by itself when `dokuei freeze FILE --end` was said",
    "C-STORE A700 / XDSRepositoryBusy / HTTP 503",
  ),
  ERR_LEVER_LATE: row(
    "LeverError",
    "transient",
    "a lever was pulled and holds from the next start on; what runs now has not come to its end in time",
    "`systemctl restart` the unit, or end the process: every store stands that",
  ),
  ERR_LEVER_TURN: row(
    "LeverError",
    "transient",
    "another command moved a lever while this one stood still for half a minute: this one changed nothing",
    "look what holds now (`dokuei doctor policy`), then say it again",
  ),
  ERR_LEVER_PLACE: row(
    "LeverError",
    "permanent",
    "there is no data folder to put the lever into",
    "compare dataDir of the configuration: is its disk mounted, is it the right file?",
  ),

  ERR_BACKUP_TARGET: row(
    "BackupError",
    "transient",
    "the place a backup is written to cannot be used: not there, full, pulled out, or not empty of what has our name",
    "mount it or make room, then run `dokuei backup` again; earlier generations on it are whole",
  ),
  ERR_BACKUP_TAMPERED: row(
    "BackupError",
    "permanent",
    "a backup is not as it was signed",
    "nothing of it was put back; use another generation, and find out who had the medium",
  ),
  ERR_BACKUP_FOREIGN: row(
    "BackupError",
    "permanent",
    "a backup was signed by another seal than was named, or is for another recovery key",
    "compare with the paper in the safe: pin of the seal, recovery key, medium",
  ),
  ERR_BACKUP_NEWER: row(
    "BackupError",
    "permanent",
    "a backup was made by a newer program",
    "install that program or a newer one, then restore",
  ),
  ERR_RESTORE_PLACE: row(
    "BackupError",
    "permanent",
    "the folder a backup is to be put back into is not empty",
    "name an empty folder; what lies in this one was not touched",
  ),

  ERR_LISTEN_BUSY: row(
    "ListenError",
    "transient",
    "another program has the port that the named setting asks for",
    "end it (`ss -ltnp` tells which) or give another port; the unit tries again by itself",
  ),
  ERR_LISTEN_ADDRESS: row(
    "ListenError",
    "permanent",
    "the named setting is no address of this machine, or a port that only root may open",
    "compare it with `ip address`; ports from 1024 need no rights",
  ),

  ERR_CLOCK_OFF: row(
    "ClockError",
    "transient",
    "this machine's clock is further from its time source than time.limit: nothing is signed",
    "see `chronyc tracking` and `chronyc sources`; signing goes on by itself once the clock is right",
    "HTTP 503",
  ),
  ERR_CLOCK_UNKNOWN: row(
    "ClockError",
    "transient",
    "nobody says how right this machine's clock is: chrony is not running or has no source. Nothing is signed",
    "start chronyd and give it a source that answers; signing goes on by itself",
    "HTTP 503",
  ),
} as const satisfies Record<string, ErrorRow>
