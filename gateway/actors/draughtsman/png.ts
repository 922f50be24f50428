/**
 * The smallest PNG writer that serves: 8 bits per channel, grey or RGB, one IDAT (ISO/IEC 15948).
 * No time, no text: equal pixels give equal bytes.
 */
import { DrawError } from "../../journey/errors.ts"
import { crc32, deflateSync } from "node:zlib"

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const GREY = 0
const RGB = 2
/** Filter "Up" (9.2): the difference to the row above; good for medical pictures and cheap. */
const FILTER_UP = 2

export interface Picture {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  /** Row by row, channels interleaved, no padding. */
  readonly samples: Uint8Array
}

/**
 * Width and height a PNG file states in IHDR.
 *
 * @throws DrawError ERR_FRAME_FAULT when it is no PNG
 */
export function pngSize(png: Uint8Array): { readonly width: number; readonly height: number } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  if (png.byteLength < 24 || SIGNATURE.some((byte, index) => png[index] !== byte))
    throw new DrawError("ERR_FRAME_FAULT", "a key image is not a PNG file")
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

/** The PNG file of a picture. */
export function writePng(picture: Picture): Uint8Array {
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header(picture)),
    chunk("IDAT", deflateSync(filtered(picture))),
    chunk("IEND", new Uint8Array(0)),
  ])
}

function header({ width, height, channels }: Picture): Uint8Array {
  const bytes = Buffer.alloc(13)
  bytes.writeUInt32BE(width, 0)
  bytes.writeUInt32BE(height, 4)
  bytes.writeUInt8(8, 8)
  bytes.writeUInt8(channels === 1 ? GREY : RGB, 9)
  return bytes
}

/** Each row behind its filter byte (9.1). */
function filtered({ width, height, channels, samples }: Picture): Uint8Array {
  const stride = width * channels
  const out = new Uint8Array(height * (stride + 1))
  for (let y = 0; y < height; y += 1) {
    const target = y * (stride + 1)
    const source = y * stride
    out[target] = FILTER_UP
    for (let x = 0; x < stride; x += 1) {
      const above = y === 0 ? 0 : (samples[source - stride + x] ?? 0)
      out[target + 1 + x] = (samples[source + x] ?? 0) - above
    }
  }
  return out
}

/** Length, type, data, CRC over type and data (5.3). */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data])
  const framed = Buffer.alloc(body.byteLength + 8)
  framed.writeUInt32BE(data.byteLength, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.byteLength + 4)
  return framed
}
