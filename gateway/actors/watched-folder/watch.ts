/**
 * A watched folder: devices without network services, and people, put files into it. Each is taken when it has settled, is
 * put into `done` (or deleted) when its object is durable here, and into `refused` with the reason otherwise. What a crash
 * interrupts is taken once more and recognised.
 *
 * Looked at from time to time instead of by notification: shares give none.
 */
import { realpath } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import type { FileHandler, FileIntake, StoreOutcome } from "../../journey/ports/inbound.ts"
import { candidates, isUnchanged, type Candidate } from "./candidates.ts"
import type { FolderOptions } from "./options.ts"
import { putDone, putRefused } from "./put-away.ts"
import { take } from "./take.ts"

export interface WatchedFolder {
  /** Takes no more; resolves when the file in hand is let go of or durable. */
  close(): Promise<void>
}

const LEAST_LOOK_MS = 1_000
const CUT_GRACE_MS = 10 * 60 * 1000
/** A folder that cannot be looked at, or has no room behind it, is left in peace for so long. */
const PAUSE_MS = 15_000

const NO_ROOM = "no-room"
/** As systems call a name of another character set. */
const UNNAMEABLE = "EILSEQ"

/** A file as it was last seen. */
interface Seen extends Candidate {
  /** When it was first seen like this, by `performance.now()`. */
  readonly sinceMs: number
  /** What became of it, when only putting it away failed. */
  outcome: StoreOutcome | null
}

export function watchFolder(options: FolderOptions, handler: FileHandler): WatchedFolder {
  const stop = new AbortController()
  const watched = new Watch(options, handler, stop.signal).run()
  return {
    close: async () => {
      stop.abort()
      await watched
    },
  }
}

class Watch {
  readonly #options: FolderOptions
  readonly #handler: FileHandler
  readonly #signal: AbortSignal
  #seen = new Map<string, Seen>()
  /** Told once, until it works again. */
  #fault = ""

  constructor(options: FolderOptions, handler: FileHandler, signal: AbortSignal) {
    this.#options = options
    this.#handler = handler
    this.#signal = signal
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const lookMs = this.#options.lookMs ?? Math.max(LEAST_LOOK_MS, this.#options.settleMs / 2)
    while (!this.#signal.aborted) {
      const isWell = await this.#looked()
      await this.#pause(isWell ? lookMs : Math.max(lookMs, PAUSE_MS))
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    try {
      await sleep(milliseconds, undefined, { signal: this.#signal })
    } catch (error) {
      if (!this.#signal.aborted) throw error
    }
  }

  async #looked(): Promise<boolean> {
    try {
      const fault = await this.#look()
      this.#tell(fault)
      // A file that can never be taken slows down no other.
      return fault === "" || fault === UNNAMEABLE
    } catch (error) {
      this.#tell(error instanceof Error && "code" in error ? String(error.code) : String(error))
      return false
    }
  }

  #tell(fault: string): void {
    if (fault === this.#fault) return
    this.#fault = fault
    const { log, aeTitle } = this.#options
    if (fault === "") log("info", "folder-well", { aeTitle })
    else log("warn", "folder-waits", { aeTitle, code: fault })
  }

  /** Returns why it must be left in peace for a while; "" = it need not. */
  async #look(): Promise<string> {
    const root = await realpath(this.#options.path)
    const { files, hasUnnameable } = await candidates(root)
    this.#note(files)
    let fault = hasUnnameable ? UNNAMEABLE : ""
    const settled = [...this.#seen.values()].filter((each) => this.#hasSettled(each))
    if (settled.length === 0) return fault
    const { aeTitle } = this.#options
    const intake = this.#handler.open({ callingAE: aeTitle, remoteAddress: "" })
    const counts = new Map<string, number>()
    try {
      for (const each of settled) {
        const became = await this.#tried(root, each, intake, (code) => (fault = code))
        counts.set(became, (counts.get(became) ?? 0) + 1)
        if (this.#signal.aborted || fault === NO_ROOM) break
      }
    } finally {
      await intake.end()
      this.#options.log("info", "folder-looked", { aeTitle, ...Object.fromEntries(counts) })
    }
    return fault
  }

  /** A file that cannot be read or put away does not keep the others waiting. */
  async #tried(
    root: string,
    each: Seen,
    intake: FileIntake,
    onFault: (code: string) => void,
  ): Promise<string> {
    try {
      const became = await this.#deal(root, each, intake)
      if (became === NO_ROOM) onFault(NO_ROOM)
      return became
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error
      onFault(String(error.code))
      return "stuck"
    }
  }

  /** What is as it was keeps its time; what is gone is forgotten. */
  #note(found: readonly Candidate[]): void {
    const nowMs = performance.now()
    this.#seen = new Map(
      found.map((each) => {
        const known = this.#seen.get(each.name)
        const same = known !== undefined && isUnchanged(known.signature, each.signature)
        return [each.name, same ? known : { ...each, sinceMs: nowMs, outcome: null }]
      }),
    )
  }

  #hasSettled({ sinceMs, outcome }: Seen): boolean {
    const { settleMs, cutGraceMs = CUT_GRACE_MS } = this.#options
    const ageMs = performance.now() - sinceMs
    return outcome?.became === "cut" ? ageMs >= cutGraceMs : ageMs >= settleMs
  }

  /** Returns what became of it, in a word for the log. */
  async #deal(root: string, seen: Seen, intake: FileIntake): Promise<string> {
    const isFirst = seen.outcome === null
    seen.outcome ??= await take(root, seen, intake, this.#signal)
    const { outcome } = seen
    if (outcome === null) return "changed"
    if (isOutOfResources(outcome)) {
      seen.outcome = null
      return NO_ROOM
    }
    if (outcome.became === "cut") {
      if (isFirst) return "cut"
      this.#options.onStillCut?.(outcome)
    }
    if (outcome.status === 0) await putDone(root, seen, this.#options.after)
    else await putRefused(root, seen, outcome)
    return outcome.status === 0 ? outcome.became : "refused"
  }
}

/** A7xx: another try may do. */
const isOutOfResources = ({ status }: StoreOutcome): boolean => status >>> 8 === 0xa7
