/**
 * AuthEnvelopedData (RFC 5083) around a ciphertext that lies somewhere else: prefix ‖ ciphertext ‖ suffix is one DER
 * ContentInfo. Version 0, id-data, AES-256-GCM with a 16-octet tag, no authAttrs (openssl cannot read them).
 *
 * With equal chance the prefix is equal, octet for octet. Still it is made once per object and recipient set and kept:
 * a retry with fresh chance would be another document to the peer.
 */
import { Malformed } from "../malformed.ts"
import { integer, octetString, oid, openContainer, sequence } from "./der-write.ts"
import { TAG } from "./der.ts"
import { ICV_LENGTH_BYTES, NONCE_LENGTH_BYTES } from "./envelope-header.ts"
import { CEK_LENGTH_BYTES, type Chance } from "./key-wrap.ts"
import { OID } from "./oids.ts"
import { recipientInfos } from "./recipient-info.ts"

export interface EnvelopeInput {
  /** 32 octets. */
  readonly cek: Uint8Array
  /** 12 octets. */
  readonly nonce: Uint8Array
  readonly ciphertextLengthBytes: number
  /** Certificates (DER): keys on P-256 and P-384 get ECDH with AES key wrap, RSA keys RSAES-OAEP. */
  readonly recipients: readonly Uint8Array[]
  readonly chance: Chance
}

/** Octets of the suffix: the mac as an OCTET STRING. */
export const ENVELOPE_SUFFIX_LENGTH_BYTES = 2 + ICV_LENGTH_BYTES

/** Everything before the ciphertext. Throws Malformed ENVELOPE_RECIPIENT for a key that cannot receive. */
export function envelopePrefix(input: EnvelopeInput): Uint8Array {
  if (input.cek.length !== CEK_LENGTH_BYTES || input.nonce.length !== NONCE_LENGTH_BYTES) {
    throw new Malformed("ENVELOPE_HEADER", "RFC 5084 §3.2", "key is not 32 or nonce not 12 octets")
  }
  const algorithm = sequence(
    oid(OID.aes256Gcm),
    sequence(octetString(input.nonce), integer(ICV_LENGTH_BYTES)),
  )
  const innermost = openContainer(0x80, [], input.ciphertextLengthBytes)
  const encryptedContentInfo = openContainer(
    TAG.sequence,
    [oid(OID.data), algorithm, innermost.octets],
    innermost.bodyBytes,
  )
  const authEnveloped = openContainer(
    TAG.sequence,
    [integer(0), recipientInfos(input), encryptedContentInfo.octets],
    encryptedContentInfo.bodyBytes + ENVELOPE_SUFFIX_LENGTH_BYTES,
  )
  const explicit = openContainer(0xa0, [authEnveloped.octets], authEnveloped.bodyBytes)
  return openContainer(TAG.sequence, [oid(OID.authEnvelopedData), explicit.octets], explicit.bodyBytes).octets
}

/** Everything after the ciphertext: the tag. */
export function envelopeSuffix(tag: Uint8Array): Uint8Array {
  if (tag.length !== ICV_LENGTH_BYTES)
    throw new Malformed("ENVELOPE_ICV_LENGTH", "RFC 5084 §3.2", "tag is not 16 octets")
  return octetString(tag)
}
