/** A sealed object read clear: whole, by range, or only up to Pixel Data. */
import { inflateCapped } from "../standards/dicom/deflated-head.ts"
import { readPart10, type ReadFile } from "../standards/dicom/data-set.ts"
import { PIXEL_DATA } from "../standards/dicomweb/frame-place.ts"
import { Malformed } from "../standards/malformed.ts"
import type { ObjectPlace, ReadableObject, Spool } from "./ports/spool.ts"
import type { World } from "./world.ts"

export type ClearObject = Pick<ReadableObject, "facts" | "clear">

/** Headers are read in growing prefixes: most end within the first, none legal beyond the last. */
export const MAX_HEADER_BYTES = 64 * 1024 * 1024
const PREFIXES_BYTES = [64 * 1024, 1024 * 1024, 16 * 1024 * 1024, MAX_HEADER_BYTES]

/** Bytes [start, end), as far as there are any. */
export async function clearRange(object: ClearObject, start: number, end: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of object.clear({ start, end: Math.min(end, object.facts.clearLengthBytes) }))
    parts.push(part)
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
}

/** The same object, read once when it is small: of such a one every range costs the whole. */
export async function readOnce(object: ClearObject, limitBytes: number): Promise<ClearObject> {
  const { facts } = object
  if (facts.clearLengthBytes > limitBytes) return object
  const whole = await clearRange(object, 0, facts.clearLengthBytes)
  const clear = async function* (range = { start: 0, end: whole.length }): AsyncGenerator<Uint8Array> {
    await Promise.resolve()
    yield whole.subarray(range.start, range.end)
  }
  return { facts, clear }
}

/**
 * The file up to Pixel Data.
 *
 * @param limitBytes so much of it is looked at, at most
 * @param leastBytes so much of it is at hand, at least
 * @throws Malformed what makes its header unreadable, HEADER_TOO_LONG
 */
export async function headerOf(
  { syntaxOf }: Pick<World, "syntaxOf">,
  object: ClearObject,
  limitBytes = MAX_HEADER_BYTES,
  leastBytes = 0,
): Promise<ReadFile> {
  for (const prefixBytes of PREFIXES_BYTES.filter((each) => each <= limitBytes && each >= leastBytes)) {
    try {
      const prefix = await clearRange(object, 0, prefixBytes)
      return readPart10(prefix, { untilTag: PIXEL_DATA, inflate: inflateCapped, syntaxOf })
    } catch (error) {
      if (prefixBytes >= object.facts.clearLengthBytes || !(error instanceof Malformed)) throw error
    }
  }
  throw new Malformed("HEADER_TOO_LONG", "PS3.10 7.1", `no Pixel Data in the first ${limitBytes} bytes`)
}

/** The first bytes of the object in this place, at most `limitBytes`. */
export async function clearHead(spool: Spool, place: ObjectPlace, limitBytes: number): Promise<Uint8Array> {
  return clearRange(await spool.open(place), 0, limitBytes)
}
