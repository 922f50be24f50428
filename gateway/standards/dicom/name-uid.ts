/** UIDs that follow from a name: the same name gives the same UID, however often and wherever it is asked for. */
import { createHash } from "node:crypto"

/** Namespace of OIDs, RFC 9562 §6.6 and appendix A. */
const NAMESPACE_OID = Buffer.from("6ba7b8129dad11d180b400c04fd430c8", "hex")

/**
 * `2.25.<decimal>` of a UUID version 5 (RFC 9562 §5.5, PS3.5 B.2).
 *
 * @param oid  the thing, e.g. a CDA document
 * @param part what of it: one thing may need several UIDs
 */
export function uidOfName(oid: string, part: string): string {
  const digest = createHash("sha1").update(NAMESPACE_OID).update(`${oid}/${part}`).digest()
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  return `2.25.${BigInt(`0x${digest.subarray(0, 16).toString("hex")}`).toString()}`
}
