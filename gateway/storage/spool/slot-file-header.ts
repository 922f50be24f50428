/**
 * Page 0 of a slot file. It is written when everything else of the file is durable: a slot file counts only with
 * it, and that write is the moment the epoch turns.
 *
 * Big-endian: 0 "DKSF" · 4 version 1 · 5 zero 3 · 8 epoch u32 · 12 zero 20 · 32 nonce 12 · 44 tag 16 · 60 zero · 4092 CRC-32.
 * The tag is AES-256-GCM of nothing under the epoch key, AAD = site ‖ bytes 0-11: it tells a wrong key from a bad slot.
 */
import { crc32 } from "node:zlib"
import { NONCE_BYTES, TAG_BYTES, openBytes, sealBytes } from "./gcm.ts"
import { type EpochKey, PAGE_BYTES } from "./slot-page.ts"

const MAGIC = Buffer.from("DKSF", "latin1")
const VERSION = 1
const OFFSET = { version: 4, epoch: 8, boundEnd: 12, check: 32, crc32: 4092 } as const

export function encodeSlotFileHeader(site: string, epochKey: EpochKey, nonce: Uint8Array): Buffer {
  const page = Buffer.alloc(PAGE_BYTES)
  MAGIC.copy(page)
  page.writeUInt8(VERSION, OFFSET.version)
  page.writeUInt32BE(epochKey.epoch, OFFSET.epoch)
  sealBytes(epochKey.key, nonce, bound(site, page), new Uint8Array(0)).copy(page, OFFSET.check)
  page.writeUInt32BE(crc32(page.subarray(0, OFFSET.crc32)), OFFSET.crc32)
  return page
}

/** Is this a whole header of that epoch? Needs no key. */
export function isSlotFileHeader(page: Buffer, epoch: number): boolean {
  return (
    page.length === PAGE_BYTES &&
    page.subarray(0, MAGIC.length).equals(MAGIC) &&
    page.readUInt8(OFFSET.version) === VERSION &&
    page.readUInt32BE(OFFSET.epoch) === epoch &&
    page.readUInt32BE(OFFSET.crc32) === crc32(page.subarray(0, OFFSET.crc32))
  )
}

/** Are site and epoch key those the file was made with? */
export function fitsEpochKey(page: Buffer, site: string, epochKey: EpochKey): boolean {
  const check = page.subarray(OFFSET.check, OFFSET.check + NONCE_BYTES + TAG_BYTES)
  return openBytes(epochKey.key, bound(site, page), check) !== null
}

function bound(site: string, page: Buffer): Buffer {
  return Buffer.concat([Buffer.from(site, "utf8"), page.subarray(0, OFFSET.boundEnd)])
}
