/** Group 0002 of a recoded file: the same, with another Transfer Syntax UID and the group length that follows from it. */
import { Malformed } from "../../malformed.ts"
import { readElementHeader } from "../element-header.ts"
import { isoBytes, joined, u32Bytes } from "../octets.ts"
import { dataSetStart, PART10_START_BYTES } from "../part10.ts"
import { OctetSink } from "./octet-sink.ts"
import { META_GROUP_LENGTH, TRANSFER_SYNTAX_UID } from "./tags.ts"

/**
 * Preamble, prefix and group 0002 of `head` for another transfer syntax.
 *
 * @param head a Part 10 file at least up to its data set
 * @throws Malformed those of `dataSetStart`, RECODE_REPEATED
 */
export function rewriteFileMeta(head: Uint8Array, TransferSyntaxUID: string): Uint8Array {
  const start = dataSetStart(head)
  if (!start) throw new Malformed("META_LENGTH", "PS3.10 7.1", "the file ends inside group 0002")
  const group = elementsOf(head.subarray(0, start.offsetBytes)).map(({ tag, bytes }) =>
    tag === TRANSFER_SYNTAX_UID ? transferSyntaxElement(TransferSyntaxUID) : bytes,
  )
  const meta = joined(group)
  const length = new OctetSink(12)
  length.element(META_GROUP_LENGTH, "UL", 4)
  length.bytes(u32Bytes(meta.length, true))
  return joined([head.subarray(0, PART10_START_BYTES), length.taken(), meta])
}

function transferSyntaxElement(TransferSyntaxUID: string): Uint8Array {
  const value = isoBytes(TransferSyntaxUID.length % 2 === 0 ? TransferSyntaxUID : `${TransferSyntaxUID}\0`)
  const sink = new OctetSink(8 + value.length)
  sink.element(TRANSFER_SYNTAX_UID, "UI", value.length)
  sink.bytes(value)
  return sink.taken()
}

/** Every element but the group length, header and value as they stand. */
function elementsOf(head: Uint8Array): { tag: number; bytes: Uint8Array }[] {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const found: { tag: number; bytes: Uint8Array }[] = []
  let at = PART10_START_BYTES
  while (at < head.length) {
    const header = readElementHeader(view, at, "explicit-le")
    if (!header) throw new Malformed("META_LENGTH", "PS3.10 7.1", "an element of group 0002 is not whole")
    const { tag, headerBytes, lengthBytes } = header
    const end = at + headerBytes + lengthBytes
    if (found.some((each) => each.tag === tag))
      throw new Malformed("RECODE_REPEATED", "PS3.10 7.1", "an element stands twice in group 0002")
    if (tag !== META_GROUP_LENGTH) found.push({ tag, bytes: head.subarray(at, end) })
    at = end
  }
  return found
}
