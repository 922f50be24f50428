/** Levers of the data folder, looked at every second while the gateway runs. */
import { isDeepStrictEqual } from "node:util"
import type { Levers } from "../journey/ports/levers.ts"
import { readLevers } from "../storage/levers/levers-file.ts"

const LOOK_MS = 1_000

export interface LeverWatch {
  /** As they are now. */
  take(): Levers
  /** Resolves when they are no longer what was taken last. */
  moved(): Promise<void>
  close(): void
}

export function watchLevers(dataDir: string): LeverWatch {
  let taken = readLevers(dataDir)
  let tell: (() => void) | null = null
  const look = (): void => {
    try {
      if (!isDeepStrictEqual(readLevers(dataDir), taken)) tell?.()
    } catch (error) {
      // Too many open files, a disk that stumbles: what holds goes on, and a second later it is looked at again.
      if (!(error instanceof Error && "syscall" in error)) throw error
    }
  }
  const timer = setInterval(look, LOOK_MS)
  return {
    take: () => (taken = readLevers(dataDir)),
    moved: () =>
      new Promise((resolve) => {
        tell = resolve
      }),
    close: () => clearInterval(timer),
  }
}
