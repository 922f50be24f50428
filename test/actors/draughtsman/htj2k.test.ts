import assert from "node:assert/strict"
import openjph from "@cornerstonejs/codec-openjph"
import { decodeHtj2k, decompositionLevels, encodeHtj2k } from "../../../gateway/actors/draughtsman/htj2k.ts"
import { codestreamSize } from "../../../gateway/standards/dicomweb/codestream.ts"
import type { FramePixels } from "../../../gateway/journey/ports/drawing.ts"
import { frameOf, wave, type FrameShape } from "./frames.ts"

const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted

async function decoded(codestream: Uint8Array): Promise<Uint8Array> {
  const { HTJ2KDecoder } = await openjph()
  const decoder = new HTJ2KDecoder()
  decoder.getEncodedBuffer(codestream.length).set(codestream)
  decoder.decode()
  return decoder.getDecodedBuffer().slice()
}

/** Marker codes of the main header. */
function mainHeader(codestream: Uint8Array): number[] {
  const view = new DataView(codestream.buffer, codestream.byteOffset)
  const markers = []
  for (let at = 2; view.getUint16(at) !== 0xff90; at += 2 + view.getUint16(at + 2))
    markers.push(view.getUint16(at))
  return markers
}

describe("HTJ2K encoding", () => {
  const shapes: readonly FrameShape[] = [
    { columns: 512, rows: 512, bitsStored: 16, signed: true },
    { columns: 512, rows: 512, bitsStored: 12, bitsAllocated: 16 },
    { columns: 200, rows: 300, bitsStored: 12, bitsAllocated: 16, signed: true },
    { columns: 64, rows: 64, bitsStored: 8 },
    { columns: 33, rows: 17, bitsStored: 8, signed: true },
    { columns: 1, rows: 1, bitsStored: 8 },
    { columns: 3, rows: 200, bitsStored: 7 },
    { columns: 120, rows: 80, bitsStored: 8, photometricInterpretation: "RGB" },
    { columns: 60, rows: 40, bitsStored: 8, photometricInterpretation: "RGB" },
    { columns: 60, rows: 40, bitsStored: 8, photometricInterpretation: "YBR_FULL" },
    { columns: 120, rows: 80, bitsStored: 8, photometricInterpretation: "MONOCHROME1" },
  ]
  for (const shape of shapes)
    it(`is exact for ${shape.columns}×${shape.rows}, ${shape.bitsStored} bits${shape.signed ? ", signed" : ""}, ${shape.photometricInterpretation ?? "grey"}`, async () => {
      const frame = frameOf(shape, wave(shape.bitsStored))
      const { codestream, levelEndBytes } = await encodeHtj2k(frame)
      assert.deepEqual(await decoded(codestream), frame.pixels)
      assert.deepEqual(codestreamSize(codestream), {
        width: shape.columns,
        height: shape.rows,
        components: frame.samplesPerPixel,
        precisionBits: shape.bitsStored,
        signed: shape.signed ?? false,
      })
      assert.equal(levelEndBytes.at(-1), codestream.byteLength)
    })

  it("divides the codestream at every resolution and writes CAP and TLM", async () => {
    const { codestream, levelEndBytes } = await encodeHtj2k(
      frameOf({ columns: 512, rows: 512, bitsStored: 12 }, wave(12)),
    )
    assert.equal(levelEndBytes.length, 4)
    assert.deepEqual(
      [...levelEndBytes].sort((a, b) => a - b),
      levelEndBytes,
    )
    const markers = mainHeader(codestream)
    assert.ok(markers.includes(0xff50), "CAP")
    assert.ok(markers.includes(0xff55), "TLM")
    const cod = mainHeaderSegment(codestream, 0xff52)
    assert.deepEqual([cod[3], cod[7]], [2, 3], "RPCL, three decompositions")
  })

  it("shows a smaller picture from the bytes of a lower resolution", async () => {
    const { codestream, levelEndBytes } = await encodeHtj2k(
      frameOf({ columns: 256, rows: 256, bitsStored: 12 }, wave(12)),
    )
    for (const end of levelEndBytes.slice(0, -1))
      assert.equal((await decoded(codestream.slice(0, end))).byteLength, 256 * 256 * 2)
  })

  it("has as many levels as PS3.5 10.18 asks for", () => {
    assert.deepEqual(
      [1, 64, 65, 128, 129, 512, 2048, 4096].map((size) => decompositionLevels(size, 1)),
      [0, 0, 1, 1, 2, 3, 5, 6],
    )
  })

  it("packs a byte out of sixteen allocated bits", async () => {
    const frame = frameOf(
      { columns: 100, rows: 100, bitsStored: 8, bitsAllocated: 16, signed: true },
      wave(8),
    )
    const { codestream } = await encodeHtj2k(frame)
    assert.deepEqual(
      await decoded(codestream),
      frame.pixels.filter((_, index) => index % 2 === 0),
    )
  })

  it("takes pixels at an odd offset", async () => {
    const frame = frameOf({ columns: 80, rows: 80, bitsStored: 12 }, wave(12))
    const odd = Buffer.concat([Buffer.alloc(1), frame.pixels]).subarray(1)
    const one = await encodeHtj2k({ ...frame, pixels: odd })
    assert.deepEqual(one, await encodeHtj2k(frame))
  })

  it("refuses bits outside BitsStored instead of losing them", async () => {
    const frame = frameOf({ columns: 8, rows: 8, bitsStored: 12 }, () => 7)
    frame.pixels[1] = 0x10
    await assert.rejects(encodeHtj2k(frame), code("ERR_FRAME_UNSUITABLE"))
  })

  it("refuses what the codec cannot do without loss", async () => {
    const colour = frameOf(
      { columns: 8, rows: 8, bitsStored: 16, photometricInterpretation: "RGB" },
      wave(16),
    )
    await assert.rejects(encodeHtj2k(colour), code("ERR_FRAME_UNSUITABLE"))
    const grey = frameOf({ columns: 8, rows: 8, bitsStored: 8 }, wave(8))
    await assert.rejects(
      encodeHtj2k({ ...grey, photometricInterpretation: "YBR_ICT" }),
      code("ERR_FRAME_UNSUITABLE"),
    )
  })

  it("refuses pixels that contradict their description", async () => {
    const good = frameOf({ columns: 8, rows: 8, bitsStored: 8 }, wave(8))
    const bent: Partial<FramePixels>[] = [
      { rows: 9 },
      { rows: 0 },
      { rows: 2 ** 31, columns: 2 ** 31 },
      { columns: 1.5 },
      { bitsStored: 9 },
      { bitsStored: 0 },
    ]
    for (const change of bent)
      await assert.rejects(encodeHtj2k({ ...good, ...change }), code("ERR_FRAME_FAULT"))
  })
})

