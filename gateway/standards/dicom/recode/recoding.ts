/**
 * A native instance as the same instance in HTJ2K (1.2.840.10008.1.2.4.202): everything of the new file but the
 * codestreams. The caller codes the frames and puts the parts in order:
 *
 *   prologue · before · pixelDataStart(lengths) · per frame fragmentStart, codestream, fragmentPadding · pixelDataEnd · after
 */
import type { Malformed } from "../../malformed.ts"
import type { ReadFile } from "../data-set.ts"
import { readElements } from "../elements.ts"
import { isoBytes } from "../octets.ts"
import { dataSetStart } from "../part10.ts"
import { numberOfFrames } from "../pixel-data.ts"
import { differences } from "./compare.ts"
import type { AsReceived } from "./reasons.ts"
import { isSigned } from "./recodable.ts"
import { rewriteElements, type SourceEncoding } from "./rewrite-elements.ts"
import { rewriteFileMeta } from "./rewrite-meta.ts"
import { PHOTOMETRIC_INTERPRETATION, PIXEL_DATA, PLANAR_CONFIGURATION } from "./tags.ts"

/** PS3.5 A.4.11: HTJ2K lossless, RPCL. */
export const HTJ2K_LOSSLESS_RPCL = "1.2.840.10008.1.2.4.202"

export interface Recoding {
  /** Preamble and group 0002. */
  readonly prologue: Uint8Array
  /** Elements before Pixel Data, then those behind it; Explicit VR Little Endian. */
  readonly before: Uint8Array
  readonly after: Uint8Array
  readonly frames: number
}

/** The source as far as it must be known: frames are not needed. */
export interface RecodingSource {
  /** The file up to Pixel Data (`readPart10` with `untilTag`). */
  readonly file: ReadFile
  /** The Part 10 file's first bytes, at least up to its data set. */
  readonly head: Uint8Array
  /** What stands behind Pixel Data, in the source's encoding; inflated when it was deflated. */
  readonly tail: Uint8Array
}

/**
 * The parts of the new file of an instance that `asReceived` has let pass; or why it must travel as received after all.
 *
 * @throws Malformed RECODE_REPEATED, RECODE_UNCLEAR and those of a broken data set: see `reasonOf`
 */
export function recoding({ file, head, tail }: RecodingSource): Recoding | AsReceived {
  const { dataSet, bytes } = file
  const encoding = encodingOf(file)
  const start = dataSetStartIn(file)
  const pixels = dataSet.elements.get(PIXEL_DATA)
  if (!pixels) return "no-pixel-data"
  const replaced = replacements(dataSet.text("PhotometricInterpretation"))
  const signed = dataSet.number("PixelRepresentation") === 1
  const shared = { encoding, signed, replaced }
  if (pixels.vr !== "OB" && pixels.vr !== "OW") return "unclear-encoding"
  const headerBytes = encoding === "implicit-le" ? 8 : 12
  const source = bytes.subarray(start, pixels.offsetBytes - headerBytes)
  const before = rewriteElements(source, shared)
  const after = rewriteElements(tail, { ...shared, replaced: new Map() })
  const tailElements = readElements(tail, 0, encoding)
  if (isSigned(tailElements)) return "signatures"
  if (sharedTag(dataSet.elements.keys(), tailElements)) return "repeated-element"
  const equal =
    isProved(source, before, encoding) && isProved(tail, after, encoding) && isAsWanted(before, replaced)
  if (!equal) return "not-equal"
  return {
    prologue: rewriteFileMeta(head, HTJ2K_LOSSLESS_RPCL),
    before,
    after,
    frames: numberOfFrames(dataSet),
  }
}

/** What a Malformed of reading or rewriting an instance says in the words of `AS_RECEIVED`. */
export function reasonOf({ code }: Malformed): AsReceived {
  if (code === "RECODE_REPEATED") return "repeated-element"
  if (code === "HEADER_TOO_LONG") return "header-too-long"
  // A private one that was configured once, when the object came.
  if (code === "TRANSFER_SYNTAX") return "private-syntax"
  return code === "RECODE_UNCLEAR" ? "unclear-encoding" : "malformed"
}

const encodingOf = ({ syntax: { encoding } }: ReadFile): SourceEncoding =>
  encoding === "deflated" ? "explicit-le" : encoding

/** A deflated data set was inflated into bytes of its own. */
function dataSetStartIn({ syntax, bytes }: ReadFile): number {
  if (syntax.encoding === "deflated") return 0
  return dataSetStart(bytes)?.offsetBytes ?? 0
}

/** YBR_RCT when the codec's colour transform is on (PS3.5 8.2.4), and samples by pixel. */
function replacements(photometric: string): ReadonlyMap<number, Uint8Array> {
  const byPixel: [number, Uint8Array] = [PLANAR_CONFIGURATION, Uint8Array.of(0, 0)]
  if (photometric === "RGB") return new Map([[PHOTOMETRIC_INTERPRETATION, isoBytes("YBR_RCT ")], byPixel])
  return photometric === "YBR_FULL" ? new Map([byPixel]) : new Map()
}

function sharedTag(tags: Iterable<number>, others: ReadonlyMap<number, unknown>): boolean {
  for (const tag of tags) if (others.has(tag)) return true
  return false
}

function isProved(source: Uint8Array, recoded: Uint8Array, encoding: SourceEncoding): boolean {
  const read = (bytes: Uint8Array, how: SourceEncoding) => ({
    bytes,
    elements: readElements(bytes, 0, how),
    bigEndian: how === "explicit-be",
  })
  return differences(read(source, encoding), read(recoded, "explicit-le")).length === 0
}

/** The named elements are there as they must be. */
function isAsWanted(recoded: Uint8Array, replaced: ReadonlyMap<number, Uint8Array>): boolean {
  const elements = readElements(recoded, 0, "explicit-le")
  return [...replaced].every(([tag, value]) => {
    const element = elements.get(tag)
    if (!element) return false
    const { offsetBytes, lengthBytes } = element
    return Buffer.compare(recoded.subarray(offsetBytes, offsetBytes + lengthBytes), value) === 0
  })
}
