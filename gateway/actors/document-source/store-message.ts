/** One Store request (PS3.18 10.5): each image a part, in a frame of known length. */
import { randomBytes } from "node:crypto"
import type { OutboundDocument } from "../../journey/ports/outside.ts"
import { exactly, type RequestMessage } from "./message.ts"

export interface OutboundImage {
  readonly SOPInstanceUID: string
  readonly document: OutboundDocument
}

const MAX_IMAGES = 50
const MAX_BYTES = 64 * 1024 * 1024

/** In order, so many in a request that an answer to it is worth having; a larger one goes alone. */
export function requestsOf(images: readonly OutboundImage[]): readonly (readonly OutboundImage[])[] {
  const all: OutboundImage[][] = []
  let lengthBytes = Infinity
  for (const image of images) {
    const current = all.at(-1)
    const isFull = current?.length === MAX_IMAGES || lengthBytes + image.document.lengthBytes > MAX_BYTES
    if (current === undefined || isFull) {
      all.push([image])
      lengthBytes = 0
    } else current.push(image)
    lengthBytes += image.document.lengthBytes
  }
  return all
}

export function storeMessage(images: readonly OutboundImage[]): RequestMessage {
  const boundary = randomBytes(24).toString("hex")
  const head = Buffer.from(`\r\n--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`)
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  return {
    contentType: `multipart/related; type="application/dicom"; boundary=${boundary}`,
    accept: "application/dicom+json",
    lengthBytes: images.reduce((sum, { document }) => sum + head.length + document.lengthBytes, tail.length),
    async *pieces() {
      for (const { document } of images) {
        yield head
        yield* exactly(document)
      }
      yield tail
    },
  }
}
