import type { OpenJPH } from "@cornerstonejs/codec-openjph/wasmjs"
import { enlarge, frameLengthBytes, nativePixels } from "../image/native-pixels.ts"
import type { StoredPixels } from "../image/presentation.ts"
import type { DecodeTask } from "./decode-task.ts"

/** The codestream holds a picture of another size than the metadata say: never shown as if it were whole. */
export class SizeMismatch extends Error {}

/**
 * Decodes one codestream, whole (`halvings` 0) or its first resolutions. The decoder reports the full size in both
 * cases; a reduced picture is enlarged again to the frame's rows and columns. Throws SizeMismatch.
 */
export function decodeHtj2k(codec: OpenJPH, task: DecodeTask): StoredPixels {
  const decoder = new codec.HTJ2KDecoder()
  try {
    decoder.getEncodedBuffer(task.bytes.length).set(task.bytes)
    decoder.decodeSubResolution(task.halvings)
    const info = decoder.getFrameInfo()
    if (
      info.width !== task.columns ||
      info.height !== task.rows ||
      info.componentCount !== task.samplesPerPixel
    )
      throw new SizeMismatch(`${info.width} × ${info.height} × ${info.componentCount}`)
    const width = Math.ceil(task.columns / 2 ** task.halvings)
    const height = Math.ceil(task.rows / 2 ** task.halvings)
    const small = {
      ...task,
      rows: height,
      columns: width,
      bitsAllocated: info.bitsPerSample > 8 ? 16 : 8,
      signed: info.isSigned,
    }
    const decoded = decoder.getDecodedBuffer()
    if (decoded.length < frameLengthBytes(small)) throw new SizeMismatch(`${decoded.length} bytes`)
    const pixels = nativePixels(decoded, small)
    return task.halvings === 0 ? pixels : enlarge(pixels, width, height, task.halvings, task)
  } finally {
    decoder.delete()
  }
}
