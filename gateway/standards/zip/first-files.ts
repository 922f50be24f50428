/**
 * How the first files of a ZIP begin, as far as its first octets tell: for who has to know what it is about before the rest is
 * here. Nothing is believed of it: the whole one is read by its directory.
 */
import { constants, inflateRawSync } from "node:zlib"
import { FLAG, FULL_32, LOCAL_HEADER, METHOD, viewOf } from "./format.ts"

/** A DICOMDIR and what viewers want come first, and then images. */
const MAX_FILES = 64
/** Of a deflated file so much is inflated, which is at most a thousand times as much. */
const MAX_PACKED_BYTES = 16 * 1024
const MAX_INFLATED_BYTES = 1100 * MAX_PACKED_BYTES

/** The beginning of each; a file whose length is not said before it is the last. */
export function* firstFiles(head: Uint8Array): Generator<Uint8Array> {
  const view = viewOf(head)
  let at = 0
  for (let count = 0; count < MAX_FILES && at + LOCAL_HEADER.lengthBytes <= head.length; count += 1) {
    if (view.getUint32(at, true) !== LOCAL_HEADER.signature) return
    const packedBytes = view.getUint32(at + 18, true)
    const start =
      at + LOCAL_HEADER.lengthBytes + view.getUint16(at + 26, true) + view.getUint16(at + 28, true)
    const isDeflated = view.getUint16(at + 8, true) === METHOD.deflated
    const isSaid = (view.getUint16(at + 6, true) & FLAG.descriptor) === 0 && packedBytes !== FULL_32
    at = isSaid ? start + packedBytes : head.length
    const packed = head.subarray(start, at)
    yield isDeflated ? inflatedHead(packed) : packed
  }
}

/** Empty for what is no deflated stream. */
function inflatedHead(packed: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(packed.subarray(0, MAX_PACKED_BYTES), {
      maxOutputLength: MAX_INFLATED_BYTES,
      finishFlush: constants.Z_SYNC_FLUSH,
    })
  } catch (error) {
    if (error instanceof Error && "code" in error) return new Uint8Array(0)
    throw error
  }
}
