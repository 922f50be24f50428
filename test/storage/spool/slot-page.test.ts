import assert from "node:assert/strict"
import fc from "fast-check"
import {
  type Slot,
  PAGE_BYTES,
  decodeSlotPage,
  encodeSlotPage,
  isZero,
} from "../../../gateway/storage/spool/slot-page.ts"
import { decodeEndMark, encodeEndMark } from "../../../gateway/storage/spool/end-mark.ts"
import {
  encodeSlotFileHeader,
  fitsEpochKey,
  isSlotFileHeader,
} from "../../../gateway/storage/spool/slot-file-header.ts"

const [site, index] = ["北病院", 7]
const epochKey = { epoch: 3, key: Buffer.alloc(32, 4) }
const nonce = Buffer.alloc(12, 5)
const slot: Slot = { slotId: "0a".repeat(16), slotClass: "recoded", slotKey: Buffer.alloc(32, 6) }
const page = encodeSlotPage(slot, { site, index }, epochKey, nonce)
const refused = (bytes: Buffer, at = { site, index }, key = epochKey): void =>
  assert.throws(() => decodeSlotPage(bytes, at, key), { code: "ERR_SPOOL_ROT" })

describe("a slot page", () => {
  it("gives back slot id, class and key", () => {
    const any = fc.record(
      {
        slotId: fc
          .uint8Array({ minLength: 16, maxLength: 16 })
          .map((bytes) => Buffer.from(bytes).toString("hex")),
        slotClass: fc.constantFrom("received" as const, "recoded" as const, "documents" as const),
        slotKey: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
      },
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(any, fc.string(), fc.integer({ min: 1, max: 2 ** 32 - 1 }), (value, place, at) => {
        const position = { site: place, index: at }
        assert.deepEqual(
          decodeSlotPage(encodeSlotPage(value, position, epochKey, nonce), position, epochKey),
          value,
        )
      }),
    )
  })

  it("never shows the slot key", () => {
    assert.equal(page.includes(Buffer.from(slot.slotKey)), false)
  })

  it("opens at its own site, index and epoch only", () => {
    refused(page, { site: "南病院", index })
    refused(page, { site, index: 8 })
    refused(page, { site, index }, { epoch: 3, key: Buffer.alloc(32, 9) })
    refused(page, { site, index }, { epoch: 4, key: epochKey.key })
  })

  it("is refused when any one bit is another, or a part of it is missing", () => {
    fc.assert(
      fc.property(fc.nat(PAGE_BYTES * 8 - 1), (bit) => {
        const changed = Buffer.from(page)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        refused(changed)
      }),
    )
    refused(page.subarray(1))
    refused(Buffer.alloc(0))
    refused(Buffer.concat([page.subarray(0, 512), Buffer.alloc(PAGE_BYTES - 512)]))
  })

  it("is zero only when all of it is", () => {
    assert.equal(isZero(Buffer.alloc(PAGE_BYTES)), true)
    assert.equal(isZero(page), false)
  })
})

describe("a slot file header", () => {
  const header = encodeSlotFileHeader(site, epochKey, nonce)

  it("tells the right key and site from all others", () => {
    assert.equal(isSlotFileHeader(header, 3), true)
    assert.equal(fitsEpochKey(header, site, epochKey), true)
    assert.equal(fitsEpochKey(header, "南病院", epochKey), false)
    assert.equal(fitsEpochKey(header, site, { epoch: 3, key: Buffer.alloc(32) }), false)
  })

  it("does not count when torn, changed or of another epoch", () => {
    assert.equal(isSlotFileHeader(header, 4), false)
    assert.equal(isSlotFileHeader(Buffer.alloc(PAGE_BYTES), 3), false)
    assert.equal(isSlotFileHeader(header.subarray(0, 512), 3), false)
    const changed = Buffer.from(header)
    changed[40]! ^= 1
    assert.equal(isSlotFileHeader(changed, 3), false)
  })
})

describe("an end mark", () => {
  const mark = { segmentId: "0b".repeat(16), frames: 3, endBytes: 4711 }
  const bytes = encodeEndMark(mark)

  it("counts in its own segment and at its own offset only", () => {
    assert.deepEqual(decodeEndMark(bytes, mark.segmentId, 4711), mark)
    assert.equal(decodeEndMark(bytes, mark.segmentId, 4712), null)
    assert.equal(decodeEndMark(bytes, "0c".repeat(16), 4711), null)
    assert.equal(decodeEndMark(bytes.subarray(1), mark.segmentId, 4711), null)
  })

  it("does not count when any one bit is another", () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      assert.equal(decodeEndMark(changed, mark.segmentId, 4711), null)
    }
  })
})
