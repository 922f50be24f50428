/** A disk that fails at its n-th operation: once, from then on, or together with the whole process. */
import type { Disk, DiskFile } from "../../../gateway/storage/spool/disk.ts"

export interface Fault {
  /** 0 = never. Operations count from 1. */
  readonly at: number
  /** KILL: nothing of this or any later operation reaches the disk; the process is gone. */
  readonly code: "ENOSPC" | "EIO" | "EMFILE" | "KILL"
  readonly lasting: boolean
}

export class FaultyDisk implements Disk {
  operations = 0
  #isMended = false
  readonly #inner: Disk
  readonly #fault: Fault

  constructor(inner: Disk, fault: Fault) {
    this.#inner = inner
    this.#fault = fault
  }

  async open(path: string, mode: Parameters<Disk["open"]>[1]): Promise<DiskFile> {
    this.#step()
    const file = await this.#inner.open(path, mode)
    return {
      write: async (buffers, positionBytes) => {
        try {
          this.#step()
        } catch (error) {
          // Part of it got through before the disk said no; a killed process had not come to write.
          const bytes = Buffer.concat(buffers)
          if (this.#fault.code !== "KILL")
            await file.write([bytes.subarray(0, bytes.length / 2)], positionBytes)
          throw error
        }
        await file.write(buffers, positionBytes)
      },
      read: (into, positionBytes) => this.#then(() => file.read(into, positionBytes)),
      fdatasync: () => this.#then(() => file.fdatasync()),
      ftruncate: (lengthBytes) => this.#then(() => file.ftruncate(lengthBytes)),
      sizeBytes: () => this.#then(() => file.sizeBytes()),
      close: () => file.close(),
    }
  }

  mkdir(path: string): Promise<void> {
    return this.#then(() => this.#inner.mkdir(path))
  }
  readdir(path: string): Promise<readonly string[]> {
    return this.#then(() => this.#inner.readdir(path))
  }
  rename(from: string, to: string): Promise<void> {
    return this.#then(() => this.#inner.rename(from, to))
  }
  unlink(path: string): Promise<void> {
    return this.#then(() => this.#inner.unlink(path))
  }
  rmdir(path: string): Promise<void> {
    return this.#then(() => this.#inner.rmdir(path))
  }
  fsyncDir(path: string): Promise<void> {
    return this.#then(() => this.#inner.fsyncDir(path))
  }
  statfs(path: string): Promise<{ freeBytes: number; totalBytes: number }> {
    return this.#then(() => this.#inner.statfs(path))
  }

  async #then<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    this.#step()
    return await work()
  }

  /** From now on nothing fails, and nothing is counted. */
  mend(): void {
    this.#isMended = true
  }

  /** Mended no more: it counts and fails again, from its first operation on. */
  fail(): void {
    this.#isMended = false
    this.operations = 0
  }

  #step(): void {
    if (this.#isMended) return
    this.operations += 1
    const { at, code, lasting } = this.#fault
    const isNow = this.operations === at || (at > 0 && this.operations > at && (lasting || code === "KILL"))
    if (isNow) throw Object.assign(new Error(`${code} at operation ${this.operations}`), { code })
  }
}

/** Was it the end of the process, and not of one operation? */
export function isKill(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && at.code === "KILL") return true
    if (at instanceof AggregateError && at.errors.some(isKill)) return true
  }
  return false
}
