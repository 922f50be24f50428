import assert from "node:assert/strict"
import fc from "fast-check"
import { MAX_OBJECT_BYTES, chunkMacCount } from "../../../gateway/storage/spool/limits.ts"
import {
  type Trailer,
  decodeTrailer,
  encodeTrailer,
  openTrailer,
  sealTrailer,
} from "../../../gateway/storage/spool/trailer.ts"
import { meta } from "./world.ts"

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
const text = fc.string({ unit: "grapheme", maxLength: 60 })
/** Objects as literals make them. */
const PLAIN = { noNullPrototype: true }
const trailer: fc.Arbitrary<Trailer> = fc
  .record(
    {
      cek: bytes(32),
      tag: bytes(16),
      clearLengthBytes: fc.integer({ min: 0, max: 40 * 2 ** 20 }),
      sha256: bytes(32),
      sha256DataSet: bytes(32),
      meta: fc.record(
        {
          StudyInstanceUID: text,
          SeriesInstanceUID: text,
          uniqueId: text,
          SOPClassUID: text,
          TransferSyntaxUID: text,
          mimeType: text,
          callingAE: text,
          calledAE: text,
          source: text,
          receivedAt: text,
          supersedes: fc.constantFrom(null, "ab".repeat(16)),
        },
        PLAIN,
      ),
    },
    PLAIN,
  )
  .map((value) => ({
    ...value,
    chunkMacs: new Uint8Array(16 * chunkMacCount(value.clearLengthBytes)).fill(5),
  }))

const [key, nonce, header] = [Buffer.alloc(32, 1), Buffer.alloc(12, 2), Buffer.alloc(128, 3)]
const plain: Trailer = {
  cek: new Uint8Array(32),
  tag: new Uint8Array(16),
  clearLengthBytes: 3,
  sha256: new Uint8Array(32),
  sha256DataSet: new Uint8Array(32),
  chunkMacs: new Uint8Array(0),
  meta: meta("1.2.3"),
}

describe("a trailer", () => {
  it("says after opening what it said before sealing", () => {
    fc.assert(
      fc.property(trailer, (value) => {
        assert.deepEqual(
          openTrailer(sealTrailer(encodeTrailer(value), key, nonce, header), key, header),
          value,
        )
      }),
    )
  })

  it("opens under no other key, behind no other header, and with no bit changed", () => {
    const sealed = sealTrailer(encodeTrailer(plain), key, nonce, header)
    const refused = (bytes: Uint8Array, k = key, h = header): void =>
      assert.throws(() => openTrailer(bytes, k, h), { code: "ERR_SPOOL_ROT" })
    refused(sealed, Buffer.alloc(32, 9))
    refused(sealed, key, Buffer.alloc(128, 4))
    refused(Buffer.alloc(0))
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        const changed = Buffer.from(sealed)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        refused(changed)
      }),
    )
  })

  it("is refused when cut short or longer than it says, wherever", () => {
    const clear = encodeTrailer(plain)
    for (let length = 0; length < clear.length; length += 1)
      assert.throws(() => decodeTrailer(clear.subarray(0, length)), { code: "ERR_SPOOL_ROT" })
    assert.throws(() => decodeTrailer(Buffer.concat([clear, Buffer.of(0)])), { code: "ERR_SPOOL_ROT" })
  })

  const hostile: Record<string, (clear: Buffer) => void> = {
    "another version": (clear) => clear.writeUInt8(2, 0),
    "a length beyond 2^53": (clear) => clear.fill(0xff, 49, 57),
    "a length its GMACs do not fit": (clear) => clear.writeBigUInt64BE(BigInt(MAX_OBJECT_BYTES), 49),
    "four milliards of GMACs": (clear) => clear.fill(0xff, 121, 125),
    "a text of 65535 bytes": (clear) => clear.writeUInt16BE(0xffff, 125),
    "a text that is not UTF-8": (clear) => clear.writeUInt8(0xff, 127),
  }
  for (const [name, change] of Object.entries(hostile))
    it(`is refused for ${name}`, () => {
      const clear = encodeTrailer(plain)
      change(clear)
      assert.throws(() => decodeTrailer(clear), { code: "ERR_SPOOL_ROT" })
    })

  it("is not written with a text longer than can be read", () => {
    const long = { ...plain, meta: meta("9".repeat(4097)) }
    assert.throws(() => encodeTrailer(long), { code: "ERR_OBJECT_TOO_LARGE" })
  })

  it("is not written to supersede what is no object", () => {
    const wrong = { ...plain, meta: meta("1", { supersedes: "x" }) }
    assert.throws(() => decodeTrailer(encodeTrailer(wrong)), { code: "ERR_SPOOL_ROT" })
  })
})
