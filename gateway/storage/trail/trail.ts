/**
 * The audit trail: a chained file, appended and fdatasynced, never rewritten. Answers the port `AuditTrail`.
 *
 * A torn last line (a crash or a full disk inside an append) is cut: its row is still in the ledger's outbox and
 * comes again under the same key.
 */
import { open, type FileHandle } from "node:fs/promises"
import { dirname } from "node:path"
import { AuditError } from "../../journey/errors.ts"
import type { AuditEvent, AuditTrail, TrailReader } from "../../journey/ports/audit.ts"
import { writeAuditMessage } from "../../standards/atna/audit-message.ts"
import { nextLink, writeLink, type Link } from "./chain.ts"
import { endOfLastLine } from "./lines.ts"
import { messageOf } from "./message-of.ts"
import type { AuditSource } from "./participants.ts"
import { trailReader } from "./trail-reader.ts"
import { remember, verifyTrail } from "./verify-trail.ts"
import { syncFolder } from "../sync-folder.ts"

/** The trail holds patient ids: for its owner alone. */
const OWNER_ONLY = 0o600

export interface Trail extends AuditTrail {
  close(): Promise<void>
  /** Hash of the newest link, for the operator to write down elsewhere. */
  head(): string
  readonly reader: TrailReader
}

/** Checks the whole chain first. Throws ERR_AUDIT_CHAIN when it does not hold: nothing is appended to a broken book. */
export async function openTrail(path: string, source: AuditSource): Promise<Trail> {
  const file = await open(path, "a+", OWNER_ONLY)
  try {
    await cutTornTail(file)
    await syncFolder(dirname(path))
    const { fault, last, recentKeys } = await verifyTrail(path)
    if (fault !== null) throw new AuditError("ERR_AUDIT_CHAIN", fault)
    const { size } = await file.stat()
    return new FileTrail({ file, path }, source, { last, keys: recentKeys, endBytes: size })
  } catch (error) {
    await file.close()
    throw error
  }
}

type Entry = Parameters<AuditTrail["record"]>[0][number]

interface OpenFile {
  readonly file: FileHandle
  readonly path: string
}

interface DurableState {
  readonly last: Link | null
  readonly keys: Set<string>
  readonly endBytes: number
}

class FileTrail implements Trail {
  readonly reader: TrailReader
  readonly #file: FileHandle
  readonly #source: AuditSource
  readonly #keys: Set<string>
  #last: Link | null
  /** What is known to be durable ends here. */
  #endBytes: number
  #queue: Promise<void> = Promise.resolve()

  constructor({ file, path }: OpenFile, source: AuditSource, state: DurableState) {
    this.#file = file
    this.#source = source
    this.#last = state.last
    this.#keys = state.keys
    this.#endBytes = state.endBytes
    this.reader = trailReader(path, () => ({
      records: this.#last?.n ?? 0,
      hash: this.head(),
      bytes: this.#endBytes,
    }))
  }

  record(entries: readonly Entry[]): Promise<void> {
    const mine = this.#queue.then(() => this.#append(entries))
    this.#queue = mine.catch(() => undefined)
    return mine
  }

  async close(): Promise<void> {
    await this.#queue
    await this.#file.close()
  }

  head(): string {
    return this.#last?.hash ?? ""
  }

  /** Keys, head and end move only once the lines are durable, so that a repeat after a failure is not taken for known. */
  async #append(entries: readonly Entry[]): Promise<void> {
    const links = this.#linksFor(entries)
    if (links.length === 0) return
    const lines = Buffer.from(links.map((link) => `${writeLink(link)}\n`).join(""))
    await this.#write(lines)
    this.#endBytes += lines.length
    for (const link of links) remember(this.#keys, link.key)
    this.#last = links.at(-1) ?? this.#last
    for (const tell of this.reader.followers) tell()
  }

  async #write(lines: Buffer): Promise<void> {
    try {
      const { size } = await this.#file.stat()
      if (size < this.#endBytes)
        throw new AuditError("ERR_AUDIT_CHAIN", "the file lost lines while it was open")
      // An attempt that failed half way left part of itself behind.
      if (size > this.#endBytes) await this.#file.truncate(this.#endBytes)
      await this.#file.appendFile(lines)
      await this.#file.datasync()
    } catch (cause) {
      if (cause instanceof AuditError) throw cause
      throw new AuditError("ERR_AUDIT_WRITE", "the audit trail could not be written", { cause })
    }
  }

  #linksFor(entries: readonly Entry[]): readonly Link[] {
    const fresh = new Map<string, AuditEvent>()
    for (const { key, event } of entries) if (!this.#keys.has(key) && !fresh.has(key)) fresh.set(key, event)
    const links: Link[] = []
    for (const [key, event] of fresh) {
      const message = writeAuditMessage(messageOf(event, this.#source))
      links.push(nextLink(links.at(-1) ?? this.#last, key, message))
    }
    return links
  }
}

async function cutTornTail(file: FileHandle): Promise<void> {
  const { size } = await file.stat()
  const end = await endOfLastLine(file, size)
  if (end < size) await file.truncate(end)
}
