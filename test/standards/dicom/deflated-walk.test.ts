import assert from "node:assert/strict"
import { deflateRawSync, gzipSync } from "node:zlib"
import { describe, it } from "mocha"
import { DeflatedWalk } from "../../../gateway/standards/dicom/deflated-walk.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"

/** Patient ID, as often as is wanted: long enough for several blocks of the stream. */
const element = (value: string): Buffer =>
  Buffer.concat([Buffer.from("100020004c4f", "hex"), Buffer.from([value.length, 0]), Buffer.from(value)])
const DATA_SET = Buffer.concat(Array.from({ length: 3_000 }, (_, n) => element(`P${n * 7_919}`.padEnd(10))))
const STREAM = deflateRawSync(DATA_SET)
const PIECES = [1, 2, 701, STREAM.length + 9]

/** true, false, or the code of what was thrown. */
async function whole(data: Uint8Array, pieceBytes: number): Promise<boolean | string> {
  const walk = new DeflatedWalk()
  try {
    for (let at = 0; at < data.length; at += pieceBytes) await walk.push(data.subarray(at, at + pieceBytes))
    return await walk.isWhole()
  } catch (error) {
    assert.ok(error instanceof Malformed)
    return error.code
  } finally {
    walk.drop()
  }
}

const answers = (data: Uint8Array) => Promise.all(PIECES.map((pieceBytes) => whole(data, pieceBytes)))
const always = (answer: boolean | string) => PIECES.map(() => answer)

describe("whether a deflated data set is whole", () => {
  it("does not depend on how it is cut into pieces", async () => {
    assert.deepEqual(await answers(STREAM), always(true))
  })

  it("does not mind the padding of an odd length, or of a block", async () => {
    assert.deepEqual(await answers(Buffer.concat([STREAM, Buffer.alloc(1)])), always(true))
    assert.deepEqual(await answers(Buffer.concat([STREAM, Buffer.alloc(3_000)])), always(true))
  })

  it("does not mind gzip's end behind the stream, which old toolkits write, when it is that of this stream", async () => {
    const end = gzipSync(DATA_SET).subarray(-8)
    assert.deepEqual(await answers(Buffer.concat([STREAM, end])), always(true))
    assert.deepEqual(await answers(Buffer.concat([STREAM, end, Buffer.alloc(1)])), always(true))
    assert.deepEqual(await answers(Buffer.concat([STREAM, end.subarray(0, 5)])), always("DEFLATED"))
    assert.deepEqual(await answers(Buffer.concat([STREAM, end, end])), always("DEFLATED"))
    assert.deepEqual(
      await answers(Buffer.concat([STREAM, gzipSync(STREAM).subarray(-8)])),
      always("DEFLATED"),
    )
  })

  it("is denied of a stream that ends early, wherever", async () => {
    for (const keptBytes of [0, 1, 2, 100, STREAM.length >> 1, STREAM.length - 1])
      assert.deepEqual(await answers(STREAM.subarray(0, keptBytes)), always(false), `${keptBytes}`)
  })

  it("is denied of a whole stream in which the data set ends early", async () => {
    assert.deepEqual(await answers(deflateRawSync(DATA_SET.subarray(0, -3))), always(false))
  })

  it("is denied of a stream with something behind it", async () => {
    assert.deepEqual(await answers(Buffer.concat([STREAM, Buffer.from([0, 0, 5])])), always("DEFLATED"))
    assert.deepEqual(await answers(Buffer.concat([STREAM, STREAM])), always("DEFLATED"))
  })

  it("is denied of what is no stream", async () => {
    assert.deepEqual(await answers(DATA_SET), always("DEFLATED"))
  })

  it("is not asked of what inflates beyond all measure: a bomb costs little, and a blank image is let be", async () => {
    const bomb = deflateRawSync(Buffer.alloc(600_000_000), { level: 1 })
    const before = process.cpuUsage()
    assert.equal(await whole(bomb.subarray(0, -5), 64 * 1024), true)
    const { user, system } = process.cpuUsage(before)
    assert.ok(user + system < 1_000_000, `${(user + system) / 1000} ms`)
  })
})
