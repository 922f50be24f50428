/**
 * DigestedData (RFC 5652 §7) as a stream: a content, and behind it the digest that must be its own. What is inside EnvelopedData
 * is a whole ContentInfo, as OpenSSL and Bouncy Castle write it, or the bare DigestedData that RFC 5652 §6 speaks of; both are
 * read, the first is written. The content is id-data.
 */
import { createHash, type Hash } from "node:crypto"
import { Malformed } from "../malformed.ts"
import { integer, octetString, oid, openContainer, sequence } from "./der-write.ts"
import { DerParts, TAG } from "./der.ts"
import { oidOf, smallInteger } from "./der-values.ts"
import { FramedReader, type FrameFormat, type OpenFrame } from "./framed-string.ts"
import { HASHES, OID } from "./oids.ts"
import { type ContainerEnd, MoreNeeded, OpenOctets } from "./open-octets.ts"

/** Three OIDs and their containers take less than a hundred. */
const MAX_HEADER_LENGTH_BYTES = 1024
const SHA256_LENGTH_BYTES = 32
/** The digest as an OCTET STRING. */
const TAIL_LENGTH_BYTES = 2 + SHA256_LENGTH_BYTES

type HashName = (typeof HASHES)[string]
interface Header {
  readonly hash: HashName
}
const DIGEST_LENGTH_BYTES: Readonly<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64 }

const malformed = (message: string): Malformed => new Malformed("DIGESTED_DATA", "RFC 5652 §7", message)

export interface DigestedFrame {
  /** Everything before the content. */
  readonly head: Uint8Array
  /** Everything after it. */
  tail(sha256: Uint8Array): Uint8Array
  readonly lengthBytes: number
}

/** ContentInfo around a content of this length, with its SHA-256 behind it; DER. */
export function digestedFrame(contentLengthBytes: number): DigestedFrame {
  const string = openContainer(TAG.octetString, [], contentLengthBytes)
  const eContent = openContainer(0xa0, [string.octets], string.bodyBytes)
  const encapsulated = openContainer(TAG.sequence, [oid(OID.data), eContent.octets], eContent.bodyBytes)
  const digested = openContainer(
    TAG.sequence,
    [integer(0), sequence(oid(OID.sha256)), encapsulated.octets],
    encapsulated.bodyBytes + TAIL_LENGTH_BYTES,
  )
  const explicit = openContainer(0xa0, [digested.octets], digested.bodyBytes)
  const { octets: head } = openContainer(
    TAG.sequence,
    [oid(OID.digestedData), explicit.octets],
    explicit.bodyBytes,
  )
  return { head, tail: octetString, lengthBytes: head.length + contentLengthBytes + TAIL_LENGTH_BYTES }
}

/** One message. `push` every piece in order, then `end`; both throw Malformed DIGESTED_DATA. Content counts after `end`. */
export class DigestedReader {
  readonly #frame: FramedReader<Header>
  #hash: Hash | null = null
  #digest: Uint8Array | null = null

  constructor(maxContentBytes: number) {
    this.#frame = new FramedReader(formatOf(maxContentBytes))
  }

  /** Octets of the content, unchecked. They may be views of `piece`. */
  push(piece: Uint8Array): Uint8Array[] {
    const contents: Uint8Array[] = []
    for (const part of this.#frame.push(piece)) {
      if (part.kind === "header") this.#hash = createHash(part.header.hash)
      else if (part.kind === "tail") this.#digest = part.bytes
      else contents.push(part.bytes)
    }
    for (const content of contents) this.#hash?.update(content)
    return contents
  }

  end(): void {
    this.#frame.end()
    if (this.#hash === null || this.#digest === null || !this.#hash.digest().equals(this.#digest))
      throw malformed("the content is not what was digested")
  }
}

const formatOf = (maxStringBytes: number): FrameFormat<Header> => ({
  open: (bytes) => {
    try {
      return readHeader(new OpenOctets(bytes, MAX_HEADER_LENGTH_BYTES, malformed))
    } catch (problem) {
      if (!(problem instanceof MoreNeeded)) throw problem
      if (bytes.length >= MAX_HEADER_LENGTH_BYTES) throw malformed("header is too long")
      return null
    }
  },
  maxStringBytes,
  framing: malformed,
  truncated: () => malformed("the message ends early"),
  trailing: () => malformed("octets follow the message"),
})

function readHeader(octets: OpenOctets): OpenFrame<Header> {
  const outermost = octets.enter(TAG.sequence)
  const isBare = octets.tag === TAG.integer
  const outer: ContainerEnd[] = [outermost]
  if (!isBare) {
    expect(oidOf(octets.value(TAG.oid)) === OID.digestedData, "content type")
    outer.unshift(octets.enter(0xa0))
    outer.unshift(octets.enter(TAG.sequence))
  }
  // 2 where the content is not id-data (RFC 5652 §7); some write it all the same.
  expect([0, 2].includes(smallInteger(octets.value(TAG.integer))), "version")
  const hash = HASHES[oidOf(new DerParts(octets.value(TAG.sequence), "digestAlgorithm").take())]
  if (hash === undefined) throw malformed("digest algorithm")
  const encapsulated = octets.enter(TAG.sequence)
  expect(oidOf(octets.value(TAG.oid)) === OID.data, "type of the encapsulated content")
  const explicit = octets.enter(0xa0)
  const { lengthBytes, segmentsEnd } = octets.enterString(TAG.octetString)
  return {
    header: { hash },
    headerLengthBytes: octets.at,
    stringLengthBytes: lengthBytes,
    segmentsEnd,
    inner: [explicit, encapsulated],
    tailLengthBytes: DIGEST_LENGTH_BYTES[hash],
    outer,
  }
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw malformed(`${what} is none that is read here`)
}
