/** Where a value of undefined length ends, when its bytes are taken over as they are. */
import { Malformed } from "../../malformed.ts"
import { readElementHeader, UNDEFINED_LENGTH, type ElementHeader } from "../element-header.ts"
import { MAX_NESTING } from "../elements.ts"
import { ITEM, ITEM_END, SEQUENCE_END } from "./tags.ts"

const truncated = (): Malformed =>
  new Malformed("DATA_SET_TRUNCATED", "PS3.5 7.5", "a value of undefined length is not closed")

/** An UN of undefined length is a sequence in implicit VR little endian (PS3.5 6.2.2). */
const INSIDE_UN = "implicit-le"

function headerAt(view: DataView, at: number): ElementHeader {
  const header = readElementHeader(view, at, INSIDE_UN)
  if (!header) throw truncated()
  return header
}

/**
 * Offset behind the Sequence Delimitation Item of the sequence whose first item stands at `at`.
 *
 * @throws Malformed DATA_SET_TRUNCATED, DATA_SET_NESTING, NESTED_TOO_DEEP
 */
export function endOfItems(view: DataView, at: number, depth = 0): number {
  if (depth > MAX_NESTING)
    throw new Malformed("NESTED_TOO_DEEP", "PS3.5 7.5", `more than ${MAX_NESTING} levels`)
  for (;;) {
    const { tag, lengthBytes, headerBytes } = headerAt(view, at)
    at += headerBytes
    if (tag === SEQUENCE_END) return at
    if (tag !== ITEM) throw new Malformed("DATA_SET_NESTING", "PS3.5 7.5", "a sequence holds no item here")
    at = lengthBytes === UNDEFINED_LENGTH ? endOfElements(view, at, depth) : at + lengthBytes
  }
}

function endOfElements(view: DataView, at: number, depth: number): number {
  for (;;) {
    const { tag, lengthBytes, headerBytes } = headerAt(view, at)
    at += headerBytes
    if (tag === ITEM_END) return at
    at = lengthBytes === UNDEFINED_LENGTH ? endOfItems(view, at, depth + 1) : at + lengthBytes
  }
}

/**
 * Offset behind the delimiter of encapsulated fragments (PS3.5 A.4).
 *
 * @throws Malformed DATA_SET_TRUNCATED, FRAGMENTS
 */
export function endOfFragments(view: DataView, at: number): number {
  for (;;) {
    const { tag, lengthBytes, headerBytes } = headerAt(view, at)
    at += headerBytes
    if (tag === SEQUENCE_END) return at
    if (tag !== ITEM || lengthBytes === UNDEFINED_LENGTH)
      throw new Malformed("FRAGMENTS", "PS3.5 A.4", "fragments are not whole")
    at += lengthBytes
  }
}
