/** One ITI-41 request ready to send: a frame of known length and the documents between. */
import type { OutboundDocument } from "../../journey/ports/outside.ts"
import { Malformed } from "../../standards/malformed.ts"
import { writeRequest } from "../../standards/soap/envelope-writer.ts"
import { type Attachment, attachmentContentId, mtomFrame } from "../../standards/soap/mtom-writer.ts"
import { PROVIDE_AND_REGISTER, writeProvideAndRegister } from "../../standards/xds/provide-and-register.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import { verbatim } from "../../standards/xml/writer.ts"

export interface RequestMessage {
  readonly contentType: string
  /** What the answer is wanted in; absent = whatever there is. */
  readonly accept?: string
  readonly lengthBytes: number
  /** Reads each document when its turn comes, hence once; again only while none was read. */
  pieces(): AsyncIterable<Uint8Array>
}

/** What stands above the body, and may differ from one attempt to the next. */
export interface MessageHead {
  readonly messageId: string
  readonly to: string
  /** A wsse:Security header, markup; null = none. */
  readonly security: string | null
}

/**
 * The same submission and documents give the same bytes below the headers.
 *
 * @throws Malformed XDS_REQUEST when a document has no entry or the reverse
 */
export function requestMessage(
  submission: Submission,
  documents: readonly OutboundDocument[],
  { messageId, to, security }: MessageHead,
): RequestMessage {
  const seed = `${submission.submissionSet.entryUUID} ${submission.submissionSet.uniqueId}`
  const attachments = pair(submission, documents)
  const links = documents.map(({ entryUUID }, index) => ({
    entryUUID,
    contentId: attachmentContentId(seed, index),
  }))
  const body = writeProvideAndRegister(submission, links)
  const further = security === null ? [] : [verbatim(security)]
  const root = Buffer.from(writeRequest({ action: PROVIDE_AND_REGISTER, messageId, to }, body, further))
  const frame = mtomFrame(seed, PROVIDE_AND_REGISTER, root, attachments)
  return {
    contentType: frame.contentType,
    lengthBytes: frame.lengthBytes,
    async *pieces() {
      yield frame.head
      for (const [index, document] of documents.entries()) {
        yield frame.partHeads[index] ?? new Uint8Array(0)
        yield* exactly(document)
      }
      yield frame.tail
    },
  }
}

function pair(
  { documentEntries }: Submission,
  documents: readonly OutboundDocument[],
): readonly Attachment[] {
  const mimeTypes = new Map(documentEntries.map(({ entryUUID, mimeType }) => [entryUUID, mimeType]))
  const attachments = documents.map(({ entryUUID, lengthBytes }) => {
    const contentType = mimeTypes.get(entryUUID)
    if (contentType === undefined || !mimeTypes.delete(entryUUID)) throw unpaired()
    return { contentType, lengthBytes }
  })
  if (mimeTypes.size > 0) throw unpaired()
  return attachments
}

/** Content-Length was promised with `lengthBytes`: another length would corrupt the message. */
export async function* exactly(document: OutboundDocument): AsyncGenerator<Uint8Array> {
  let lengthBytes = 0
  for await (const piece of document.open()) {
    lengthBytes += piece.length
    if (lengthBytes > document.lengthBytes) break
    yield piece
  }
  if (lengthBytes !== document.lengthBytes)
    throw new Malformed(
      "MTOM_LENGTH",
      "RFC 9112 §6.3",
      `document ${document.entryUUID} is not of its stated length`,
    )
}

function unpaired(): Malformed {
  return new Malformed("XDS_REQUEST", "ITI TF-2 3.41.4.1.2", "documents and entries are not one to one")
}
