import assert from "node:assert/strict"
import fc from "fast-check"
import { carries, fragmentBytes, fragmentsOf } from "../../../gateway/standards/dicom/fragments.ts"
import { PDataStream } from "../../../gateway/standards/dicom/p-data-stream.ts"
import { PduReader } from "../../../gateway/standards/dicom/pdu-reader.ts"

/** Everything the stream says, copied as a socket would. */
function written(chunks: readonly Uint8Array[], peerMaximumLengthBytes: number): Buffer[] {
  const stream = new PDataStream(3, peerMaximumLengthBytes)
  const blocks: Buffer[] = []
  for (const chunk of chunks) for (const block of stream.push(chunk)) blocks.push(Buffer.from(block))
  return [...blocks, Buffer.from(stream.end())]
}

describe("a data set on its way out", () => {
  it("comes out as it went in, in PDUs the peer takes, with one last fragment", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 1, maxLength: 20 }),
        fc.constantFrom(0, 8, 9, 107, 1024, 16384, 1_000_000),
        (chunks, peerMaximumLengthBytes) => {
          const whole = Buffer.concat(chunks)
          fc.pre(whole.length > 0)
          const reader = new PduReader()
          const pdus = written(chunks, peerMaximumLengthBytes).flatMap((block) => [...reader.push(block)])
          assert.equal(reader.heldBytes, 0, "blocks hold whole PDUs")
          const values = pdus.flatMap((pdu) => (pdu.type === "P-DATA-TF" ? pdu.values : []))
          const limit = fragmentBytes(peerMaximumLengthBytes)
          assert.ok(values.every(({ fragment }) => fragment.length <= limit && fragment.length % 2 === 0))
          assert.ok(values.every(({ contextId, command }) => contextId === 3 && !command))
          assert.deepEqual(
            values.map(({ last }) => last),
            values.map((_, at) => at === values.length - 1),
          )
          const padding = Buffer.alloc(whole.length % 2)
          assert.deepEqual(
            Buffer.concat(values.map(({ fragment }) => fragment)),
            Buffer.concat([whole, padding]),
          )
        },
      ),
      { numRuns: 200 },
    )
  })

  it("packs many small PDUs into one block", () => {
    assert.ok(written([new Uint8Array(100_000)], 1024).length <= 2)
  })

  it("is refused when it has no bytes", () => {
    assert.throws(() => written([new Uint8Array(0)], 0), { code: "DATA_SET_EMPTY" })
  })
})

describe("the peer's maximum length", () => {
  it("carries something from eight bytes on, and without a limit", () => {
    assert.deepEqual([0, 1, 7, 8, 16384].map(carries), [true, false, false, true, true])
  })

  it("gives even fragments, never longer than ours may be", () => {
    assert.deepEqual([8, 9, 107, 0, 4_000_000].map(fragmentBytes), [2, 2, 100, 131066, 131066])
  })

  it("cuts a command so that only the last fragment says so", () => {
    const values = [...fragmentsOf(1, true, new Uint8Array(10), 10)]
    assert.deepEqual(
      values.map(({ fragment, last }) => [fragment.length, last]),
      [
        [4, false],
        [4, false],
        [2, true],
      ],
    )
  })
})
