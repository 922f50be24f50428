import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { writeFile } from "node:fs/promises"
import { inflateRawSync } from "node:zlib"
import { readPart10 } from "../../../gateway/standards/dicom/data-set.ts"
import { windowed } from "../../../gateway/actors/draughtsman/window.ts"
import type { FramePixels } from "../../../gateway/journey/ports/drawing.ts"
import {
  frameOfWholeFile,
  joinFragments,
  locateFrame,
  PIXEL_DATA,
} from "../../../gateway/standards/dicomweb/frame-place.ts"
import { storedFrame } from "../../../gateway/standards/dicomweb/native-frame.ts"
import { resolvedPalette } from "../../../gateway/standards/dicomweb/palette.ts"
import { defaultWindow, percentileWindow } from "../../../gateway/standards/dicomweb/window.ts"
import { DicomFolder, GREY, without } from "./dicom-files.ts"

const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted
const read = (bytes: Uint8Array) => readPart10(bytes, { untilTag: PIXEL_DATA })

/** As the desk does it: header from a prefix, then one range of the file. */
function frameOf(bytes: Buffer, frameNumber: number, prefixBytes = bytes.length) {
  const file = read(bytes.subarray(0, prefixBytes))
  const place = locateFrame(file, frameNumber)
  assert.ok(place.kind === "native")
  return storedFrame(file, new Uint8Array(bytes.subarray(place.startBytes, place.endBytes)), frameNumber)
}
const words = ({ pixels }: FramePixels) => [...new Uint16Array(new Uint8Array(pixels).buffer)]

const RGB = {
  ...GREY,
  "0028,0002": "US 3",
  "0028,0004": "CS [RGB]",
  "0028,0006": "US 0",
  "0028,0010": "US 1",
  "0028,0011": "US 2",
  "0028,0100": "US 8",
  "0028,0101": "US 8",
  "0028,0102": "US 7",
  "7fe0,0010": "OB 01\\02\\03\\04\\05\\06",
}

