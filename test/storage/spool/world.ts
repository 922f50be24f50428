/** A clock, dice and values for tests of the spool: repeatable, and different for every seed. */
import { createCipheriv, createHash } from "node:crypto"
import type { ObjectMeta } from "../../../gateway/journey/ports/spool.ts"
import type { Chance, Clock } from "../../../gateway/journey/ports/time.ts"
import { type FileSpool, type SpoolOptions, openSpool } from "../../../gateway/storage/spool/file-spool.ts"
import type { Disk } from "../../../gateway/storage/spool/disk.ts"

/** The key stream of AES-128-CTR under the seed's digest: never repeats, always the same for one seed. */
export function seededChance(seed: string): Chance {
  const key = createHash("sha256").update(seed).digest().subarray(0, 16)
  const stream = createCipheriv("aes-128-ctr", key, Buffer.alloc(16))
  return { bytes: (length) => Uint8Array.from(stream.update(Buffer.alloc(length))) }
}

/** Moves a millisecond at every look. */
export function steppingClock(): Clock {
  let ms = Date.UTC(2026, 0, 1)
  return { now: () => new Date(ms++) }
}

/** 0 <= number < 1 from dice. */
export function fraction(chance: Chance): number {
  return Buffer.from(chance.bytes(4)).readUInt32BE() / 2 ** 32
}

export function meta(uniqueId: string, more: Partial<ObjectMeta> = {}): ObjectMeta {
  return {
    StudyInstanceUID: "1.2.392.1",
    SeriesInstanceUID: "1.2.392.1.1",
    uniqueId,
    SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
    TransferSyntaxUID: "1.2.840.10008.1.2.1",
    mimeType: "application/dicom",
    callingAE: "CT1",
    calledAE: "DOKUEI",
    source: "192.0.2.1",
    receivedAt: "2026-01-01T00:00:00.000Z",
    supersedes: null,
    ...more,
  }
}

export const EPOCH_KEY = { epoch: 1, key: Buffer.alloc(32, 7) }
export const SITE = "hospital-a"

export function openTestSpool(
  disk: Disk,
  dataDir: string,
  seed: string,
  more: Partial<SpoolOptions> = {},
): Promise<FileSpool> {
  const chance = seededChance(seed)
  return openSpool({
    dataDir,
    site: SITE,
    epochKey: EPOCH_KEY,
    clock: steppingClock(),
    chance,
    disk,
    ...more,
  })
}

/** Preamble, "DICM" and a group 0002 of 4 + `moreBytes` bytes after its length. */
export function prologue(moreBytes = 26): Buffer {
  const bytes = Buffer.alloc(144 + moreBytes)
  bytes.write("DICM", 128)
  bytes.set([2, 0, 0, 0, 0x55, 0x4c, 4, 0], 132)
  bytes.writeUInt32LE(moreBytes, 140)
  return bytes
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}
