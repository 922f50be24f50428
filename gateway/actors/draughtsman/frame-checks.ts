/**
 * Does a frame's description fit its bytes, and can it be drawn at all? Asked before anything is allocated.
 */
import type { FramePixels } from "../../journey/ports/drawing.ts"
import { DrawError } from "../../journey/errors.ts"

/** The largest frame we code or draw; a larger one is sent as received. */
const MAX_PIXELS = 16_384 * 16_384

const ONE_SAMPLE = ["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"]
const THREE_SAMPLES = ["RGB", "YBR_FULL"]

/**
 * @throws DrawError ERR_FRAME_FAULT for a contradiction, ERR_FRAME_UNSUITABLE for a legal frame we do not code
 */
export function checkFrame(frame: FramePixels): void {
  checkSize(frame)
  const { rows, columns, samplesPerPixel, bitsAllocated } = frame
  const lengthBytes = rows * columns * samplesPerPixel * (bitsAllocated / 8)
  if (frame.pixels.byteLength !== lengthBytes)
    throw fault(`${frame.pixels.byteLength} bytes of pixels, ${lengthBytes} expected`)
  const known = samplesPerPixel === 1 ? ONE_SAMPLE : THREE_SAMPLES
  if (!known.includes(frame.photometricInterpretation))
    throw unsuitable(`photometric interpretation ${frame.photometricInterpretation}`)
  // OpenJPH 0.31 garbles colour of more than 8 bits; such frames are rare and travel as received.
  if (samplesPerPixel === 3 && bitsAllocated !== 8) throw unsuitable("colour of more than 8 bits")
  if (samplesPerPixel === 3 && frame.signed) throw unsuitable("signed colour")
  if (frame.photometricInterpretation === "PALETTE COLOR" && frame.signed) throw unsuitable("signed palette")
}

/** The part that needs no samples. Throws DrawError ERR_FRAME_FAULT. */
export function checkSize(frame: Omit<FramePixels, "pixels">): void {
  const { rows, columns, bitsAllocated, bitsStored } = frame
  if (!whole(rows) || !whole(columns) || rows * columns > MAX_PIXELS)
    throw fault("rows or columns out of range")
  if (!whole(bitsStored) || bitsStored > bitsAllocated) throw fault("BitsStored exceeds BitsAllocated")
}

const whole = (value: number): boolean => Number.isInteger(value) && value > 0
const fault = (message: string): DrawError => new DrawError("ERR_FRAME_FAULT", message)
const unsuitable = (message: string): DrawError => new DrawError("ERR_FRAME_UNSUITABLE", message)
