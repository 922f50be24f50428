/**
 * Encode one native frame as HTJ2K lossless RPCL (1.2.840.10008.1.2.4.202, PS3.5 10.18), with proof.
 *
 * Nothing leaves this file that was not decoded again and compared with what came in, byte for byte.
 */
import openjph from "@cornerstonejs/codec-openjph"
import type { FrameInfo, OpenJPH } from "@cornerstonejs/codec-openjph"
import { codestreamSize, levelEndBytes } from "../../standards/dicomweb/codestream.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { CodedFrame, FramePixels } from "../../journey/ports/drawing.ts"
import { DrawError } from "../../journey/errors.ts"
import { checkFrame, checkSize } from "./frame-checks.ts"
import { tightSamples } from "./samples.ts"

export interface EncodedPixels {
  readonly codestream: Uint8Array
  /** Bytes that hold resolutions 0…r; the last is the whole. */
  readonly levelEndBytes: readonly number[]
}

/** The lowest resolution is at most this wide and high (PS3.5 10.18). */
const LOWEST_RESOLUTION_PIXELS = 64
const RPCL = 2
const BLOCK = { width: 64, height: 64 }

/** What a codestream is called whose colour transform the codec undoes (PS3.5 8.2.4). */
const TRANSFORMED = new Set(["YBR_RCT", "YBR_ICT"])

let codec: Promise<OpenJPH> | undefined

/** 3.4 MB of wasm: compiled at the first frame, kept for the life of the child. */
const loaded = (): Promise<OpenJPH> => (codec ??= openjph())

/** max(0, ceil(log2(max(W, H) / 64))). */
export const decompositionLevels = (width: number, height: number): number =>
  Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / LOWEST_RESOLUTION_PIXELS)))

/**
 * The codestream of one frame; precision and sign are BitsStored and PixelRepresentation.
 *
 * @throws DrawError ERR_FRAME_UNSUITABLE when the frame cannot be coded without loss (the caller then leaves it as
 *   it is), ERR_FRAME_FAULT when the pixels contradict their description
 */
export async function encodeHtj2k(frame: FramePixels): Promise<EncodedPixels> {
  checkFrame(frame)
  const samples = tightSamples(frame)
  const info = frameInfo(frame)
  const module = await loaded()
  const codestream = guarded(() =>
    proven(module, info, samples, decompositionLevels(frame.columns, frame.rows)),
  )
  if (!codestream)
    throw new DrawError("ERR_FRAME_UNSUITABLE", "decoding again does not give the same samples")
  return { codestream, levelEndBytes: levelEndBytes(codestream) }
}

/**
 * The samples of a codestream, in one byte up to 8 bits stored, else in two; colour comes out as RGB.
 *
 * @throws DrawError ERR_FRAME_FAULT when the codestream contradicts the data set, ERR_FRAME_UNSUITABLE when the codec
 *   refuses it
 */
export async function decodeHtj2k(frame: CodedFrame): Promise<FramePixels> {
  const { codestream, ...facts } = frame
  checkSize(facts)
  const wanted = frameInfo(facts)
  // Before the codec allocates what the codestream claims.
  if (!isDescribed(sizeOf(codestream), wanted))
    throw new DrawError("ERR_FRAME_FAULT", "the codestream is not of the size the data set says")
  const module = await loaded()
  const pixels = guarded(() => decoded(module, codestream, (_, samples) => samples.slice()))
  const photometric = facts.photometricInterpretation
  return {
    ...facts,
    bitsAllocated: facts.bitsStored > 8 ? 16 : 8,
    photometricInterpretation: TRANSFORMED.has(photometric) ? "RGB" : photometric,
    pixels,
  }
}

function sizeOf(codestream: Uint8Array): ReturnType<typeof codestreamSize> {
  try {
    return codestreamSize(codestream)
  } catch (cause) {
    if (cause instanceof Malformed) throw new DrawError("ERR_FRAME_FAULT", cause.message, { cause })
    throw cause
  }
}

const isDescribed = (size: ReturnType<typeof codestreamSize>, wanted: FrameInfo): boolean =>
  size.width === wanted.width &&
  size.height === wanted.height &&
  size.components === wanted.componentCount &&
  size.precisionBits === wanted.bitsPerSample &&
  size.signed === wanted.isSigned

/** OpenJPH 0.31 without decompositions loses the smallest value of 8-bit samples; one level more is allowed. */
const proven = (module: OpenJPH, info: FrameInfo, samples: Uint8Array, levels: number): Uint8Array | null =>
  provenCodestream(module, info, samples, levels) ??
  (levels === 0 ? provenCodestream(module, info, samples, 1) : null)

/** The wasm build throws pointers. After one its memory is not to be trusted: the next frame gets a fresh module. */
function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    codec = undefined
    throw new DrawError("ERR_FRAME_UNSUITABLE", "the codec refused the frame", { cause })
  }
}
function frameInfo(frame: Omit<FramePixels, "pixels">): FrameInfo {
  return {
    width: frame.columns,
    height: frame.rows,
    bitsPerSample: frame.bitsStored,
    componentCount: frame.samplesPerPixel,
    isSigned: frame.signed,
    // RCT suits RGB only; YBR_FULL is already decorrelated (PS3.5 8.2.14).
    isUsingColorTransform: frame.photometricInterpretation === "RGB",
  }
}

/** Null when the codestream does not decode to exactly the samples. */
function provenCodestream(module: OpenJPH, info: FrameInfo, samples: Uint8Array, levels: number) {
  const codestream = encode(module, info, samples, levels)
  return decodesTo(module, info, samples, codestream) ? codestream : null
}

function encode(module: OpenJPH, info: FrameInfo, samples: Uint8Array, levels: number): Uint8Array {
  const encoder = new module.HTJ2KEncoder()
  try {
    encoder.getDecodedBuffer(info).set(samples)
    encoder.setQuality(true, 0)
    encoder.setProgressionOrder(RPCL)
    encoder.setDecompositions(levels)
    encoder.setBlockDimensions(BLOCK)
    encoder.setTLMMarker(true)
    encoder.setTilePartDivisionsAtResolutions(true)
    encoder.encode()
    return encoder.getEncodedBuffer().slice()
  } finally {
    encoder.delete()
  }
}

function decodesTo(module: OpenJPH, info: FrameInfo, samples: Uint8Array, codestream: Uint8Array): boolean {
  return decoded(module, codestream, (found, pixels) => {
    const same =
      found.width === info.width &&
      found.height === info.height &&
      found.bitsPerSample === info.bitsPerSample &&
      found.componentCount === info.componentCount &&
      found.isSigned === info.isSigned
    return same && Buffer.compare(pixels, samples) === 0
  })
}

/** What `use` makes of the decoded samples, which are a view into the codec's memory. */
function decoded<T>(
  module: OpenJPH,
  codestream: Uint8Array,
  use: (found: FrameInfo, pixels: Uint8Array) => T,
): T {
  const decoder = new module.HTJ2KDecoder()
  try {
    decoder.getEncodedBuffer(codestream.byteLength).set(codestream)
    decoder.decode()
    return use(decoder.getFrameInfo(), decoder.getDecodedBuffer())
  } finally {
    decoder.delete()
  }
}