describe("a native frame", () => {
  const folder = new DicomFolder()
  before(() => folder.open())
  after(folder.close)

  it("is found from a prefix that ends before the pixels", async () => {
    const bytes = await folder.make({ ...GREY, "0028,0008": "IS [2]", "0028,0010": "US 1" })
    const second = frameOf(bytes, 2, bytes.length - 12)
    assert.deepEqual(words(second.frame), [0x428, 0xffe, 0xfff])
    assert.equal(second.altered, null)
    assert.throws(() => locateFrame(read(bytes), 3), code("PIXEL_FRAMES"))
    assert.throws(() => locateFrame(read(bytes), 0), code("PIXEL_FRAMES"))
  })

  it("has its facts", async () => {
    const { pixels, ...facts } = frameOf(await folder.make(GREY), 1).frame
    assert.equal(pixels.length, 12)
    assert.deepEqual(facts, {
      rows: 2,
      columns: 3,
      samplesPerPixel: 1,
      bitsAllocated: 16,
      bitsStored: 12,
      signed: false,
      photometricInterpretation: "MONOCHROME2",
      rescaleSlope: 1,
      rescaleIntercept: -1024,
    })
  })

  it("is the same from big endian, implicit and deflated", async () => {
    const plain = frameOf(await folder.make(GREY), 1).frame
    assert.deepEqual(frameOf(await folder.make(GREY, ["dcmconv", "+tb"]), 1).frame, plain)
    assert.deepEqual(frameOf(await folder.make(GREY, ["dcmconv", "+ti"]), 1).frame, plain)
    const deflated = readPart10(await folder.make(GREY, ["dcmconv", "+td"]), {
      inflate: (bytes, maxOutputLength) => inflateRawSync(bytes, { maxOutputLength }),
    })
    const place = locateFrame(deflated, 1)
    assert.ok(place.kind === "at-hand")
    assert.deepEqual(storedFrame(deflated, new Uint8Array(place.bytes), 1).frame, plain)
  })

  it("drops bits outside BitsStored and says so", async () => {
    const stray = { ...GREY, "7fe0,0010": "OW f000\\0001\\0400\\0428\\0ffe\\0fff" }
    const { frame, altered } = frameOf(await folder.make(stray), 1)
    assert.deepEqual(words(frame), [0, 1, 0x400, 0x428, 0xffe, 0xfff])
    assert.equal(altered, "bits outside BitsStored")
  })

  it("extends signs, and leaves alone what is extended already", async () => {
    const signed = { ...GREY, "0028,0103": "US 1", "0028,0120": "SS -2000" }
    const bare = frameOf(await folder.make(signed), 1)
    assert.deepEqual(words(bare.frame), [0, 1, 0x400, 0x428, 0xfffe, 0xffff])
    assert.equal(bare.altered, "bits outside BitsStored")
    const extended = { ...signed, "7fe0,0010": "OW 0000\\0001\\0400\\0428\\fffe\\ffff" }
    assert.equal(frameOf(await folder.make(extended), 1).altered, null)
  })

  it("moves values down from a high bit", async () => {
    const high = { ...GREY, "0028,0102": "US 15", "7fe0,0010": "OW 0000\\0010\\4000\\4280\\ffe0\\fff0" }
    const { frame, altered } = frameOf(await folder.make(high), 1)
    assert.deepEqual(words(frame), [0, 1, 0x400, 0x428, 0xffe, 0xfff])
    assert.equal(altered, "HighBit")
  })

  it("has colour by pixel", async () => {
    const byPlane = { ...RGB, "0028,0006": "US 1", "7fe0,0010": "OB 01\\04\\02\\05\\03\\06" }
    assert.deepEqual([...frameOf(await folder.make(RGB), 1).frame.pixels], [1, 2, 3, 4, 5, 6])
    assert.deepEqual([...frameOf(await folder.make(byPlane), 1).frame.pixels], [1, 2, 3, 4, 5, 6])
  })

  it("has full chroma for each pixel of YBR_FULL_422", async () => {
    const half = { ...RGB, "0028,0004": "CS [YBR_FULL_422]", "7fe0,0010": "OB 01\\02\\80\\90" }
    const { frame, altered } = frameOf(await folder.make(half), 1)
    assert.deepEqual([...frame.pixels], [1, 0x80, 0x90, 2, 0x80, 0x90])
    assert.equal(frame.photometricInterpretation, "YBR_FULL")
    assert.equal(altered, "subsampled colour")
  })

  it("shows palettes as colour", async () => {
    const table = (name: string) => `OW ${name}`
    const palette = {
      ...GREY,
      "0028,0004": "CS [PALETTE COLOR]",
      "0028,0100": "US 8",
      "0028,0101": "US 8",
      "0028,0102": "US 7",
      "0028,1101": "US 2\\1\\16",
      "0028,1102": "US 2\\1\\16",
      "0028,1103": "US 2\\1\\16",
      "0028,1201": table("1000\\2000"),
      "0028,1202": table("3000\\4000"),
      "0028,1203": table("5000\\6000"),
      "7fe0,0010": "OB 00\\01\\02\\03\\01\\02",
    }
    const bytes = await folder.make(palette)
    const { frame } = frameOf(bytes, 1)
    const shown = resolvedPalette(read(bytes).dataSet, frame)
    assert.equal(shown.photometricInterpretation, "RGB")
    const [one, two] = [
      [0x10, 0x30, 0x50],
      [0x20, 0x40, 0x60],
    ] as const
    assert.deepEqual([...shown.pixels], [one, one, two, two, one, two].flat())
    assert.equal(resolvedPalette(read(bytes).dataSet, shown), shown)
  })

  it("refuses what is no picture of 8 or 16 bits", async () => {
    const one = { ...GREY, "0028,0100": "US 1", "0028,0101": "US 1", "0028,0102": "US 0" }
    const bytes = await folder.make(one)
    assert.throws(() => frameOf(bytes, 1), code("PIXEL_UNSUPPORTED"))
    assert.throws(() => storedFrame(read(bytes), new Uint8Array(0), 1), code("PIXEL_UNSUPPORTED"))
    const empty = await folder.make(without(GREY, "7fe0,0010"))
    assert.throws(() => locateFrame(read(empty), 1), code("PIXEL_LENGTH"))
  })

  it("looks through a window as DCMTK does", async () => {
    const values = Array.from({ length: 64 }, (_, index) => (index * 65).toString(16).padStart(4, "0"))
    for (const photometric of ["MONOCHROME2", "MONOCHROME1"]) {
      const ramp = {
        ...GREY,
        "0028,0004": `CS [${photometric}]`,
        "0028,0010": "US 8",
        "0028,0011": "US 8",
        "7fe0,0010": `OW ${values.join("\\")}`,
      }
      const bytes = await folder.make(ramp)
      await writeFile(folder.path("ramp.dcm"), await folder.make(without(ramp, "0028,0120")))
      const ours = windowed(frameOf(bytes, 1).frame, 40, 400).samples
      execFileSync("dcm2pnm", ["-q", "+Ww", "40", "400", folder.path("ramp.dcm"), folder.path("ramp.pgm")])
      const pgm = execFileSync("tail", ["-c", "64", folder.path("ramp.pgm")])
      ours.forEach((shade, index) => assert.ok(Math.abs(shade - pgm[index]!) <= 1, `pixel ${index}`))
    }
  })
})

