/**
 * The proof: every element of the source stands in the recoded data set with the same value, except the named ones.
 * Both sides are read by the ordinary reader, which shares nothing with the rewriter but the rules of PS3.5.
 */
import type { Element, Elements } from "../elements.ts"
import { isDropped, PHOTOMETRIC_INTERPRETATION, PIXEL_DATA, PLANAR_CONFIGURATION } from "./tags.ts"
import { swappedWords } from "./value-representations.ts"

/** One data set and the bytes its elements count in. */
export interface Side {
  readonly bytes: Uint8Array
  readonly elements: Elements
  readonly bigEndian: boolean
}

/** What recoding may change at the top level; what it must become is for who asks. */
const NAMED = new Set([PIXEL_DATA, PHOTOMETRIC_INTERPRETATION, PLANAR_CONFIGURATION])

/** Tags (hex, nested ones joined by `/`) that are missing, new or different; [] is the proof. */
export function differences(source: Side, recoded: Side): readonly string[] {
  const counted = { source, recoded }
  return levelDifferences(counted, source.elements, recoded.elements, 0, "")
}

interface Sides {
  readonly source: Side
  readonly recoded: Side
}

function levelDifferences(
  sides: Sides,
  before: Elements,
  after: Elements,
  depth: number,
  path: string,
): string[] {
  const tags = new Set([...before.keys(), ...after.keys()])
  return [...tags]
    .filter((tag) => !(depth === 0 && NAMED.has(tag)))
    .flatMap((tag) => {
      const name = `${path}${tag.toString(16).padStart(8, "0")}`
      const [old, now] = [before.get(tag), after.get(tag)]
      if (old === undefined) return [name]
      if (now === undefined) return isDropped(tag, depth) ? [] : [name]
      return elementDifferences(sides, old, now, depth, name)
    })
}

function elementDifferences(sides: Sides, old: Element, now: Element, depth: number, name: string): string[] {
  if (old.items !== null && now.items !== null) {
    if (old.items.length !== now.items.length) return [name]
    const later = now.items
    return old.items.flatMap((item, index) => {
      const other = later[index]
      return other ? levelDifferences(sides, item, other, depth + 1, `${name}/`) : [name]
    })
  }
  const sameShape = old.items === null && now.items === null && old.lengthBytes === now.lengthBytes
  return sameShape && sameValue(sides, old, now) ? [] : [name]
}

function sameValue({ source, recoded }: Sides, old: Element, now: Element): boolean {
  const stored = valueOf(source, old)
  const value = source.bigEndian ? swappedWords(stored, now.vr) : stored
  return Buffer.compare(value, valueOf(recoded, now)) === 0
}

const valueOf = ({ bytes }: Side, { offsetBytes, lengthBytes }: Element): Uint8Array =>
  bytes.subarray(offsetBytes, offsetBytes + lengthBytes)
