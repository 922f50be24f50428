/** A change that nobody has confirmed yet: what was there before it, and until when it is waited for. */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { installed, putBack, type Before } from "./installed.ts"
import { makeFolderSync } from "../../storage/make-folder.ts"

const FILE = "pending.json"

export interface Pending {
  /** An instant (UTC). */
  readonly until: string
  readonly before: readonly Before[]
}

export function pendingIn(state: string): Pending | null {
  const text = installed(join(state, FILE))
  return text === null ? null : (JSON.parse(text) as Pending)
}

/** Durable before anything is changed: also a machine that loses its power meanwhile finds the way back. */
export function keepPending(state: string, pending: Pending): void {
  makeFolderSync(state, 0o700)
  const file = openSync(join(state, FILE), "w", 0o600)
  try {
    writeSync(file, JSON.stringify(pending))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

export const forgetPending = (state: string): void => {
  rmSync(join(state, FILE), { force: true })
}

/** @returns false when there is nothing to go back from */
export function goBack(state: string, root: string, load: () => void): boolean {
  const pending = pendingIn(state)
  if (pending === null) return false
  for (const each of pending.before) putBack(root, each)
  load()
  forgetPending(state)
  return true
}