describe("the window of a frame", () => {
  const folder = new DicomFolder()
  before(() => folder.open())
  after(folder.close)

  it("is the file's own when it has one", async () => {
    const bytes = await folder.make({ ...GREY, "0028,1050": "DS [40\\-600]", "0028,1051": "DS [400\\1500]" })
    const { frame } = frameOf(bytes, 1)
    assert.deepEqual(defaultWindow(read(bytes).dataSet, frame, 1), { center: 40, width: 400 })
  })

  it("spans the values otherwise, padding left out", async () => {
    const { dataSet } = read(await folder.make({ ...GREY, "0028,1051": "DS [0]", "0028,1050": "DS [5]" }))
    const { frame } = frameOf(await folder.make(GREY), 1)
    // 0 and 0xFFE after rescale: -1024 and 3070.
    assert.deepEqual(defaultWindow(dataSet, frame, 1), { center: 1023.5, width: 4095 })
    const rendered = windowed(frame, 1023.5, 4095).samples
    assert.deepEqual([rendered[0], rendered[4]], [0, 255])
  })

  it("leaves the tails to the noise", async () => {
    const { dataSet } = read(await folder.make(GREY))
    const pixels = new Uint8Array(2000).map((_, index) => (index === 0 ? 0 : index === 1 ? 255 : 100))
    const frame = { ...frameOf(await folder.make(GREY), 1).frame, rows: 1, columns: 2000, pixels }
    const window = percentileWindow(dataSet, { ...frame, bitsAllocated: 8, rescaleIntercept: 0 })
    assert.deepEqual(window, { center: 100.5, width: 1 })
  })

  it("is that of the frame in an enhanced object", async () => {
    const window = (center: number) =>
      `(0028,9132) SQ\n(fffe,e000) na\n(0028,1050) DS [${center}]\n(0028,1051) DS [10]\n(fffe,e00d) na\n(fffe,e0dd) na`
    const groups = [1, 2].map((frame) => `(fffe,e000) na\n${window(frame)}\n(fffe,e00d) na`).join("\n")
    const bytes = await folder.make({
      ...GREY,
      "0028,0008": "IS [2]",
      "0028,0010": "US 1",
      "5200,9230": `SQ\n${groups}\n(fffe,e0dd) na`,
    })
    const { dataSet } = read(bytes)
    const { frame } = frameOf(bytes, 2)
    assert.deepEqual(defaultWindow(dataSet, frame, 2), { center: 2, width: 10 })
  })
})

describe("an encapsulated frame", () => {
  const folder = new DicomFolder()
  before(() => folder.open())
  after(folder.close)
  const MULTI = { ...GREY, "0028,0008": "IS [2]", "0028,0010": "US 1" }

  it("is found by the offset table from a prefix", async () => {
    const bytes = await folder.make(MULTI, ["dcmcrle", "+ot"])
    const whole = readPart10(bytes)
    const value = whole.dataSet.elements.get(PIXEL_DATA)!.offsetBytes
    for (const frame of [1, 2]) {
      const place = locateFrame(read(bytes.subarray(0, value + 16)), frame)
      assert.ok(place.kind === "encapsulated")
      const items = bytes.subarray(place.startBytes, place.endBytes ?? bytes.length)
      assert.deepEqual(joinFragments(items), frameOfWholeFile(whole, frame))
    }
  })

  it("asks for more when the prefix ends before the table", async () => {
    const bytes = await folder.make(MULTI, ["dcmcrle", "+ot"])
    const value = readPart10(bytes).dataSet.elements.get(PIXEL_DATA)!.offsetBytes
    assert.deepEqual(locateFrame(read(bytes.subarray(0, value)), 1), { kind: "more", lengthBytes: value + 8 })
    assert.deepEqual(locateFrame(read(bytes.subarray(0, value + 8)), 1), {
      kind: "more",
      lengthBytes: value + 16,
    })
  })

  it("of a single frame reaches to the end, table or not", async () => {
    for (const option of ["+ot", "-ot"]) {
      const bytes = await folder.make(GREY, ["dcmcrle", option])
      const place = locateFrame(read(bytes), 1)
      assert.ok(place.kind === "encapsulated" && place.endBytes === null)
      assert.deepEqual(
        joinFragments(bytes.subarray(place.startBytes)),
        frameOfWholeFile(readPart10(bytes), 1),
      )
    }
  })

  it("needs the whole file when several frames have no table", async () => {
    const bytes = await folder.make(MULTI, ["dcmcrle", "-ot"])
    assert.deepEqual(locateFrame(read(bytes), 2), { kind: "whole-file" })
    assert.ok(frameOfWholeFile(readPart10(bytes), 2).length > 0)
    assert.throws(() => frameOfWholeFile(readPart10(bytes), 3), code("PIXEL_FRAMES"))
  })

  it("is refused when its fragments are cut off or none", () => {
    assert.throws(() => joinFragments(new Uint8Array(0)), code("FRAGMENTS"))
    const cut = Uint8Array.of(0xfe, 0xff, 0x00, 0xe0, 4, 0, 0, 0, 1, 2)
    assert.throws(() => joinFragments(cut), code("FRAGMENTS"))
  })
})
