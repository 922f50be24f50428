/**
 * What can go wrong under a gateway's own roof, at exactly the n-th operation that leaves a trace: a commit of the ledger
 * fails, an operation of the disk fails, or the process ends right after the operation, before anybody heard of it.
 */
import { LedgerError } from "../../gateway/journey/errors.ts"
import type { Ledger } from "../../gateway/journey/records/ledger.ts"
import type { Disk, DiskFile } from "../../gateway/storage/spool/disk.ts"

/** The process is gone: whatever it still does comes to nothing. */
export class Crash extends Error {
  override readonly name = "Crash"
}

export function isCrash(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof Crash) return true
    if (at instanceof AggregateError && at.errors.some(isCrash)) return true
  }
  return false
}

export type Trace = "disk" | "ledger"
export type Mishap = "crash" | "disk-fails" | "ledger-fails"

/** One life of a process, from start to crash. */
export interface Life {
  dead: boolean
}

export class Fuse {
  /** Operations that count for this mishap, so far. */
  count = 0
  /** What it hit, once it went off. */
  hit: string | null = null
  readonly #mishap: Mishap
  readonly #at: number

  /** @param at which operation, from 1; 0 = none: only count */
  constructor(mishap: Mishap, at: number) {
    this.#mishap = mishap
    this.#at = at
  }

  async guard<T>(life: Life, trace: Trace, what: string, work: () => Promise<T>): Promise<T> {
    if (life.dead) throw new Crash()
    const mine = this.#goesOff(trace)
    if (mine) this.hit = what
    if (mine && this.#mishap === "disk-fails") throw Object.assign(new Error(`EIO: ${what}`), { code: "EIO" })
    if (mine && this.#mishap === "ledger-fails") throw new LedgerError("ERR_LEDGER", what)
    const result = await work()
    if (mine) life.dead = true
    if (alive(life)) return result
    throw new Crash()
  }

  #goesOff(trace: Trace): boolean {
    const counts = this.#mishap === "crash" || this.#mishap === `${trace}-fails`
    if (counts) this.count += 1
    return counts && this.count === this.#at
  }
}

const alive = (life: Life): boolean => !life.dead

/** A disk whose traces go through the fuse; the dead neither read nor write. */
export function fusedDisk(disk: Disk, fuse: Fuse, life: Life, name: string): Disk {
  const guard = <T>(what: string, work: () => Promise<T>): Promise<T> =>
    fuse.guard(life, "disk", `${name} ${what}`, work)
  return {
    open: async (path, mode) => {
      const open = (): Promise<DiskFile> => disk.open(path, mode)
      const file = await (mode === "create" ? guard("create", open) : read(life, open))
      return {
        write: (buffers, positionBytes) => guard("write", () => file.write(buffers, positionBytes)),
        read: (into, positionBytes) => read(life, () => file.read(into, positionBytes)),
        fdatasync: () => guard("fdatasync", () => file.fdatasync()),
        ftruncate: (lengthBytes) => guard("ftruncate", () => file.ftruncate(lengthBytes)),
        sizeBytes: () => read(life, () => file.sizeBytes()),
        close: () => file.close(),
      }
    },
    mkdir: (path) => guard("mkdir", () => disk.mkdir(path)),
    readdir: (path) => read(life, () => disk.readdir(path)),
    rename: (from, to) => guard("rename", () => disk.rename(from, to)),
    unlink: (path) => guard("unlink", () => disk.unlink(path)),
    rmdir: (path) => guard("rmdir", () => disk.rmdir(path)),
    fsyncDir: (path) => guard("fsyncDir", () => disk.fsyncDir(path)),
    statfs: (path) => read(life, () => disk.statfs(path)),
  }
}

async function read<T>(life: Life, work: () => Promise<T>): Promise<T> {
  if (life.dead) throw new Crash()
  return await work()
}

/** The ledger likewise. */
export function fusedLedger(ledger: Ledger, fuse: Fuse, life: Life, name: string): Ledger {
  const fused = Object.fromEntries(
    Object.entries(ledger).map(([method, answer]) => {
      const call = answer as (...values: unknown[]) => Promise<unknown>
      return [method, (...values: unknown[]) => read(life, () => call(...values))]
    }),
  ) as unknown as Ledger
  return {
    ...fused,
    commit: (changes) =>
      fuse.guard(life, "ledger", `${name} commit ${told(changes)}`, () => ledger.commit(changes)),
  }
}

const told = (changes: readonly object[]): string =>
  changes.map((change) => ("put" in change ? String(change.put) : "remove")).join(",")
