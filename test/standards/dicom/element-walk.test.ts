import assert from "node:assert/strict"
import { describe, it } from "mocha"
import { ElementWalk } from "../../../gateway/standards/dicom/element-walk.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex")

/** Patient ID, a sequence of undefined length with an item of undefined length, an encapsulated frame. */
const WHOLE = Buffer.concat([
  bytes("1000 2000 4c4f 0400 50313233"),
  bytes("0800 4011 5351 0000 ffffffff  feff 00e0 ffffffff"),
  bytes("0800 5011 5549 0200 3100"),
  bytes("feff 0de0 00000000  feff dde0 00000000"),
  bytes("e07f 1000 4f42 0000 ffffffff  feff 00e0 00000000  feff 00e0 04000000 fffeffff  feff dde0 00000000"),
])
/** Where one top-level element ends and the next begins. */
const BETWEEN = [0, 12, 58]

function wholeIn(data: Uint8Array, piece: number): boolean {
  const walk = new ElementWalk("explicit-le")
  for (let at = 0; at < data.length; at += piece) walk.push(data.subarray(at, at + piece))
  return walk.isWhole()
}

describe("whether a data set is whole", () => {
  it("does not depend on how it is cut into pieces", () => {
    for (const piece of [1, 2, 3, 7, 13, WHOLE.length]) assert.equal(wholeIn(WHOLE, piece), true, `${piece}`)
  })

  it("is denied of every beginning that does not end between two elements", () => {
    for (let end = 1; end < WHOLE.length; end++)
      assert.equal(wholeIn(WHOLE.subarray(0, end), 5), BETWEEN.includes(end), `cut at ${end}`)
  })

  it("does not mind zeros at the end", () => {
    assert.equal(wholeIn(Buffer.concat([WHOLE, Buffer.alloc(7)]), 5), true)
    assert.equal(wholeIn(Buffer.concat([WHOLE, Buffer.alloc(300)]), 5), true)
  })

  it("is denied of a value that claims more than there is", () => {
    assert.equal(wholeIn(bytes("0900 1010 4f42 0000 f0ffff7f 0000"), 4), false)
  })

  it("is asked of no more than so many open sequences", () => {
    const walk = new ElementWalk("implicit-le")
    const nested = bytes("0800 4011 ffffffff")
    const deep = Buffer.concat(Array.from({ length: 20_000 }, () => nested))
    assert.throws(
      () => walk.push(deep),
      (error: unknown) => error instanceof Malformed && error.code === "NESTING",
    )
  })
})
