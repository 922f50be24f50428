import assert from "node:assert/strict"
import { byteRange } from "../../../gateway/actors/desks/byte-range.ts"

describe("byte range (RFC 9110 §14)", () => {
  for (const [header, start, end] of [
    ["bytes=0-99", 0, 100],
    ["bytes=0-0", 0, 1],
    ["bytes=100-", 100, 1000],
    ["bytes=900-5000", 900, 1000],
    ["bytes=-1", 999, 1000],
    ["bytes=-5000", 0, 1000],
    ["bytes=999-999", 999, 1000],
  ] as const)
    it(`reads ${header}`, () => assert.deepEqual(byteRange(header, 1000), { start, end }))

  for (const header of [
    undefined,
    "",
    "bytes=-",
    "bytes=5-2",
    "bytes=0-1,5-6",
    "items=0-1",
    "bytes=a-b",
    "bytes=1",
  ])
    it(`gives the whole for ${header ?? "no header"}`, () => assert.equal(byteRange(header, 1000), "whole"))

  for (const header of ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=999999999999999-"])
    it(`cannot satisfy ${header}`, () => assert.equal(byteRange(header, 1000), "unsatisfiable"))

  it("cannot satisfy any range of nothing", () => assert.equal(byteRange("bytes=0-", 0), "unsatisfiable"))
})
