/**
 * One slot: a study's key of one class, wrapped under the epoch key, on a page of its own that is overwritten in
 * place. All zero = free or destroyed.
 *
 * Big-endian: 0 "DKS1" · 4 version 1 · 5 class · 6 zero 2 · 8 slotId 16 · 24 index u32 · 28 epoch u32 · 32 nonce 12 ·
 * 44 wrapped slot key 32 · 76 tag 16 · 92 zero · 4092 CRC-32 of bytes 0-4091.
 * Wrapping: AES-256-GCM under the epoch key, AAD = site (UTF-8) ‖ slotId ‖ index ‖ epoch.
 */
import { crc32 } from "node:zlib"
import type { SlotClass } from "../../journey/ports/spool.ts"
import { KEY_BYTES } from "./derive.ts"
import { rot } from "./failure.ts"
import { NONCE_BYTES, TAG_BYTES, openBytes, sealBytes } from "./gcm.ts"
import { ID_BYTES, idBytes, idFrom } from "./ids.ts"

export const PAGE_BYTES = 4096
const MAGIC = Buffer.from("DKS1", "latin1")
const VERSION = 1
const CLASSES: readonly SlotClass[] = ["received", "recoded", "documents"]
const OFFSET = {
  version: 4,
  class: 5,
  slotId: 8,
  index: 24,
  epoch: 28,
  nonce: 32,
  end: 92,
  crc32: 4092,
} as const
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES

export interface EpochKey {
  /** Counts up; never used twice. */
  readonly epoch: number
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** Where a slot stands; all of it is bound by the wrapping. */
export interface SlotPosition {
  readonly site: string
  readonly index: number
}

export interface Slot {
  readonly slotId: string
  readonly slotClass: SlotClass
  readonly slotKey: Uint8Array
}

export function encodeSlotPage(slot: Slot, at: SlotPosition, epochKey: EpochKey, nonce: Uint8Array): Buffer {
  const page = Buffer.alloc(PAGE_BYTES)
  MAGIC.copy(page)
  page.writeUInt8(VERSION, OFFSET.version)
  page.writeUInt8(CLASSES.indexOf(slot.slotClass) + 1, OFFSET.class)
  idBytes(slot.slotId).copy(page, OFFSET.slotId)
  page.writeUInt32BE(at.index, OFFSET.index)
  page.writeUInt32BE(epochKey.epoch, OFFSET.epoch)
  const aad = bound(at, idBytes(slot.slotId), epochKey.epoch)
  sealBytes(epochKey.key, nonce, aad, slot.slotKey).copy(page, OFFSET.nonce)
  page.writeUInt32BE(crc32(page.subarray(0, OFFSET.crc32)), OFFSET.crc32)
  return page
}

/** Throws ERR_SPOOL_ROT when the page does not check or does not open at this place under this epoch key. */
export function decodeSlotPage(page: Buffer, at: SlotPosition, epochKey: EpochKey): Slot {
  checkShape(page)
  if (page.readUInt32BE(OFFSET.index) !== at.index) throw rot("the slot stands at another index")
  if (page.readUInt32BE(OFFSET.epoch) !== epochKey.epoch) throw rot("the slot is of another epoch")
  const slotClass = CLASSES[page.readUInt8(OFFSET.class) - 1]
  if (slotClass === undefined) throw rot("the slot is of an unknown class")
  const id = page.subarray(OFFSET.slotId, OFFSET.slotId + ID_BYTES)
  const wrapped = page.subarray(OFFSET.nonce, OFFSET.nonce + WRAPPED_BYTES)
  const slotKey = openBytes(epochKey.key, bound(at, id, epochKey.epoch), wrapped)
  if (slotKey === null) throw rot("the slot does not open under the epoch key")
  return { slotId: idFrom(id), slotClass, slotKey }
}

const ZEROS = new Uint8Array(PAGE_BYTES)
/** Of at most a page. As one comparison: every start asks it of every slot. */
export function isZero(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes, ZEROS.subarray(0, bytes.length)) === 0
}

/** Does a page of a slot file name this slot, readable or not? */
export function namesSlot(page: Buffer, slotId: string): boolean {
  return page.subarray(OFFSET.slotId, OFFSET.slotId + ID_BYTES).equals(idBytes(slotId))
}

function checkShape(page: Buffer): void {
  if (page.length !== PAGE_BYTES) throw rot("a slot is 4096 bytes")
  if (!page.subarray(0, MAGIC.length).equals(MAGIC)) throw rot("no slot begins here")
  if (crc32(page.subarray(0, OFFSET.crc32)) !== page.readUInt32BE(OFFSET.crc32))
    throw rot("the slot's CRC-32 does not fit")
  if (page.readUInt8(OFFSET.version) !== VERSION) throw rot("the slot is of another version")
  if (!isZero(page.subarray(OFFSET.end, OFFSET.crc32))) throw rot("reserved bytes of the slot are in use")
}

/** The site has any length; what follows it is always 24 bytes, so that no two places give the same bytes. */
function bound(at: SlotPosition, slotId: Uint8Array, epoch: number): Buffer {
  const numbers = Buffer.alloc(8)
  numbers.writeUInt32BE(at.index, 0)
  numbers.writeUInt32BE(epoch, 4)
  return Buffer.concat([Buffer.from(at.site, "utf8"), slotId, numbers])
}
