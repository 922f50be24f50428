/** TimeStampReq (RFC 3161 §2.4.1): what is sent to a time-stamp authority. */
import { boolean, integer, NULL, octetString, oid, sequence } from "../cms/der-write.ts"
import { OID } from "../cms/oids.ts"

export const REQUEST_MEDIA_TYPE = "application/timestamp-query"
export const RESPONSE_MEDIA_TYPE = "application/timestamp-reply"
export const NONCE_LENGTH_BYTES = 8

/**
 * Version 1, SHA-256, certReq true (the token must carry the authority's certificate).
 *
 * @param imprint SHA-256 of what is stamped
 * @param nonce fresh octets; written as a positive INTEGER
 */
export function writeTimeStampReq(imprint: Uint8Array, nonce: Uint8Array): Uint8Array {
  const messageImprint = sequence(sequence(oid(OID.sha256), NULL), octetString(imprint))
  return sequence(integer(1), messageImprint, integer(nonce), boolean(true))
}
