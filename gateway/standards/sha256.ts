/** SHA-256 (FIPS 180-4) of what is at hand whole; what flows is digested where it flows. */
import { createHash } from "node:crypto"

/** 32 octets. Text is taken as UTF-8. */
export const sha256 = (octets: Uint8Array | string): Buffer => createHash("sha256").update(octets).digest()

/** The same in 64 small hex digits. */
export const sha256Hex = (octets: Uint8Array | string): string => sha256(octets).toString("hex")
