/**
 * Orders of samples in native pixel data, made one: little endian, colour by pixel, value in the low bits (PS3.5 8.1).
 */

/** Every two bytes exchanged; a last odd byte stays. */
export function swappedPairs(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes)
  for (let at = 0; at + 1 < out.length; at += 2) {
    out[at] = bytes[at + 1] ?? 0
    out[at + 1] = bytes[at] ?? 0
  }
  return out
}

/** PlanarConfiguration 1 → 0: three planes into pixels. */
export function interleaved(planes: Uint8Array, bitsAllocated: 8 | 16): Uint8Array {
  const width = bitsAllocated / 8
  const planeBytes = Math.floor(planes.length / 3)
  const out = new Uint8Array(planeBytes * 3)
  for (let plane = 0; plane < 3; plane += 1)
    for (let at = 0; at < planeBytes; at += 1) {
      const sample = Math.floor(at / width)
      out[(sample * 3 + plane) * width + (at % width)] = planes[plane * planeBytes + at] ?? 0
    }
  return out
}

/** YBR_FULL_422 (PS3.3 C.7.6.3.1.2): Y1 Y2 Cb Cr for two pixels of a row, chroma sited at the first. */
export function upsampled422(pairs: Uint8Array, columns: number): Uint8Array {
  const rowBytes = columns * 2
  const rows = columns % 2 === 0 ? Math.floor(pairs.length / rowBytes) : 0
  const out = new Uint8Array(rows * columns * 3)
  for (let pair = 0; pair < (rows * columns) / 2; pair += 1) {
    const [y1 = 0, y2 = 0, cb = 0, cr = 0] = pairs.subarray(pair * 4, pair * 4 + 4)
    out.set([y1, cb, cr, y2, cb, cr], pair * 6)
  }
  return out
}

export interface SampleBits {
  readonly bitsAllocated: 8 | 16
  readonly bitsStored: number
  readonly highBit: number
  readonly signed: boolean
}

/**
 * The value bits of every sample moved to the low end, others dropped, sign extended.
 *
 * @param bytes little endian
 * @returns `altered` null when nothing had to be done; then `samples` are the given bytes
 */
export function alignedSamples(
  bytes: Uint8Array,
  bits: SampleBits,
): { readonly samples: Uint8Array; readonly altered: "bits outside BitsStored" | "HighBit" | null } {
  const { bitsAllocated, bitsStored, highBit } = bits
  if (highBit === bitsAllocated - 1 && bitsStored === bitsAllocated) return { samples: bytes, altered: null }
  const shift = Math.max(0, highBit + 1 - bitsStored)
  if (bitsAllocated === 8) {
    const samples = bytes.map((raw) => cleanValue(raw, shift, bits))
    return compared(bytes, samples, shift)
  }
  // A copy, so that the words are aligned and the given bytes stay as they are.
  const samples = new Uint8Array(bytes.length & ~1)
  samples.set(bytes.subarray(0, samples.length))
  const words = new Uint16Array(samples.buffer)
  for (let at = 0; at < words.length; at += 1) words[at] = cleanValue(words[at] ?? 0, shift, bits)
  return compared(bytes, samples, shift)
}

function compared(bytes: Uint8Array, samples: Uint8Array, shift: number) {
  if (Buffer.compare(bytes, samples) === 0) return { samples: bytes, altered: null }
  return { samples, altered: shift > 0 ? ("HighBit" as const) : ("bits outside BitsStored" as const) }
}

/** One sample as an unsigned number of BitsAllocated bits. */
function cleanValue(raw: number, shift: number, { bitsAllocated, bitsStored, signed }: SampleBits): number {
  const value = (raw >>> shift) & (2 ** bitsStored - 1)
  const negative = signed && value >= 2 ** (bitsStored - 1)
  return negative ? value | ((2 ** bitsAllocated - 1) & ~(2 ** bitsStored - 1)) : value
}
