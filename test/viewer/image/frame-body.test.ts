import assert from "node:assert/strict"
import { frameBody, FrameFault, parseMediaType } from "../../../viewer/image/frame-body.ts"
import { parseLevelEnds, previewFrom } from "../../../viewer/image/resolution-levels.ts"
import { ByteLru } from "../../../viewer/image/byte-lru.ts"
import { bisectingOrder, fetchOrder } from "../../../viewer/image/fetch-order.ts"

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"))

describe("the body of a frame answer", () => {
  it("is itself when it is a single part, with the transfer syntax of its parameter", () => {
    const body = frameBody('image/jphc; transfer-syntax="1.2.840.10008.1.2.4.202"', octets("x"))
    assert.deepEqual([body.mediaType, body.TransferSyntaxUID], ["image/jphc", "1.2.840.10008.1.2.4.202"])
  })

  it("is native little endian when an octet-stream says nothing else", () => {
    assert.equal(frameBody("application/octet-stream", octets("")).TransferSyntaxUID, "1.2.840.10008.1.2.1")
  })

  it("is the first part of a multipart, even when its bytes hold line ends and dashes", () => {
    const content = "\r\n--x\r\n--B-not\u00ff"
    const head = "--B\r\nContent-Type: image/jphc; transfer-syntax=1.2.840.10008.1.2.4.202\r\n\r\n"
    const body = frameBody(
      'multipart/related; type="image/jphc"; boundary="B"',
      octets(`${head}${content}\r\n--B--\r\n`),
    )
    assert.equal(body.TransferSyntaxUID, "1.2.840.10008.1.2.4.202")
    assert.equal(Buffer.from(body.bytes).toString("latin1"), "\r\n--x")
  })

  it("is refused when the multipart breaks off", () => {
    for (const text of ["", "--B\r\nContent-Type: a/b\r\n\r\nabc", "--C\r\n\r\nabc\r\n--C--"])
      assert.throws(() => frameBody("multipart/related; boundary=B", octets(text)), FrameFault)
  })

  it("has a media type whose quoted parameters may hold semicolons", () => {
    const { type, parameters } = parseMediaType('Multipart/Related; a="x;y"; B=c')
    assert.equal(type, "multipart/related")
    assert.deepEqual(
      [...parameters],
      [
        ["a", "x;y"],
        ["b", "c"],
      ],
    )
  })
})

describe("the resolutions of a frame", () => {
  it("are read from the header, and from nothing that makes no sense", () => {
    assert.deepEqual(parseLevelEnds("4056, 13810,52915"), [4056, 13810, 52915])
    for (const header of [null, "", "a", "5,5", "5,4", "-1,3", "1.5"])
      assert.deepEqual(parseLevelEnds(header), [])
  })

  it("give the best preview that is wholly here", () => {
    const ends = [4056, 13810, 52915, 209047]
    assert.deepEqual(previewFrom(ends, 16384), { lengthBytes: 13810, halvings: 2 })
    assert.deepEqual(previewFrom(ends, 209047), { lengthBytes: 209047, halvings: 0 })
    assert.equal(previewFrom(ends, 4055), null)
    assert.equal(previewFrom([], 4055), null)
  })
})

describe("the order of loading", () => {
  it("bisects: every index once, the ends and the middle first", () => {
    for (const count of [0, 1, 2, 7, 500]) assert.equal(new Set(bisectingOrder(count)).size, count)
    assert.deepEqual(bisectingOrder(9).slice(0, 3), [0, 8, 4])
  })

  it("starts with the slice on screen and its neighbours, and ends with every slice whole", () => {
    const order = fetchOrder(40, 10, -1)
    assert.deepEqual(
      order.slice(0, 5).map(({ index }) => index),
      [10, 11, 12, 9, 8],
    )
    assert.equal(order.filter(({ quality }) => quality === "full").length, 40)
    assert.equal(order.filter(({ quality }) => quality === "preview").length, 40)
    const ahead = order.filter(({ quality }) => quality === "full").slice(5, 9)
    assert.deepEqual(
      ahead.map(({ index }) => index),
      [7, 6, 5, 4],
    )
  })
})

describe("the memory of frames", () => {
  it("drops what was used longest ago until the budget holds", () => {
    const lru = new ByteLru<string>(100)
    lru.set("a", "A", 40)
    lru.set("b", "B", 40)
    assert.equal(lru.get("a"), "A")
    lru.set("c", "C", 40)
    assert.deepEqual([lru.has("a"), lru.has("b"), lru.has("c"), lru.usedBytes], [true, false, true, 80])
  })

  it("keeps one value that is larger than the budget, alone", () => {
    const lru = new ByteLru<string>(100)
    lru.set("a", "A", 40)
    lru.set("big", "B", 900)
    assert.deepEqual([lru.size, lru.get("big")], [1, "B"])
  })

  it("counts a replaced value once", () => {
    const lru = new ByteLru<string>(100)
    lru.set("a", "A", 40)
    lru.set("a", "B", 60)
    assert.deepEqual([lru.usedBytes, lru.size], [60, 1])
  })
})
