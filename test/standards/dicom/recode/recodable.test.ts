/** Each reason for which an instance travels as received (domain.md 4), and what comes out where there is none. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { deflateRawSync } from "node:zlib"
import { readPart10, type ReadFile } from "../../../../gateway/standards/dicom/data-set.ts"
import { inflateCapped } from "../../../../gateway/standards/dicom/deflated-head.ts"
import { fileMetaBytes } from "../../../../gateway/standards/dicom/part10.ts"
import { asReceived } from "../../../../gateway/standards/dicom/recode/recodable.ts"
import { recoding, type Recoding } from "../../../../gateway/standards/dicom/recode/recoding.ts"
import { AS_RECEIVED, isAsReceived } from "../../../../gateway/standards/dicom/recode/reasons.ts"
import { PIXEL_DATA } from "../../../../gateway/standards/dicomweb/frame-place.ts"
import { written, type Written, type WrittenElement } from "./data-set-writer.ts"

const us = (tag: number, value: number): WrittenElement => ({
  tag,
  vr: "US",
  value: Uint8Array.of(value & 0xff, value >> 8),
})
const text = (tag: number, vr: string, value: string): WrittenElement => ({
  tag,
  vr,
  value: Buffer.from(value.length % 2 === 0 ? value : `${value} `),
})
const pixels = (lengthBytes: number, vr = "OW"): WrittenElement => ({
  tag: PIXEL_DATA,
  vr,
  value: new Uint8Array(lengthBytes),
})

/** 2 × 3 grey, 12 of 16 bits. */
const GREY: readonly WrittenElement[] = [
  text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7\0"),
  us(0x00280002, 1),
  text(0x00280004, "CS", "MONOCHROME2"),
  us(0x00280010, 2),
  us(0x00280011, 3),
  us(0x00280100, 16),
  us(0x00280101, 12),
  us(0x00280102, 11),
  us(0x00280103, 0),
  text(0x00282110, "CS", "01"),
  pixels(12),
]
/** 2 × 3 RGB. */
const COLOUR: readonly WrittenElement[] = withElements(
  GREY,
  us(0x00280002, 3),
  text(0x00280004, "CS", "RGB"),
  us(0x00280006, 1),
  us(0x00280100, 8),
  us(0x00280101, 8),
  us(0x00280102, 7),
  pixels(18),
)

function withElements(
  elements: readonly WrittenElement[],
  ...others: readonly WrittenElement[]
): WrittenElement[] {
  const all = new Map([...elements, ...others].map((each) => [each.tag, each]))
  return [...all.values()].sort((a, b) => a.tag - b.tag)
}
const without = (elements: readonly WrittenElement[], tag: number): WrittenElement[] =>
  elements.filter((each) => each.tag !== tag)

const UIDS: Readonly<Record<Written | "deflated", string>> = {
  "implicit-le": "1.2.840.10008.1.2",
  "explicit-le": "1.2.840.10008.1.2.1",
  "explicit-be": "1.2.840.10008.1.2.2",
  deflated: "1.2.840.10008.1.2.1.99",
}

interface Opened {
  readonly file: ReadFile
  readonly head: Uint8Array
  readonly tail: Uint8Array
}

function opened(
  elements: readonly WrittenElement[],
  encoding: Written | "deflated" = "explicit-le",
  TransferSyntaxUID = UIDS[encoding],
): Opened {
  const meta = fileMetaBytes({
    MediaStorageSOPClassUID: "1.2.840.10008.5.1.4.1.1.7",
    MediaStorageSOPInstanceUID: "2.25.1",
    TransferSyntaxUID,
    SendingApplicationEntityTitle: "A",
    ReceivingApplicationEntityTitle: "B",
  })
  const dataSet = written(elements, encoding === "deflated" ? "explicit-le" : encoding)
  const head = Buffer.concat([meta, encoding === "deflated" ? deflateRawSync(dataSet) : dataSet])
  const file = readPart10(head, { untilTag: PIXEL_DATA, inflate: inflateCapped })
  const found = file.dataSet.elements.get(PIXEL_DATA)
  return {
    file,
    head,
    tail: file.bytes.subarray(found ? found.offsetBytes + found.lengthBytes : file.bytes.length),
  }
}
const reason = (...parameters: Parameters<typeof opened>): string | null =>
  asReceived(opened(...parameters).file)

