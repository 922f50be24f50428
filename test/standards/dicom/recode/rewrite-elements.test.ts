/** The rewriter against a writer that knows what should come out, and DCMTK's converter against both. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { fileMetaBytes } from "../../../../gateway/standards/dicom/part10.ts"
import { readElements } from "../../../../gateway/standards/dicom/elements.ts"
import { differences } from "../../../../gateway/standards/dicom/recode/compare.ts"
import { rewriteElements } from "../../../../gateway/standards/dicom/recode/rewrite-elements.ts"
import { Malformed } from "../../../../gateway/standards/malformed.ts"
import { dataSet, withRetired, written, type Written, type WrittenElement } from "./data-set-writer.ts"

const ENCODINGS = ["implicit-le", "explicit-le", "explicit-be"] as const
const UIDS: Readonly<Record<Written, string>> = {
  "implicit-le": "1.2.840.10008.1.2",
  "explicit-le": "1.2.840.10008.1.2.1",
  "explicit-be": "1.2.840.10008.1.2.2",
}
const options = (encoding: Written) => ({ encoding, signed: false, replaced: new Map<number, Uint8Array>() })
const side = (bytes: Uint8Array, encoding: Written) => ({
  bytes,
  elements: readElements(bytes, 0, encoding),
  bigEndian: encoding === "explicit-be",
})
const refused = (code: string) => (error: unknown) => error instanceof Malformed && error.code === code
const short = (tag: number, vr: string, text: string): WrittenElement => ({
  tag,
  vr,
  value: Buffer.from(text, "latin1"),
})

describe("rewriteElements", function () {
  this.timeout(30_000)

  for (const encoding of ENCODINGS)
    it(`writes any data set of ${encoding} as explicit little endian, byte for byte as it should be`, () => {
      fc.assert(
        fc.property(dataSet(), (elements) => {
          const source = written(elements, encoding)
          const rewritten = rewriteElements(source, options(encoding))
          assert.deepEqual(Buffer.from(rewritten), written(elements, "explicit-le"))
          assert.deepEqual(differences(side(source, encoding), side(rewritten, "explicit-le")), [])
        }),
        { numRuns: 300 },
      )
    })

  it("drops retired group lengths at every level and trailing padding, and nothing else", () => {
    fc.assert(
      fc.property(dataSet(), fc.constantFrom(...ENCODINGS), (elements, encoding) => {
        const rewritten = rewriteElements(written(withRetired(elements), encoding), options(encoding))
        assert.deepEqual(Buffer.from(rewritten), written(elements, "explicit-le"))
      }),
    )
  })

  it("never throws anything but Malformed, whatever the bytes", () => {
    fc.assert(
      fc.property(
        dataSet(),
        fc.constantFrom(...ENCODINGS),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
        (elements, encoding, blows) => {
          const bytes = written(elements, encoding)
          for (const [at, value] of blows) if (bytes.length > 0) bytes[at % bytes.length] = value
          try {
            rewriteElements(bytes, options(encoding))
          } catch (error) {
            if (!(error instanceof Malformed)) throw error
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  it("keeps an UN of undefined length as it stands: inside it is implicit in every data set", () => {
    const inside = written(
      [{ tag: 0x00091010, vr: "SQ", open: true, items: [[short(0x00100020, "LO", "ID")]] }],
      "implicit-le",
    )
    const explicit = Buffer.concat([Buffer.from([0x09, 0, 0x10, 0x10, 0x55, 0x4e, 0, 0]), inside.subarray(4)])
    assert.deepEqual(Buffer.from(rewriteElements(inside, options("implicit-le"))), explicit)
    assert.deepEqual(Buffer.from(rewriteElements(explicit, options("explicit-le"))), explicit)
  })

  it("writes US or SS by Pixel Representation, a long table as OW, and a value too long for its VR as UN", () => {
    const signs = [short(0x00280103, "US", "\x01\x00"), short(0x00280106, "US", "\x18\xfc")]
    const signed = rewriteElements(written(signs, "implicit-le"), { ...options("implicit-le"), signed: true })
    assert.equal(readElements(signed, 0, "explicit-le").get(0x00280106)?.vr, "SS")
    const table = { tag: 0x00283006, vr: "US", value: new Uint8Array(131_072) }
    const text = { tag: 0x00081030, vr: "LO", value: new Uint8Array(70_000).fill(0x20) }
    const long = readElements(
      rewriteElements(written([text, table], "implicit-le"), options("implicit-le")),
      0,
      "explicit-le",
    )
    assert.equal(long.get(0x00283006)?.vr, "OW")
    assert.deepEqual([long.get(0x00081030)?.vr, long.get(0x00081030)?.lengthBytes], ["UN", 70_000])
  })

  it("refuses what could come out with another meaning", () => {
    const twice = written([short(0x00100020, "LO", "A "), short(0x00100020, "LO", "B ")], "explicit-le")
    assert.throws(() => rewriteElements(twice, options("explicit-le")), refused("RECODE_REPEATED"))
    const odd = written([short(0x00100020, "LO", "ODD")], "explicit-le")
    assert.throws(() => rewriteElements(odd, options("explicit-le")), refused("RECODE_UNCLEAR"))
    const blank = written([{ tag: 0x00280120, vr: "  ", value: Buffer.alloc(2) }], "explicit-le")
    assert.throws(() => rewriteElements(blank, options("explicit-le")))
    const halves = written([{ tag: 0x00189073, vr: "FD", value: Buffer.alloc(6) }], "explicit-le")
    halves.writeUInt16BE(0x0018, 0)
    halves.writeUInt16BE(0x9073, 2)
    halves.writeUInt16BE(6, 6)
    assert.throws(() => rewriteElements(halves, options("explicit-be")), refused("RECODE_UNCLEAR"))
  })

  it("replaces top-level values only", () => {
    const icon = [short(0x00280004, "CS", "RGB ")]
    const elements = [short(0x00280004, "CS", "RGB "), { tag: 0x00880200, vr: "SQ", items: [icon] }]
    const replaced = new Map([[0x00280004, Buffer.from("YBR_RCT ")]])
    const rewritten = rewriteElements(written(elements, "explicit-be"), {
      ...options("explicit-be"),
      replaced,
    })
    const wanted = [short(0x00280004, "CS", "YBR_RCT "), { tag: 0x00880200, vr: "SQ", items: [icon] }]
    assert.deepEqual(Buffer.from(rewritten), written(wanted, "explicit-le"))
  })
})

describe("the rewriter beside dcmconv", function () {
  this.timeout(60_000)
  const dir = mkdtempSync(join(tmpdir(), "dokuei-rewrite-"))
  after(() => rmSync(dir, { recursive: true, force: true }))

  /** Standard dictionary only: what private tags mean is nobody's guess. */
  const env = { ...process.env, DCMDICTPATH: "/usr/share/libdcmtk17/dicom.dic" }
  const dump = (name: string): string =>
    execFileSync("dcmdump", ["-q", "+L", "-E", join(dir, name)], { env, encoding: "utf8" })

  it("makes of sampled data sets what DCMTK makes of them", () => {
    const samples = fc.sample(dataSet(), { numRuns: 12, seed: 20_261 })
    for (const elements of samples)
      for (const encoding of ENCODINGS) {
        const head = (TransferSyntaxUID: string) =>
          fileMetaBytes({
            MediaStorageSOPClassUID: "1.2.840.10008.5.1.4.1.1.7",
            MediaStorageSOPInstanceUID: "2.25.1",
            TransferSyntaxUID,
            SendingApplicationEntityTitle: "A",
            ReceivingApplicationEntityTitle: "B",
          })
        const source = written(elements, encoding)
        writeFileSync(join(dir, "source"), Buffer.concat([head(UIDS[encoding]), source]))
        const ours = rewriteElements(source, options(encoding))
        writeFileSync(join(dir, "ours"), Buffer.concat([head(UIDS["explicit-le"]), ours]))
        execFileSync("dcmconv", ["-q", "+te", "+e", "-g", join(dir, "source"), join(dir, "theirs")], { env })
        assert.equal(comparable(dump("ours")), comparable(dump("theirs")), `from ${encoding}`)
      }
  })
})

/** The elements alone: dcmconv writes its own group 0002, and every sequence with defined lengths. */
const comparable = (dump: string): string =>
  dump
    .split("\n")
    .filter((line) => /^ *\(/.test(line) && !/^\((0002|fffe)/.test(line.trim()))
    .map((line) => line.replace(/ SQ \(Sequence with (un|ex)\w+ length (#=\d+)\).*/, " SQ $2").trim())
    .join("\n")
