/** Maintain Time [ITI-1]: the clock is looked at before anything is signed, and every ten seconds. */
import { chronyTimeCheck } from "../actors/time-client/chrony.ts"
import { systemClock } from "../clock.ts"
import type { Config } from "../config/schema.ts"
import { event } from "../journey/audit.ts"
import { ClockWatch } from "../journey/clock/clock-watch.ts"
import type { ClockError } from "../journey/errors.ts"
import type { AuditEvent } from "../journey/ports/audit.ts"
import { errorFields, type Log } from "../log.ts"

const LOOK_MS = 10_000

export interface ClockKeeping {
  readonly watch: ClockWatch
  stop(): void
}

export interface ClockKeepingParts {
  readonly config: Config
  readonly log: Log
  readonly record: (event: AuditEvent) => Promise<void>
  readonly changed: () => void
}

export async function keepClock({ config, log, record, changed }: ClockKeepingParts): Promise<ClockKeeping> {
  const { check, limit } = config.time
  if (check === "none") log("warn", "clock-not-checked", { setting: "time.check" })
  const told = (fault: ClockError | null): void => {
    if (fault === null) log("info", "clock-right")
    else log("error", "clock-wrong", errorFields(fault))
    record(alertOf(fault)).catch((error: unknown) => log("error", "audit-failed", errorFields(error)))
    changed()
  }
  const watch = new ClockWatch({
    check: check === "none" ? null : chronyTimeCheck(),
    clock: systemClock,
    limitMs: limit,
    changed: told,
  })
  const look = async (): Promise<void> => {
    try {
      await watch.look()
    } catch (error) {
      log("error", "clock-not-looked-at", errorFields(error))
    }
  }
  await look()
  const timer = setInterval(() => void look(), LOOK_MS)
  return { watch, stop: () => clearInterval(timer) }
}

const alertOf = (fault: ClockError | null): AuditEvent =>
  event({
    event: "security-alert",
    outcome: fault === null ? "success" : "serious",
    at: systemClock.now().toISOString(),
    objectId: "clock",
    description: fault === null ? "the clock is right again: signing goes on" : fault.message,
  })
