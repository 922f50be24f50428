/** A small real sealer: AES-256-GCM per slot, context bound, slots that can be destroyed. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"
import { SpoolError } from "../../../gateway/journey/errors.ts"
import type { ColumnSealer } from "../../../gateway/storage/ledger/private-column.ts"

export class Slots implements ColumnSealer {
  readonly #keys = new Map<string, Buffer>()
  readonly #destroyed = new Set<string>()

  destroy(slotId: string): void {
    this.#keys.delete(slotId)
    this.#destroyed.add(slotId)
  }

  seal(slotId: string, context: string, clear: Uint8Array): Uint8Array {
    return sealBytes(this.#key(slotId), context, clear)
  }

  open(slotId: string, context: string, sealed: Uint8Array): Uint8Array {
    return openBytes(this.#key(slotId), context, sealed)
  }

  #key(slotId: string): Buffer {
    if (this.#destroyed.has(slotId)) throw new SpoolError("ERR_SLOT_GONE", "destroyed")
    const key = this.#keys.get(slotId) ?? randomBytes(32)
    this.#keys.set(slotId, key)
    return key
  }
}

export function sealBytes(key: Buffer, context: string, clear: Uint8Array): Uint8Array {
  const nonce = randomBytes(12)
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context))
  return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()])
}

export function openBytes(key: Buffer, context: string, sealed: Uint8Array): Uint8Array {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12))
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
}
