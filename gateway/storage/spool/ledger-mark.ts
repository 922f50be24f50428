/**
 * How many commits the ledger had when the spool last heard of it: what tells a ledger that was put back from an older
 * backup (docs/adr/0007).
 *
 * Three records of 64 bytes, each in a sector of its own; the highest that checks counts. The first is written at a start and
 * synced. The others are overwritten in turn and never synced in passing: a process that ends leaves them to the kernel, a
 * power cut may take or tear the last ones, and then the mark is too low, never too high.
 *
 * Big-endian: 0 "DKLM" · 4 version 1 · 5 zero 3 · 8 spool id 16 · 24 commits u64 · 32 zero 28 · 60 CRC-32 of bytes 0-59.
 */
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { type Disk, type DiskFile, namesIn, unlinkIfThere } from "./disk.ts"
import { ID_BYTES, idBytes } from "./ids.ts"

const NAME = "ledger"
const MAGIC = Buffer.from("DKLM", "latin1")
const VERSION = 1
const RECORD_BYTES = 64
/** One record to a sector, whatever the disk calls a sector. */
const SECTOR_BYTES = 4096
/** The synced record, and those that are noted in turn. */
const SYNCED = 0
const noted = (commits: number): number => 1 + (commits % 2)
const SECTORS = [SYNCED, noted(0), noted(1)]
const OFFSET = { version: 4, spoolId: 8, commits: 24, crc32: 60 } as const

/** `null`: there is no mark, no ledger was ever noted here · `unreadable`: there is one, and no record checks. */
export type Marked = number | null | "unreadable"

export class LedgerMark {
  readonly #disk: Disk
  readonly #folder: string
  readonly #spoolId: string
  #file: DiskFile | null
  #marked: Marked
  /** What is being written, and what is to be written after that. */
  #writing: Promise<void> | null = null

  private constructor(disk: Disk, folder: string, spoolId: string, file: DiskFile | null, marked: Marked) {
    this.#disk = disk
    this.#folder = folder
    this.#spoolId = spoolId
    this.#file = file
    this.#marked = marked
  }

  /** @param folder of the slots: like them the mark belongs into no backup */
  static async open(disk: Disk, folder: string, spoolId: string): Promise<LedgerMark> {
    if (!(await namesIn(disk, folder)).includes(NAME))
      return new LedgerMark(disk, folder, spoolId, null, null)
    const file = await disk.open(join(folder, NAME), "update")
    return new LedgerMark(disk, folder, spoolId, file, await readMark(file, spoolId))
  }

  get marked(): Marked {
    return this.#marked
  }

  /** The mark is `commits`, durably; the file is made when it is missing. What was noted must not be higher. */
  async set(commits: number): Promise<void> {
    await this.#writing
    const record = encodeRecord(this.#spoolId, commits)
    if (this.#file === null) this.#file = await this.#create(record)
    else {
      await this.#file.write([record], SYNCED * SECTOR_BYTES)
      await this.#file.fdatasync()
    }
    this.#marked = commits
  }

  /** Whole or not at all: written beside, synced, renamed. */
  async #create(record: Uint8Array): Promise<DiskFile> {
    const [path, beside] = [join(this.#folder, NAME), join(this.#folder, `${NAME}.new`)]
    await unlinkIfThere(this.#disk, beside)
    const file = await this.#disk.open(beside, "create")
    await file.write([record], SYNCED * SECTOR_BYTES)
    await file.fdatasync()
    await this.#disk.rename(beside, path)
    await this.#disk.fsyncDir(this.#folder)
    return file
  }

  /**
   * After a commit: one short write in place, not synced. Who comes while one is written is written with the next; a lower
   * number than the mark's changes nothing, and before `set` nothing is noted.
   */
  async note(commits: number): Promise<void> {
    if (this.#file === null || typeof this.#marked !== "number" || commits <= this.#marked) return
    this.#marked = commits
    const mine = this.#writing
    if (mine !== null) await mine.catch(() => undefined)
    this.#writing ??= this.#writeNewest(this.#file).finally(() => (this.#writing = null))
    await this.#writing
  }

  async #writeNewest(file: DiskFile): Promise<void> {
    const commits = this.#marked as number
    await file.write([encodeRecord(this.#spoolId, commits)], noted(commits) * SECTOR_BYTES)
  }

  /** Durable as it stands. */
  async close(): Promise<void> {
    const file = this.#file
    this.#file = null
    if (file === null) return
    try {
      await this.#writing?.catch(() => undefined)
      await file.fdatasync()
    } finally {
      await file.close()
    }
  }
}

function encodeRecord(spoolId: string, commits: number): Buffer {
  const bytes = Buffer.alloc(RECORD_BYTES)
  MAGIC.copy(bytes)
  bytes.writeUInt8(VERSION, OFFSET.version)
  idBytes(spoolId).copy(bytes, OFFSET.spoolId)
  bytes.writeBigUInt64BE(BigInt(commits), OFFSET.commits)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, OFFSET.crc32)), OFFSET.crc32)
  return bytes
}

async function readMark(file: DiskFile, spoolId: string): Promise<Marked> {
  const bytes = Buffer.alloc(RECORD_BYTES)
  const found: number[] = []
  for (const sector of SECTORS) {
    const read = await file.read(bytes, sector * SECTOR_BYTES)
    const commits = read < RECORD_BYTES ? null : decodeRecord(bytes, spoolId)
    if (commits !== null) found.push(commits)
  }
  return found.length === 0 ? "unreadable" : Math.max(...found)
}

/** Null when the record does not check, or is of another spool. */
function decodeRecord(bytes: Buffer, spoolId: string): number | null {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null
  if (crc32(bytes.subarray(0, OFFSET.crc32)) !== bytes.readUInt32BE(OFFSET.crc32)) return null
  if (bytes.readUInt8(OFFSET.version) !== VERSION) return null
  if (!bytes.subarray(OFFSET.spoolId, OFFSET.spoolId + ID_BYTES).equals(idBytes(spoolId))) return null
  return Number(bytes.readBigUInt64BE(OFFSET.commits))
}
