/**
 * MTOM/XOP messages with a length known before a byte moves (ITI TF-2 appendix V.8; XOP; RFC 2387).
 *
 * Boundary and Content-IDs follow from an id of the caller, so that a repeated message has the same frame. Nobody
 * can put the boundary into a document beforehand as long as that id cannot be guessed (a fresh uniqueId).
 */
import { formatMediaType } from "./media-type.ts"
import { sha256Hex } from "../sha256.ts"

export interface Attachment {
  readonly contentType: string
  readonly lengthBytes: number
}

export interface MtomFrame {
  readonly contentType: string
  /** Content-Length of the whole message. */
  readonly lengthBytes: number
  /** Everything up to and including the root part. */
  readonly head: Uint8Array
  /** What stands before the octets of each attachment, in order. */
  readonly partHeads: readonly Uint8Array[]
  readonly tail: Uint8Array
}

const CRLF = "\r\n"
const SOAP_MEDIA_TYPE = "application/soap+xml"

/** `cid:` target of the attachment with this index; characters chosen so that no percent-encoding is needed. */
export function attachmentContentId(messageSeed: string, index: number): string {
  return `doc${index + 1}.${token(messageSeed)}@dokuei`
}

/**
 * The frame of one message.
 *
 * @param messageSeed decides boundary and Content-IDs
 * @param action wsa:Action, repeated in the Content-Type as Axis2 and CXF do
 * @param root envelope in UTF-8
 */
export function mtomFrame(
  messageSeed: string,
  action: string,
  root: Uint8Array,
  attachments: readonly Attachment[],
): MtomFrame {
  const boundary = `uuid-${token(messageSeed)}`
  const rootId = `<root.${token(messageSeed)}@dokuei>`
  const rootType = `application/xop+xml; charset=UTF-8; type="${SOAP_MEDIA_TYPE}"`
  const head = concat(ascii(partHead(boundary, rootType, rootId)), root)
  const partHeads = attachments.map(({ contentType }, index) =>
    ascii(CRLF + partHead(boundary, contentType, `<${attachmentContentId(messageSeed, index)}>`)),
  )
  const tail = ascii(`${CRLF}--${boundary}--${CRLF}`)
  const octets = attachments.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  const lengthBytes = [head, ...partHeads, tail].reduce((sum, bytes) => sum + bytes.length, octets)
  const parameters = {
    boundary,
    type: "application/xop+xml",
    start: rootId,
    "start-info": SOAP_MEDIA_TYPE,
    action,
  }
  return { contentType: formatMediaType("multipart/related", parameters), lengthBytes, head, partHeads, tail }
}

function partHead(boundary: string, contentType: string, contentId: string): string {
  const lines = [
    `--${boundary}`,
    `Content-Type: ${contentType}`,
    "Content-Transfer-Encoding: binary",
    `Content-ID: ${contentId}`,
    "",
    "",
  ]
  return lines.join(CRLF)
}

/** 128 bits of SHA-256. */
function token(seed: string): string {
  return sha256Hex(seed).slice(0, 32)
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, "latin1")
}

function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces)
}
