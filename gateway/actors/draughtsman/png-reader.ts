/** Reads the PNG files that key images are (ISO/IEC 15948): 8 bits per channel, grey or RGB, not interlaced. */
import { inflateSync } from "node:zlib"
import { DrawError } from "../../journey/errors.ts"
import { pngSize } from "./png.ts"

export interface GreyPicture {
  readonly width: number
  readonly height: number
  readonly samples: Uint8Array
}

const SIGNATURE_BYTES = 8
/** Length, type, CRC. */
const CHUNK_FRAME_BYTES = 12
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3 }
/** A key image is a window of a screen; more is not one. */
const MAX_PIXELS = 64 * 1024 * 1024

/** @throws DrawError ERR_FRAME_FAULT for what is no PNG, ERR_FRAME_UNSUITABLE for a kind that key images never are */
export function readPng(png: Uint8Array): GreyPicture {
  const { width, height } = pngSize(png)
  const [depth = 0, colourType = 0, , , interlace = 0] = png.subarray(24, 29)
  const channels = CHANNELS[colourType]
  if (depth !== 8 || channels === undefined || interlace !== 0 || width * height > MAX_PIXELS)
    throw new DrawError("ERR_FRAME_UNSUITABLE", "a key image is of a kind of PNG that is not drawn here")
  const rowBytes = width * channels
  const filtered = inflated(png, (rowBytes + 1) * height)
  const samples = unfiltered(filtered, rowBytes, height, channels)
  return { width, height, samples: channels === 1 ? samples : grey(samples) }
}

function inflated(png: Uint8Array, lengthBytes: number): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const parts: Uint8Array[] = []
  for (let at = SIGNATURE_BYTES; at + CHUNK_FRAME_BYTES <= png.length;) {
    const chunkBytes = view.getUint32(at)
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8))
    if (type === "IDAT") parts.push(png.subarray(at + 8, at + 8 + chunkBytes))
    at += CHUNK_FRAME_BYTES + chunkBytes
  }
  const bytes = inflateSync(Buffer.concat(parts), { maxOutputLength: lengthBytes })
  if (bytes.length < lengthBytes) throw new DrawError("ERR_FRAME_FAULT", "a key image ends too early")
  return bytes
}

/** Filters 0 to 4 (clause 9): None, Sub, Up, Average, Paeth. */
function unfiltered(filtered: Uint8Array, rowBytes: number, height: number, channels: number): Uint8Array {
  const samples = new Uint8Array(rowBytes * height)
  for (let row = 0; row < height; row++) {
    const filter = filtered[row * (rowBytes + 1)] ?? 0
    for (let column = 0; column < rowBytes; column++) {
      const at = row * rowBytes + column
      const left = column < channels ? 0 : (samples[at - channels] ?? 0)
      const above = row === 0 ? 0 : (samples[at - rowBytes] ?? 0)
      const corner = row === 0 || column < channels ? 0 : (samples[at - rowBytes - channels] ?? 0)
      const value = filtered[row * (rowBytes + 1) + 1 + column] ?? 0
      samples[at] = value + predicted(filter, left, above, corner)
    }
  }
  return samples
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0
    case 1:
      return left
    case 2:
      return above
    case 3:
      return (left + above) >> 1
    case 4:
      return paeth(left, above, corner)
    default:
      throw new DrawError("ERR_FRAME_FAULT", "a key image has a filter that PNG does not know")
  }
}

function paeth(left: number, above: number, corner: number): number {
  const [byLeft, byAbove, byCorner] = [
    Math.abs(above - corner),
    Math.abs(left - corner),
    Math.abs(left + above - 2 * corner),
  ]
  if (byLeft <= byAbove && byLeft <= byCorner) return left
  return byAbove <= byCorner ? above : corner
}

/** Luma of ITU-R BT.601, as PS3.3 C.7.6.3.1.2 weighs RGB. */
function grey(rgb: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: rgb.length / 3 }, (_, at) => {
    const [red = 0, green = 0, blue = 0] = rgb.subarray(at * 3, at * 3 + 3)
    return Math.round(0.299 * red + 0.587 * green + 0.114 * blue)
  })
}
