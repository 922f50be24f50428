/**
 * AuthEnvelopedData (RFC 5083 §2.1, RFC 5084 §3.2): everything before the first ciphertext octet.
 *
 * The containers may have definite (DER) or indefinite lengths (what `openssl cms -stream` writes). Refused: any content
 * cipher but AES-256-GCM with a 12-octet nonce and a 16-octet tag, originatorInfo, and every kind of recipient but
 * those of envelope-recipient.ts.
 */
import { Malformed } from "../malformed.ts"
import { derFromBer } from "./ber.ts"
import { type Der, DerParts, TAG, childrenOf, readDer } from "./der.ts"
import { octetsOf, oidOf, smallInteger } from "./der-values.ts"
import { type EnvelopeRecipient, readRecipientInfo } from "./envelope-recipient.ts"
import { OID } from "./oids.ts"

export const NONCE_LENGTH_BYTES = 12
export const ICV_LENGTH_BYTES = 16
export const MAX_HEADER_LENGTH_BYTES = 1 << 16
export const MAX_RECIPIENTS = 64

export interface EnvelopeHeader {
  readonly recipients: readonly EnvelopeRecipient[]
  readonly nonce: Uint8Array
  /** Always 16: anything shorter is refused. */
  readonly icvLengthBytes: number
  /** null when the sender framed the ciphertext in segments. */
  readonly ciphertextLengthBytes: number | null
}

/** Where an open container ends, counted from the first octet of the message; null = indefinite. */
export type ContainerEnd = number | null

export interface OpenEnvelope {
  readonly header: EnvelopeHeader
  readonly headerLengthBytes: number
  /** Ends of EncryptedContentInfo, AuthEnvelopedData, [0] and ContentInfo, innermost first. */
  readonly containers: readonly ContainerEnd[]
  /** End of the segmented ciphertext; undefined when it is one primitive string. */
  readonly segmentsEnd: ContainerEnd | undefined
}

/** Reads the header from the first octets of a message; null = more octets are needed. Throws Malformed ENVELOPE_*. */
export function openEnvelope(bytes: Uint8Array): OpenEnvelope | null {
  try {
    return readHeader(new Octets(bytes))
  } catch (problem) {
    if (!(problem instanceof MoreNeeded)) throw problem
    if (bytes.length >= MAX_HEADER_LENGTH_BYTES) throw malformed("header is too long", { cause: problem })
    return null
  }
}

function readHeader(octets: Octets): OpenEnvelope {
  const contentInfo = octets.enter(TAG.sequence)
  expectOid(octets.value(TAG.oid), OID.authEnvelopedData)
  const explicit = octets.enter(0xa0)
  const authEnvelopedData = octets.enter(TAG.sequence)
  if (smallInteger(octets.value(TAG.integer)) !== 0) throw malformed("version is not 0")
  const recipients = readRecipients(octets.value(TAG.set))
  const encryptedContentInfo = octets.enter(TAG.sequence)
  expectOid(octets.value(TAG.oid), OID.data)
  const { nonce, icvLengthBytes } = readGcmParameters(octets.value(TAG.sequence))
  const { ciphertextLengthBytes, segmentsEnd } = octets.enterCiphertext()
  return {
    header: { recipients, nonce, icvLengthBytes, ciphertextLengthBytes },
    headerLengthBytes: octets.at,
    containers: [encryptedContentInfo, authEnvelopedData, explicit, contentInfo],
    segmentsEnd,
  }
}

function expectOid(value: Der, wanted: string): void {
  const found = oidOf(value)
  if (found !== wanted) throw malformed(`content type ${found} instead of ${wanted}`)
}

function readRecipients(set: Der): readonly EnvelopeRecipient[] {
  const infos = childrenOf(set)
  if (infos.length === 0 || infos.length > MAX_RECIPIENTS) throw malformed("number of recipients")
  return infos.flatMap(readRecipientInfo)
}

function readGcmParameters(algorithm: Der) {
  const parts = new DerParts(algorithm, "contentEncryptionAlgorithm")
  const cipher = oidOf(parts.take())
  if (cipher !== OID.aes256Gcm) throw new Malformed("ENVELOPE_CIPHER", "RFC 5084 §3.2", `cipher ${cipher}`)
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
  return { nonce, icvLengthBytes }
}

export const malformed = (message: string, options?: { readonly cause?: unknown }) =>
  new Malformed("ENVELOPE_HEADER", "RFC 5083 §2.1", message, options)

class MoreNeeded extends Error {}

/** Walks into containers without needing their ends. */
class Octets {
  at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Opens a container: its end, or null when indefinite. */
  enter(tag: number): ContainerEnd {
    this.#tag(tag)
    const lengthBytes = this.#length()
    return lengthBytes === null ? null : this.at + lengthBytes
  }

  /** One small value of definite length, whole. */
  value(tag: number): Der {
    const from = this.at
    this.#tag(tag)
    const lengthBytes = this.#length()
    if (lengthBytes === null) throw malformed("indefinite length where none is expected")
    if (lengthBytes > MAX_HEADER_LENGTH_BYTES) throw malformed("header is too long")
    this.at += lengthBytes
    if (this.at > this.#bytes.length) throw new MoreNeeded()
    return readDer(derFromBer(new Uint8Array(this.#bytes.subarray(from, this.at))))
  }

  /** `[0] IMPLICIT OCTET STRING`, primitive or constructed. */
  enterCiphertext(): { ciphertextLengthBytes: number | null; segmentsEnd: ContainerEnd | undefined } {
    if (this.#octet(this.at) === 0xa0) return { ciphertextLengthBytes: null, segmentsEnd: this.enter(0xa0) }
    this.#tag(0x80)
    const lengthBytes = this.#length()
    if (lengthBytes === null) throw malformed("primitive ciphertext of indefinite length")
    return { ciphertextLengthBytes: lengthBytes, segmentsEnd: undefined }
  }

  #tag(tag: number): void {
    const found = this.#octet(this.at)
    if (found !== tag) throw malformed(`tag ${found.toString(16)} instead of ${tag.toString(16)}`)
    this.at += 1
  }

  #length(): number | null {
    const first = this.#octet(this.at)
    const octets = first < 0x80 ? 0 : first & 0x7f
    if (octets > 6) throw malformed("length of more than 6 octets")
    this.at += 1
    if (first < 0x80) return first
    if (octets === 0) return null
    let lengthBytes = 0
    for (let i = 0; i < octets; i++) lengthBytes = lengthBytes * 256 + this.#octet(this.at + i)
    this.at += octets
    return lengthBytes
  }

  #octet(at: number): number {
    const octet = this.#bytes[at]
    if (octet === undefined) throw new MoreNeeded()
    return octet
  }
}
