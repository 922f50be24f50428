/**
 * Samples as the codec and the window want them: clean integers in as many bytes as BitsStored needs.
 */
import type { FramePixels } from "../../journey/ports/drawing.ts"
import { DrawError } from "../../journey/errors.ts"

export type Samples = Uint8Array | Int8Array | Uint16Array | Int16Array

/**
 * The stored values of a frame, aligned, in platform byte order (little endian on every platform Node 24 runs on).
 * A copy is made only when the bytes are not aligned.
 */
export function storedValues(frame: FramePixels): Samples {
  const { pixels } = frame
  if (frame.bitsAllocated === 8)
    return frame.signed ? new Int8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength) : pixels
  // Not slice(): on a Buffer that is a view of the same odd bytes.
  const even = pixels.byteOffset % 2 === 0 ? pixels : new Uint8Array(pixels)
  const length = even.byteLength >> 1
  return frame.signed
    ? new Int16Array(even.buffer, even.byteOffset, length)
    : new Uint16Array(even.buffer, even.byteOffset, length)
}

/**
 * Bytes for the codec: one per sample up to 8 bits stored, else two.
 *
 * @throws DrawError ERR_FRAME_UNSUITABLE when bits outside BitsStored are used: masking them would be a loss, so the
 *   caller decides (overlays in unused bits, PS3.5 8.1.2)
 */
export function tightSamples(frame: FramePixels): Uint8Array {
  const values = storedValues(frame)
  if (!fits(values, frame)) throw new DrawError("ERR_FRAME_UNSUITABLE", "bits outside BitsStored are used")
  if (frame.bitsAllocated === 16 && frame.bitsStored <= 8) return narrowed(values, frame.signed)
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function fits(values: Samples, frame: FramePixels): boolean {
  if (frame.bitsStored === frame.bitsAllocated) return true
  const span = 2 ** frame.bitsStored
  const least = frame.signed ? -span / 2 : 0
  const most = least + span - 1
  for (const value of values) if (value < least || value > most) return false
  return true
}

function narrowed(values: Samples, signed: boolean): Uint8Array {
  if (!signed) return Uint8Array.from(values)
  const narrow = Int8Array.from(values)
  return new Uint8Array(narrow.buffer)
}