describe("asReceived", () => {
  it("lets native grey, palette, RGB and YBR_FULL pass, whatever their encoding", () => {
    for (const encoding of ["implicit-le", "explicit-le", "explicit-be", "deflated"] as const) {
      assert.equal(reason(GREY, encoding), null, encoding)
      assert.equal(reason(COLOUR, encoding), null, encoding)
    }
    assert.equal(reason(withElements(GREY, text(0x00280004, "CS", "PALETTE COLOR"))), null)
    assert.equal(reason(withElements(COLOUR, text(0x00280004, "CS", "YBR_FULL"))), null)
  })

  it("names every reason a header can give", () => {
    const signature = { tag: 0xfffafffa, vr: "SQ", items: [[text(0x00080016, "UI", "1.2")]] }
    const nested = { tag: 0x00081140, vr: "SQ", items: [[{ tag: 0x4ffe0001, vr: "SQ", items: [] }]] }
    const cases: readonly (readonly [string, readonly WrittenElement[], string?])[] = [
      ["signatures", withElements(GREY, nested)],
      ["signatures", withElements(GREY, { tag: 0x00081140, vr: "SQ", items: [[signature]] })],
      ["compressed", GREY, "1.2.840.10008.1.2.1.98"],
      ["compressed", GREY, "1.2.840.10008.1.2.4.50"],
      ["compressed", GREY, "1.2.840.10008.1.2.4.94"],
      ["no-pixel-data", without(GREY, PIXEL_DATA)],
      [
        "float-pixel-data",
        withElements(without(GREY, PIXEL_DATA), { tag: 0x7fe00008, vr: "OF", value: new Uint8Array(4) }),
      ],
      ["bits-allocated", withElements(GREY, us(0x00280100, 1))],
      ["bits-allocated", withElements(GREY, us(0x00280100, 12))],
      ["bits-allocated", withElements(GREY, us(0x00280100, 32))],
      ["malformed", withElements(GREY, us(0x00280101, 17))],
      ["high-bit", withElements(GREY, us(0x00280102, 15))],
      ["photometric", withElements(COLOUR, text(0x00280004, "CS", "YBR_FULL_422"))],
      ["photometric", withElements(COLOUR, text(0x00280004, "CS", "YBR_PARTIAL_422"))],
      ["photometric", withElements(GREY, us(0x00280002, 4), text(0x00280004, "CS", "ARGB"))],
      ["signed-palette", withElements(GREY, text(0x00280004, "CS", "PALETTE COLOR"), us(0x00280103, 1))],
      ["signed-colour", withElements(COLOUR, us(0x00280103, 1))],
      ["deep-colour", withElements(COLOUR, us(0x00280100, 16))],
      ["planar", without(COLOUR, 0x00280006)],
      ["padding-value", withElements(GREY, us(0x00280120, 4096))],
      ["padding-value", withElements(GREY, us(0x00280103, 1), us(0x00280120, 0xf7ff))],
      ["pixel-length", withElements(GREY, pixels(14))],
      ["pixel-length", withElements(GREY, pixels(10))],
      ["pixel-length", withElements(GREY, text(0x00280008, "IS", "2"))],
      ["frame-size", withElements(GREY, us(0x00280010, 60_000), us(0x00280011, 60_000))],
    ]
    for (const [wanted, elements, syntax] of cases)
      assert.equal(reason(elements, "explicit-le", syntax), wanted)
    assert.equal(reason(withElements(GREY, us(0x00280103, 1), us(0x00280120, 0xf800))), null, "-2048 fits")
    for (const [wanted] of cases) assert.ok(isAsReceived(wanted) && AS_RECEIVED[wanted].length > 10)
  })
})

