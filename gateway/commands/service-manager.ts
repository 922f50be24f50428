/**
 * What systemd is told (sd_notify(3)): ready, stopping, and at half the watchdog's interval that the event loop turns.
 * Through /usr/bin/systemd-notify, because Node speaks no datagrams over UNIX sockets; hence `NotifyAccess=all`.
 */
import { execFile } from "node:child_process"

const SYSTEMD_NOTIFY = "/usr/bin/systemd-notify"
/** Longer than systemd-notify itself waits for systemd, 5 s. */
const NOTIFY_TIMEOUT_MS = 10_000

export interface ServiceManager {
  ready(): void
  stopping(): void
  /** No more watchdog. */
  close(): void
}

/** Silent unless NOTIFY_SOCKET is set. */
export function serviceManager(env: NodeJS.ProcessEnv): ServiceManager {
  if ((env.NOTIFY_SOCKET ?? "") === "") {
    return { ready: () => undefined, stopping: () => undefined, close: () => undefined }
  }
  let beat: NodeJS.Timeout | undefined
  return {
    ready: () => {
      notify(env, "READY=1", `MAINPID=${process.pid}`)
      const beatMs = watchdogBeatMs(env)
      if (beatMs !== null) beat = setInterval(() => notify(env, "WATCHDOG=1"), beatMs)
      beat?.unref()
    },
    stopping: () => notify(env, "STOPPING=1"),
    close: () => clearInterval(beat),
  }
}

/** Half of WATCHDOG_USEC (sd_watchdog_enabled(3)); null when it is off or meant for another process. */
function watchdogBeatMs(env: NodeJS.ProcessEnv): number | null {
  const microseconds = Number(env.WATCHDOG_USEC ?? "")
  const forUs = (env.WATCHDOG_PID ?? "") === "" || env.WATCHDOG_PID === String(process.pid)
  return Number.isSafeInteger(microseconds) && microseconds > 0 && forUs ? microseconds / 2000 : null
}

/**
 * It ends when systemd has read it (a barrier, sd_notify_barrier(3)). One that ends at once is gone when a busy systemd
 * looks for whose message it is, the message is dropped, and the watchdog kills a gateway that is well.
 */
function notify(env: NodeJS.ProcessEnv, ...assignments: readonly string[]): void {
  execFile(SYSTEMD_NOTIFY, [...assignments], { env, timeout: NOTIFY_TIMEOUT_MS }, (error) => {
    // The gateway works without it; if READY is lost, systemd says so by its start timeout.
    if (error !== null) process.stderr.write(`systemd-notify ${assignments[0]}: ${error.message}\n`)
  })
}
