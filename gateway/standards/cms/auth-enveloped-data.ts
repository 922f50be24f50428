/**
 * AuthEnvelopedData (RFC 5083) around a ciphertext that lies somewhere else: prefix ‖ ciphertext ‖ suffix is one DER
 * ContentInfo. Version 0, id-data, AES-256-GCM with a 16-octet tag, no authAttrs (openssl cannot read them).
 *
 * With equal chance the prefix is equal, octet for octet. Still it is made once per object and recipient set and kept:
 * a retry with fresh chance would be another document to the peer.
 */
import { Malformed } from "../malformed.ts"
import { der, derHeader, integer, octetString, oid, sequence, setOf } from "./der-write.ts"
import { TAG } from "./der.ts"
import { ICV_LENGTH_BYTES, MAX_RECIPIENTS, NONCE_LENGTH_BYTES } from "./envelope-header.ts"
import { CEK_LENGTH_BYTES, type Chance } from "./key-wrap.ts"
import { OID } from "./oids.ts"
import { recipientCertificate } from "./recipient-certificate.ts"
import { agreedRecipientInfo, transportedRecipientInfo } from "./recipient-info.ts"

export interface EnvelopeInput {
  /** 32 octets. */
  readonly cek: Uint8Array
  /** 12 octets. */
  readonly nonce: Uint8Array
  readonly ciphertextLengthBytes: number
  /** Certificates (DER): EC P-256 keys get ECDH with AES key wrap, RSA keys RSAES-OAEP. */
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
  const innermost = open(0x80, [], input.ciphertextLengthBytes)
  const encryptedContentInfo = open(
    TAG.sequence,
    [oid(OID.data), algorithm, innermost.octets],
    innermost.bodyBytes,
  )
  const authEnveloped = open(
    TAG.sequence,
    [integer(0), recipientInfos(input), encryptedContentInfo.octets],
    encryptedContentInfo.bodyBytes + ENVELOPE_SUFFIX_LENGTH_BYTES,
  )
  const explicit = open(0xa0, [authEnveloped.octets], authEnveloped.bodyBytes)
  return open(TAG.sequence, [oid(OID.authEnvelopedData), explicit.octets], explicit.bodyBytes).octets
}

/** Everything after the ciphertext: the tag. */
export function envelopeSuffix(tag: Uint8Array): Uint8Array {
  if (tag.length !== ICV_LENGTH_BYTES)
    throw new Malformed("ENVELOPE_ICV_LENGTH", "RFC 5084 §3.2", "tag is not 16 octets")
  return octetString(tag)
}

/** Octets of a container up to where `bodyBytes` more octets follow that belong to it. */
function open(tag: number, parts: readonly Uint8Array[], bodyBytes: number) {
  const known = Buffer.concat(parts)
  return { octets: Buffer.concat([derHeader(tag, known.length + bodyBytes), known]), bodyBytes }
}

function recipientInfos(input: EnvelopeInput): Uint8Array {
  if (input.recipients.length === 0 || input.recipients.length > MAX_RECIPIENTS) {
    throw new Malformed("ENVELOPE_RECIPIENT", "RFC 5083 §2.1", `between 1 and ${MAX_RECIPIENTS} recipients`)
  }
  return setOf(...input.recipients.map((certificate) => recipientInfo(certificate, input)))
}

function recipientInfo(encoded: Uint8Array, { cek, chance }: EnvelopeInput): Uint8Array {
  const { certificate, key } = recipientCertificate(encoded)
  const rid = sequence(certificate.issuer.encoded, der(TAG.integer, certificate.serial))
  if (key.asymmetricKeyType === "rsa") return transportedRecipientInfo(rid, key, cek, chance)
  if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") {
    return agreedRecipientInfo(rid, certificate.spki, cek, chance)
  }
  throw new Malformed("ENVELOPE_RECIPIENT", "RFC 5753 §3.1", "recipient key is neither RSA nor P-256")
}
