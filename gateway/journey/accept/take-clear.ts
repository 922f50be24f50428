/**
 * Take clear: a document that came unencrypted is sealed as it comes; nothing of it touches the disk in clear. What it is must
 * be what its metadata say, as far as its first octets tell.
 */
import { PART10_START_BYTES } from "../../standards/dicom/part10.ts"
import type { DocumentEntry } from "../../standards/xds/submission.ts"
import { MIME } from "../codes.ts"
import type { ObjectMeta, SealedObject, Segment } from "../ports/spool.ts"
import { contentFault } from "./content-fault.ts"

/** `mimeType` is that of the clear document. */
type Typed = Pick<DocumentEntry, "uniqueId" | "mimeType">

/** Throws AcceptanceError InvalidDocumentContent, with the document's uniqueId as codeContext; SpoolError as it comes. */
export async function takeClear(
  segment: Segment,
  entry: Typed,
  meta: ObjectMeta,
  octets: AsyncIterable<Uint8Array>,
): Promise<SealedObject> {
  const writer = await segment.begin("submission", new Uint8Array(0))
  for await (const piece of looked(entry, octets)) await writer.write(piece)
  return writer.finish(meta)
}

/** Readers of PDF look for its mark so far into a file (ISO 32000-1 annex H, implementation note 13). */
const HEAD_BYTES = 1024

async function* looked(entry: Typed, octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | null = Buffer.alloc(0)
  for await (const piece of octets) {
    if (head === null) {
      yield piece
      continue
    }
    head = Buffer.concat([head, piece])
    if (head.length < HEAD_BYTES) continue
    check(entry, head)
    yield head
    head = null
  }
  if (head === null) return
  check(entry, head)
  yield head
}

function check({ uniqueId, mimeType }: Typed, head: Buffer): void {
  const isDicom = head.toString("latin1", PART10_START_BYTES - 4, PART10_START_BYTES) === "DICM"
  if (mimeType === MIME.dicom && !isDicom) throw contentFault(uniqueId, "it is no DICOM file")
  const isPdf = head.subarray(0, HEAD_BYTES).includes("%PDF-")
  if (mimeType === MIME.pdf && !isPdf) throw contentFault(uniqueId, "it is no PDF")
}
