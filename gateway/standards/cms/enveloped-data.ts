/**
 * EnvelopedData (RFC 5652 §6) with AES-256-CBC (RFC 3565) around a ciphertext that lies somewhere else: prefix ‖ ciphertext is
 * one DER ContentInfo. Nothing in it guards the ciphertext: whoever uses it puts a digest inside.
 */
import { Malformed } from "../malformed.ts"
import { integer, octetString, oid, openContainer, sequence } from "./der-write.ts"
import { TAG } from "./der.ts"
import { IV_LENGTH_BYTES } from "./envelope-header.ts"
import { CEK_LENGTH_BYTES } from "./key-wrap.ts"
import { OID } from "./oids.ts"
import { isAgreed, recipientInfos, type Recipients } from "./recipient-info.ts"

const BLOCK_LENGTH_BYTES = 16

/** With its padding, which is always there. */
export const cbcLengthBytes = (clearLengthBytes: number): number =>
  clearLengthBytes + BLOCK_LENGTH_BYTES - (clearLengthBytes % BLOCK_LENGTH_BYTES)

export interface EnvelopedInput extends Recipients {
  /** 16 octets. */
  readonly iv: Uint8Array
  readonly clearLengthBytes: number
}

/** Everything before the ciphertext; nothing follows it. Throws Malformed ENVELOPE_RECIPIENT for a key that cannot receive. */
export function envelopedPrefix(input: EnvelopedInput): Uint8Array {
  if (input.cek.length !== CEK_LENGTH_BYTES || input.iv.length !== IV_LENGTH_BYTES)
    throw new Malformed(
      "ENVELOPE_HEADER",
      "RFC 3565 §4.1",
      "key is not 32 or initialization vector not 16 octets",
    )
  const version = input.recipients.some(isAgreed) ? 2 : 0
  const algorithm = sequence(oid(OID.aes256Cbc), octetString(input.iv))
  const innermost = openContainer(0x80, [], cbcLengthBytes(input.clearLengthBytes))
  const encryptedContentInfo = openContainer(
    TAG.sequence,
    [oid(OID.data), algorithm, innermost.octets],
    innermost.bodyBytes,
  )
  const enveloped = openContainer(
    TAG.sequence,
    [integer(version), recipientInfos(input), encryptedContentInfo.octets],
    encryptedContentInfo.bodyBytes,
  )
  const explicit = openContainer(0xa0, [enveloped.octets], enveloped.bodyBytes)
  return openContainer(TAG.sequence, [oid(OID.envelopedData), explicit.octets], explicit.bodyBytes).octets
}
