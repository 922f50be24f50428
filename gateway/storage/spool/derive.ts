/** Keys made from keys: HKDF-SHA-256 (RFC 5869) without salt, one label per use. */
import { hkdfSync } from "node:crypto"

export const KEY_BYTES = 32

/** Every use of a derived key. A label is never used for two things. */
export type KeyLabel = "dokuei trailer v1" | "dokuei chunk v1" | "dokuei column v1"

/** 32 bytes for `label`; tells nothing of `key` or of other labels. */
export function deriveKey(key: Uint8Array, label: KeyLabel): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", label, KEY_BYTES))
}
