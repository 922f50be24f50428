/** Identifiers we issue, from chance alone. */
import type { Chance } from "./ports/time.ts"

/** Lower case, as ids and digests are written here. */
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

/** 128 random bits as lower-case UUID version 4 (RFC 9562 §5.4). */
export function uuid(chance: Chance): string {
  const bytes = Uint8Array.from(chance.bytes(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const digits = hex(bytes)
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join("-")
}

export const uuidUrn = (chance: Chance): string => `urn:uuid:${uuid(chance)}`

/** OID under 2.25 (ITU-T X.667): a UUID as one decimal arc. */
export function uuidOid(chance: Chance): string {
  return `2.25.${BigInt(`0x${uuid(chance).replaceAll("-", "")}`).toString()}`
}
