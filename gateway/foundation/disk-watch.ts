/** What a person is told of a disk that fails: a line in the log, and a check of `/healthz` that stays until the restart. */
import type { Check } from "../actors/machine-room/health.ts"
import type { Clock } from "../journey/ports/time.ts"
import type { DiskFailure } from "../storage/spool/watched-disk.ts"

/** These end by themselves, and what ends them is told elsewhere; any other failure is of the medium or of the mount. */
const PASSING = new Set(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE"])
/** A disk that fails at everything is told once a minute. */
const TELL_AGAIN_MS = 60_000

export interface DiskWatch {
  failed(failure: DiskFailure): void
  check(): Check
}

/** @param tell once for each kind of failure, and again when it still happens after a minute */
export function diskWatch(clock: Clock, tell: (failure: DiskFailure) => void): DiskWatch {
  const told = new Map<string, number>()
  let lasting = 0
  let last = ""
  return {
    failed: (failure) => {
      const kind = `${failure.operation}: ${failure.code}`
      if (!PASSING.has(failure.code)) {
        lasting += 1
        last = kind
      }
      const now = clock.now().getTime()
      if (now - (told.get(kind) ?? Number.NEGATIVE_INFINITY) < TELL_AGAIN_MS) return
      told.set(kind, now)
      tell(failure)
    },
    check: () => ({
      name: "disk",
      state: lasting === 0 ? "ok" : "warn",
      sentence:
        lasting === 0
          ? "no operation failed"
          : `${lasting} operation(s) failed, ${last} the last: what they were for was refused; look after the disk, then restart`,
    }),
  }
}
