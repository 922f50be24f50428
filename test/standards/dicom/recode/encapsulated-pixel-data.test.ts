/** What is written is found again by our readers and by DCMTK; beyond 32 bits by the extended tables. */
import assert from "node:assert/strict"
import { readPart10 } from "../../../../gateway/standards/dicom/data-set.ts"
import { readElements } from "../../../../gateway/standards/dicom/elements.ts"
import { fileMetaBytes } from "../../../../gateway/standards/dicom/part10.ts"
import {
  fragmentPadding,
  fragmentsLength,
  fragmentStart,
  pixelDataEnd,
  pixelDataStart,
} from "../../../../gateway/standards/dicom/recode/encapsulated-pixel-data.ts"
import { joinFragments, locateFrame, PIXEL_DATA } from "../../../../gateway/standards/dicomweb/frame-place.ts"
import { written } from "./data-set-writer.ts"

const FRAMES = [Buffer.from("odd"), Buffer.from("even"), Buffer.from("x")]
const numberOfFrames = (count: number): Buffer =>
  written([{ tag: 0x00280008, vr: "IS", value: Buffer.from(`${count}`.padEnd(2)) }], "explicit-le")

const file = (): Buffer => {
  const lengths = FRAMES.map(({ length }) => length)
  const meta = fileMetaBytes({
    MediaStorageSOPClassUID: "1.2.840.10008.5.1.4.1.1.7",
    MediaStorageSOPInstanceUID: "2.25.1",
    TransferSyntaxUID: "1.2.840.10008.1.2.4.202",
    SendingApplicationEntityTitle: "A",
    ReceivingApplicationEntityTitle: "B",
  })
  const fragments = FRAMES.flatMap((frame) => [
    fragmentStart(frame.length),
    frame,
    fragmentPadding(frame.length),
  ])
  return Buffer.concat([meta, numberOfFrames(3), pixelDataStart(lengths), ...fragments, pixelDataEnd()])
}

describe("encapsulated pixel data", () => {
  it("has one even fragment a frame, found by the Basic Offset Table", () => {
    const bytes = file()
    for (const [index, frame] of FRAMES.entries()) {
      const where = locateFrame(readPart10(bytes, { untilTag: PIXEL_DATA }), index + 1)
      assert.equal(where.kind, "encapsulated")
      const { startBytes, endBytes } = where as { startBytes: number; endBytes: number | null }
      const padded = Buffer.concat([frame, Buffer.alloc(frame.length % 2)])
      assert.deepEqual(
        Buffer.from(joinFragments(bytes.subarray(startBytes, endBytes ?? bytes.length))),
        padded,
      )
    }
  })

  it("knows its length before it is written", () => {
    const lengths = FRAMES.map(({ length }) => length)
    const fixed = file().length - fragmentsLength(lengths)
    assert.equal(fixed, file().indexOf(fragmentStart(3)))
  })

  it("has no fragment too large or empty", () => {
    for (const lengths of [[], [0], [4, 2 ** 32]])
      assert.throws(() => pixelDataStart(lengths), { code: "FRAGMENTS" })
  })

  it("names offsets beyond 32 bits in extended tables, and leaves the basic one empty", () => {
    const lengths = [3_000_000_001, 3_000_000_000, 5]
    const start = pixelDataStart(lengths)
    const elements = readElements(start, 0, "explicit-le", PIXEL_DATA)
    assert.deepEqual([...elements.keys()], [0x7fe00001, 0x7fe00002, PIXEL_DATA])
    const values = (tag: number): bigint[] => {
      const { offsetBytes, lengthBytes } = elements.get(tag)!
      const view = new DataView(start.buffer, start.byteOffset + offsetBytes, lengthBytes)
      return Array.from({ length: lengthBytes / 8 }, (_, at) => view.getBigUint64(at * 8, true))
    }
    assert.deepEqual(values(0x7fe00001), [0n, 3_000_000_010n, 6_000_000_018n])
    assert.deepEqual(values(0x7fe00002), [3_000_000_002n, 3_000_000_000n, 6n])
    assert.deepEqual(Buffer.from(start.subarray(-8)).toString("hex"), "feff00e000000000")
    assert.deepEqual(
      [elements.get(PIXEL_DATA)?.vr, elements.get(PIXEL_DATA)?.lengthBytes],
      ["OB", 0xffffffff],
    )
    const one = pixelDataStart([2 ** 32 - 2])
    assert.deepEqual(
      [...readElements(one, 0, "explicit-le", PIXEL_DATA).keys()],
      [PIXEL_DATA],
      "one offset is 0",
    )
  })
})