function mainHeaderSegment(codestream: Uint8Array, marker: number): Uint8Array {
  const view = new DataView(codestream.buffer, codestream.byteOffset)
  let at = 2
  while (view.getUint16(at) !== marker) at += 2 + view.getUint16(at + 2)
  // From the length field on, so that indices are those of the standard minus two.
  return codestream.slice(at + 2, at + 2 + view.getUint16(at + 2))
}

describe("HTJ2K decoding", () => {
  const coded = async (shape: FrameShape) => {
    const frame = frameOf(shape, wave(shape.bitsStored))
    const { pixels, ...facts } = frame
    const { codestream } = await encodeHtj2k(frame)
    return { pixels, facts, coded: { ...facts, codestream } }
  }

  it("gives the samples back, of grey as of colour", async () => {
    for (const shape of [
      { columns: 100, rows: 60, bitsStored: 12, signed: true },
      { columns: 100, rows: 60, bitsStored: 8 },
    ]) {
      const { pixels, facts, coded: frame } = await coded(shape)
      assert.deepEqual(await decodeHtj2k(frame), { ...facts, pixels })
    }
  })

  it("calls transformed colour RGB, and leaves YBR_FULL what it is", async () => {
    const rgb = await coded({ columns: 60, rows: 40, bitsStored: 8, photometricInterpretation: "RGB" })
    const named = { ...rgb.coded, photometricInterpretation: "YBR_RCT" }
    assert.deepEqual(await decodeHtj2k(named), { ...rgb.facts, pixels: rgb.pixels })
    const ybr = await coded({ columns: 60, rows: 40, bitsStored: 8, photometricInterpretation: "YBR_FULL" })
    assert.equal((await decodeHtj2k(ybr.coded)).photometricInterpretation, "YBR_FULL")
  })

  it("puts few bits in one byte, whatever was allocated for them", async () => {
    const { pixels, coded: frame } = await coded({ columns: 9, rows: 70, bitsStored: 7, bitsAllocated: 16 })
    const found = await decodeHtj2k(frame)
    assert.equal(found.bitsAllocated, 8)
    assert.deepEqual(
      found.pixels,
      pixels.filter((_, at) => at % 2 === 0),
    )
  })

  it("refuses what contradicts the data set before anything is allocated for it", async () => {
    const { coded: frame } = await coded({ columns: 100, rows: 60, bitsStored: 12 })
    for (const lie of [
      { rows: 61 },
      { columns: 99 },
      { bitsStored: 11 },
      { signed: true },
      { samplesPerPixel: 3 },
    ] as const)
      await assert.rejects(decodeHtj2k({ ...frame, ...lie }), code("ERR_FRAME_FAULT"))
    await assert.rejects(decodeHtj2k({ ...frame, codestream: new Uint8Array(100) }), code("ERR_FRAME_FAULT"))
    const huge = { ...frame, rows: 65_535, columns: 65_535 }
    await assert.rejects(decodeHtj2k(huge), code("ERR_FRAME_FAULT"))
  })

  it("survives a codestream that is cut off or scrambled", async () => {
    const { coded: frame } = await coded({ columns: 100, rows: 60, bitsStored: 12 })
    for (let at = 60; at < frame.codestream.length; at += 97) {
      const scrambled = frame.codestream.slice()
      scrambled[at] = (scrambled[at] ?? 0) ^ 0xa5
      for (const codestream of [scrambled, frame.codestream.slice(0, at)])
        await decodeHtj2k({ ...frame, codestream }).catch((error: unknown) => {
          assert.match((error as { code: string }).code, /^ERR_FRAME_(UNSUITABLE|FAULT)$/)
        })
    }
    assert.ok((await decodeHtj2k(frame)).pixels.length > 0)
  })
})
