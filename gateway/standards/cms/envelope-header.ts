/**
 * AuthEnvelopedData (RFC 5083 §2.1, RFC 5084 §3.2) and EnvelopedData (RFC 5652 §6.1): everything before the first ciphertext
 * octet.
 *
 * The containers may have definite (DER) or indefinite lengths (what `openssl cms -stream` writes). Refused: originatorInfo,
 * every kind of recipient but those of envelope-recipient.ts, and every content cipher but AES-256-GCM with a 12-octet nonce
 * and a 16-octet tag in the one, AES-CBC in the other.
 */
import { CBC_KEY_LENGTHS_BYTES, nameOf } from "../algorithms/permitted.ts"
import { Malformed } from "../malformed.ts"
import { type Der, DerParts, TAG, childrenOf } from "./der.ts"
import { octetsOf, oidOf, smallInteger } from "./der-values.ts"
import { type EnvelopeRecipient, readRecipientInfo } from "./envelope-recipient.ts"
import type { OpenFrame } from "./framed-string.ts"
import { OID } from "./oids.ts"
import { MoreNeeded, OpenOctets } from "./open-octets.ts"

export const NONCE_LENGTH_BYTES = 12
export const ICV_LENGTH_BYTES = 16
export const IV_LENGTH_BYTES = 16
export const MAX_HEADER_LENGTH_BYTES = 1 << 16
export const MAX_RECIPIENTS = 64

export interface EnvelopeHeader {
  readonly recipients: readonly EnvelopeRecipient[]
  /** Nonce of AES-GCM, initialization vector of AES-CBC. */
  readonly nonce: Uint8Array
  readonly keyLengthBytes: number
  /** Always 16 where there is one: anything shorter is refused. 0 in EnvelopedData. */
  readonly icvLengthBytes: number
  /** null when the sender framed the ciphertext in segments. */
  readonly ciphertextLengthBytes: number | null
}

type Opened = OpenFrame<EnvelopeHeader> | null

/** Reads the header from the first octets of a message; null = more octets are needed. Throws Malformed ENVELOPE_*. */
export const openAuthEnveloped = (bytes: Uint8Array): Opened =>
  opened(bytes, {
    contentType: OID.authEnvelopedData,
    versions: [0],
    contents: [OID.data],
    cipher: readGcmParameters,
  })

/** The same of EnvelopedData: version 2 where a recipient agrees on its key (RFC 5652 §6.1). */
export const openEnveloped = (bytes: Uint8Array): Opened =>
  opened(bytes, {
    contentType: OID.envelopedData,
    versions: [0, 2],
    contents: [OID.data, OID.digestedData],
    cipher: readCbcParameters,
  })

interface Kind {
  readonly contentType: string
  readonly versions: readonly number[]
  /** What the ciphertext may be called. */
  readonly contents: readonly string[]
  cipher(algorithm: Der): Pick<EnvelopeHeader, "nonce" | "keyLengthBytes" | "icvLengthBytes">
}

function opened(bytes: Uint8Array, kind: Kind): Opened {
  try {
    return readHeader(new OpenOctets(bytes, MAX_HEADER_LENGTH_BYTES, malformed), kind)
  } catch (problem) {
    if (!(problem instanceof MoreNeeded)) throw problem
    if (bytes.length >= MAX_HEADER_LENGTH_BYTES) throw malformed("header is too long", { cause: problem })
    return null
  }
}

function readHeader(octets: OpenOctets, kind: Kind): OpenFrame<EnvelopeHeader> {
  const contentInfo = octets.enter(TAG.sequence)
  expectOid(octets.value(TAG.oid), [kind.contentType])
  const explicit = octets.enter(0xa0)
  const enveloped = octets.enter(TAG.sequence)
  const version = smallInteger(octets.value(TAG.integer))
  if (!kind.versions.includes(version)) throw malformed(`version is ${version}`)
  const recipients = readRecipients(octets.value(TAG.set))
  const encryptedContentInfo = octets.enter(TAG.sequence)
  expectOid(octets.value(TAG.oid), kind.contents)
  const cipher = kind.cipher(octets.value(TAG.sequence))
  const { lengthBytes, segmentsEnd } = octets.enterString(0x80)
  const hasMac = cipher.icvLengthBytes > 0
  const around = [enveloped, explicit, contentInfo]
  return {
    header: { recipients, ...cipher, ciphertextLengthBytes: lengthBytes },
    headerLengthBytes: octets.at,
    stringLengthBytes: lengthBytes,
    segmentsEnd,
    inner: hasMac ? [encryptedContentInfo] : [encryptedContentInfo, ...around],
    tailLengthBytes: hasMac ? cipher.icvLengthBytes : null,
    outer: hasMac ? around : [],
  }
}

function expectOid(value: Der, wanted: readonly string[]): void {
  const found = oidOf(value)
  if (!wanted.includes(found)) throw malformed(`content type ${found} instead of ${wanted.join(" or ")}`)
}

function readRecipients(set: Der): readonly EnvelopeRecipient[] {
  const infos = childrenOf(set)
  if (infos.length === 0 || infos.length > MAX_RECIPIENTS) throw malformed("number of recipients")
  return infos.flatMap(readRecipientInfo)
}

function readGcmParameters(algorithm: Der) {
  const parts = new DerParts(algorithm, "contentEncryptionAlgorithm")
  const cipher = oidOf(parts.take())
  if (cipher !== OID.aes256Gcm)
    throw new Malformed("ENVELOPE_CIPHER", "RFC 5084 §3.2", `cipher ${nameOf(cipher)}`)
  const parameters = new DerParts(parts.take(), "GCMParameters")
  parts.end()
  const nonce = Uint8Array.from(octetsOf(parameters.take()))
  const icv = parameters.maybe(TAG.integer)
  parameters.end()
  if (nonce.length !== NONCE_LENGTH_BYTES) throw malformed("nonce is not 12 octets")
  // RFC 5084 §3.2: DEFAULT 12, which we refuse like every other truncated tag.
  const icvLengthBytes = icv === null ? 12 : smallInteger(icv)
  if (icvLengthBytes !== ICV_LENGTH_BYTES) {
    throw new Malformed("ENVELOPE_ICV_LENGTH", "RFC 5084 §3.2", `tag of ${icvLengthBytes} octets`)
  }
  return { nonce, keyLengthBytes: 32, icvLengthBytes }
}

/** RFC 3565 §4.1. */
function readCbcParameters(algorithm: Der) {
  const parts = new DerParts(algorithm, "contentEncryptionAlgorithm")
  const cipher = oidOf(parts.take())
  const keyLengthBytes = CBC_KEY_LENGTHS_BYTES[cipher]
  if (keyLengthBytes === undefined)
    throw new Malformed("ENVELOPE_CIPHER", "RFC 3565 §4.1", `cipher ${nameOf(cipher)}`)
  const nonce = Uint8Array.from(octetsOf(parts.take()))
  parts.end()
  if (nonce.length !== IV_LENGTH_BYTES) throw malformed("initialization vector is not 16 octets")
  return { nonce, keyLengthBytes, icvLengthBytes: 0 }
}

const malformed = (message: string, options?: { readonly cause?: unknown }) =>
  new Malformed("ENVELOPE_HEADER", "RFC 5083 §2.1", message, options)
