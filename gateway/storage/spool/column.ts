/**
 * Ledger columns that die with a slot: AES-256-GCM under HKDF(slotKey, "dokuei column v1"), random nonce,
 * AAD = the context (table, column, row), so that a value cannot be moved to another place.
 */
import { SpoolError } from "../../journey/errors.ts"
import type { Chance } from "../../journey/ports/time.ts"
import { NONCE_BYTES, openBytes, sealBytes } from "./gcm.ts"
import type { LiveSlot } from "./live-slot.ts"

/** All that a column needs of a slot. */
type Columns = Pick<LiveSlot, "columnKey">

export function sealColumn(slot: Columns, context: string, clear: Uint8Array, chance: Chance): Uint8Array {
  return sealBytes(slot.columnKey, chance.bytes(NONCE_BYTES), Buffer.from(context, "utf8"), clear)
}

/** Throws ERR_TAG_MISMATCH when value, slot or context is not the one it was sealed with. */
export function openColumn(slot: Columns, context: string, sealed: Uint8Array): Uint8Array {
  const clear = openBytes(slot.columnKey, Buffer.from(context, "utf8"), sealed)
  if (clear === null) throw new SpoolError("ERR_TAG_MISMATCH", `a sealed column of ${context} does not open`)
  return clear
}