describe("docs/recoding.md", () => {
  it("lists every reason in the words of the program", () => {
    const page = readFileSync(new URL("../../../../docs/recoding.md", import.meta.url), "utf8")
    const rows = [...page.matchAll(/^\| `([a-z0-9-]+)`\s+\| (.*?)\s+\|$/gm)].map(([, code, sentence]) => [
      code,
      sentence,
    ])
    assert.deepEqual(Object.fromEntries(rows), AS_RECEIVED)
  })
})

describe("recoding", () => {
  const parts = (source: Opened): Recoding => {
    const made = recoding(source)
    if (typeof made === "string") throw new Error(made)
    return made
  }

  it("changes exactly the named elements", () => {
    const behind = [
      text(0x7fe10010, "LO", "PRIVATE"),
      { tag: 0xfffcfffc, vr: "OB", value: new Uint8Array(4) },
    ]
    const named = [text(0x00280004, "CS", "YBR_RCT "), us(0x00280006, 0)]
    for (const encoding of ["implicit-le", "explicit-le", "explicit-be", "deflated"] as const) {
      const { before, after, prologue, frames } = parts(opened(withElements(COLOUR, ...behind), encoding))
      assert.deepEqual(
        Buffer.from(before),
        written(without(withElements(COLOUR, ...named), PIXEL_DATA), "explicit-le"),
        encoding,
      )
      assert.deepEqual(Buffer.from(after), written(behind.slice(0, 1), "explicit-le"), encoding)
      assert.equal(frames, 1)
      const { head } = opened(GREY, "explicit-le", "1.2.840.10008.1.2.4.202")
      assert.deepEqual(Buffer.from(prologue), Buffer.from(head.subarray(0, prologue.length)), encoding)
    }
  })

  it("leaves the photometric interpretation of grey, palette and YBR_FULL, and 01 in LossyImageCompression", () => {
    const { before } = parts(opened(GREY))
    assert.deepEqual(Buffer.from(before), written(without(GREY, PIXEL_DATA), "explicit-le"))
    const ybr = withElements(COLOUR, text(0x00280004, "CS", "YBR_FULL"))
    const wanted = without(withElements(ybr, us(0x00280006, 0)), PIXEL_DATA)
    assert.deepEqual(Buffer.from(parts(opened(ybr)).before), written(wanted, "explicit-le"))
  })

  it("keeps preamble and group 0002 but for the transfer syntax and the group length", () => {
    const source = opened(GREY, "implicit-le")
    Buffer.from(source.head.buffer, source.head.byteOffset, 4).write("II*\0", "latin1")
    const { prologue } = parts(source)
    assert.equal(Buffer.from(prologue).toString("latin1", 0, 4), "II*\0")
    const read = readPart10(Buffer.concat([prologue, written(without(GREY, PIXEL_DATA), "explicit-le")]))
    assert.equal(read.TransferSyntaxUID, "1.2.840.10008.1.2.4.202")
  })

  it("leaves icons as they are", () => {
    const icon = {
      tag: 0x00880200,
      vr: "SQ",
      items: [[text(0x00280004, "CS", "RGB"), us(0x00280006, 1), pixels(6)]],
    }
    const { before } = parts(opened(withElements(COLOUR, icon)))
    assert.ok(Buffer.from(before).includes(written([icon], "explicit-le")))
  })

  it("finds signatures, repeated elements and pixel data behind Pixel Data", () => {
    const signed = opened(withElements(GREY, { tag: 0xfffafffa, vr: "SQ", items: [[]] }))
    assert.equal(recoding(signed), "signatures")
    const source = opened(GREY)
    assert.equal(
      recoding({ ...source, tail: written([us(0x00280010, 2)], "explicit-le") }),
      "repeated-element",
    )
    assert.equal(recoding({ ...source, tail: written([pixels(2)], "explicit-le") }), "repeated-element")
  })
})
