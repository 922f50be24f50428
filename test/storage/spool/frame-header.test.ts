import assert from "node:assert/strict"
import { crc32 } from "node:zlib"
import fc from "fast-check"
import {
  type FrameHeader,
  HEADER_BYTES,
  decodeFrameHeader,
  encodeFrameHeader,
} from "../../../gateway/storage/spool/frame-header.ts"
import { MAX_OBJECT_BYTES, MAX_TRAILER_BYTES } from "../../../gateway/storage/spool/limits.ts"

const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("hex"))
/** Objects as literals make them. */
const PLAIN = { noNullPrototype: true }
const header: fc.Arbitrary<FrameHeader> = fc.record(
  {
    kind: fc.constantFrom("instance", "document", "submission"),
    objectId: id,
    slotId: id,
    segmentId: id,
    ordinal: fc.maxSafeNat(),
    nonce: fc.uint8Array({ minLength: 12, maxLength: 12 }),
    ciphertextLengthBytes: fc.integer({ min: 0, max: MAX_OBJECT_BYTES }),
    trailerLengthBytes: fc.integer({ min: 0, max: MAX_TRAILER_BYTES }),
    ciphertextCrc32: fc.integer({ min: 0, max: 0xffffffff }),
  },
  PLAIN,
)

/** Changes bytes and makes the CRC right again: what is refused then is refused for its own sake. */
function forged(bytes: Buffer, change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes)
  change(copy)
  copy.writeUInt32BE(crc32(copy.subarray(0, 124)), 124)
  return copy
}

describe("a frame header", () => {
  it("says after decoding what it said before encoding", () => {
    fc.assert(
      fc.property(header, (value) => assert.deepEqual(decodeFrameHeader(encodeFrameHeader(value)), value)),
    )
  })

  it("lies where docs/store.md says", () => {
    const bytes = encodeFrameHeader({
      kind: "document",
      objectId: "aa".repeat(16),
      slotId: "bb".repeat(16),
      segmentId: "cc".repeat(16),
      ordinal: 5,
      nonce: new Uint8Array(12).fill(0xdd),
      ciphertextLengthBytes: 0x0102030405 % MAX_OBJECT_BYTES,
      trailerLengthBytes: 700,
      ciphertextCrc32: 0xcafef00d,
    })
    assert.equal(
      bytes.toString("hex", 0, 124),
      `444b463101020000${"aa".repeat(16)}${"bb".repeat(16)}${"cc".repeat(16)}0000000000000005` +
        `${"dd".repeat(12)}000000000000000102030405000002bccafef00d${"00".repeat(28)}`,
    )
  })

  it("is refused when any one bit is another", () => {
    fc.assert(
      fc.property(header, fc.nat(HEADER_BYTES * 8 - 1), (value, bit) => {
        const bytes = encodeFrameHeader(value)
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        assert.throws(() => decodeFrameHeader(bytes), { code: "ERR_SPOOL_ROT" })
      }),
    )
  })

  it("is refused when it is anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) =>
        assert.throws(() => decodeFrameHeader(bytes), { code: "ERR_SPOOL_ROT" }),
      ),
    )
  })

  const good = encodeFrameHeader({
    kind: "instance",
    objectId: "01".repeat(16),
    slotId: "02".repeat(16),
    segmentId: "03".repeat(16),
    ordinal: 0,
    nonce: new Uint8Array(12),
    ciphertextLengthBytes: 10,
    trailerLengthBytes: 10,
    ciphertextCrc32: 0,
  })
  const hostile: Record<string, (bytes: Buffer) => void> = {
    "another version": (bytes) => bytes.writeUInt8(2, 4),
    "kind 0": (bytes) => bytes.writeUInt8(0, 5),
    "kind 4": (bytes) => bytes.writeUInt8(4, 5),
    "a reserved byte": (bytes) => bytes.writeUInt8(1, 123),
    "a length beyond 16 GiB": (bytes) => bytes.writeBigUInt64BE(BigInt(MAX_OBJECT_BYTES) + 1n, 80),
    "a length of 2^64-1": (bytes) => bytes.fill(0xff, 80, 88),
    "a trailer of 4 GiB": (bytes) => bytes.fill(0xff, 88, 92),
    "an ordinal of 2^63": (bytes) => bytes.writeUInt8(0x80, 56),
  }
  for (const [name, change] of Object.entries(hostile))
    it(`with a fitting CRC is refused for ${name}`, () => {
      assert.throws(() => decodeFrameHeader(forged(good, change)), { code: "ERR_SPOOL_ROT" })
    })
})
