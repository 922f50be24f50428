/** The digest by which certificates and lists are named. */
import { createHash } from "node:crypto"

export const sha256 = (octets: Uint8Array): Buffer => createHash("sha256").update(octets).digest()
