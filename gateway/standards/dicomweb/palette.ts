/**
 * PALETTE COLOR to RGB (PS3.3 C.7.6.3.1.5, C.7.9).
 */
import { Malformed } from "../malformed.ts"
import type { DataSet } from "../dicom/data-set.ts"
import type { NativeFrame } from "./native-frame.ts"

const COLOURS = ["Red", "Green", "Blue"] as const

interface Palette {
  /** Stored value of the first entry; smaller values get the first entry, larger ones the last. */
  readonly first: number
  /** 8 bits each. */
  readonly entries: Uint8Array
}

/**
 * @param frame `photometricInterpretation` PALETTE COLOR; any other is given back as it is
 * @throws Malformed PIXEL_PALETTE
 */
export function resolvedPalette(dataSet: DataSet, frame: NativeFrame): NativeFrame {
  if (frame.photometricInterpretation !== "PALETTE COLOR") return frame
  const palettes = COLOURS.map((colour) => palette(dataSet, colour))
  const count = frame.rows * frame.columns
  const wide = frame.bitsAllocated === 16
  const pixels = new Uint8Array(count * 3)
  for (let pixel = 0; pixel < count; pixel += 1) {
    const low = frame.pixels[wide ? pixel * 2 : pixel] ?? 0
    const value = wide ? low | ((frame.pixels[pixel * 2 + 1] ?? 0) << 8) : low
    palettes.forEach(({ first, entries }, sample) => {
      const entry = Math.min(Math.max(value - first, 0), entries.length - 1)
      pixels[pixel * 3 + sample] = entries[entry] ?? 0
    })
  }
  const eight = { bitsAllocated: 8, bitsStored: 8, samplesPerPixel: 3, signed: false } as const
  return { ...frame, ...eight, photometricInterpretation: "RGB", pixels }
}

function palette(dataSet: DataSet, colour: (typeof COLOURS)[number]): Palette {
  const descriptor = dataSet.numbers(`${colour}PaletteColorLookupTableDescriptor`)
  const data = dataSet.bytes(`${colour}PaletteColorLookupTableData`)
  const [claimed = 0, first = 0, bits = 0] = descriptor
  // A count of 65,536 is written as 0 (PS3.3 C.7.6.3.1.5).
  const count = claimed === 0 ? 65_536 : claimed
  if (!data || (bits !== 8 && bits !== 16)) throw fault("palette missing or segmented")
  // Devices write 8-bit entries as bytes or as words; the length tells.
  const wordBytes = data.length >= count * 2 ? 2 : 1
  if (data.length < count * wordBytes) throw fault("palette shorter than its descriptor")
  return { first, entries: highBytes(data, count, wordBytes, bits) }
}

function highBytes(data: Uint8Array, count: number, wordBytes: 1 | 2, bits: 8 | 16): Uint8Array {
  const at = (entry: number) => (wordBytes === 1 ? entry : entry * 2 + (bits === 16 ? 1 : 0))
  return Uint8Array.from({ length: count }, (_, entry) => data[at(entry)] ?? 0)
}

const fault = (message: string): Malformed => new Malformed("PIXEL_PALETTE", "PS3.3 C.7.6.3.1.5", message)
