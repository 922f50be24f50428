import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readDataSet, readPart10, type DataSet } from "../../../gateway/standards/dicom/data-set.ts"
import {
  ENCAPSULATED_PDF_STORAGE,
  encapsulatedDocument,
  writeEncapsulatedPdf,
  type EncapsulatedPdf,
} from "../../../gateway/standards/dicom/encapsulated-pdf.ts"
import { uidOfName } from "../../../gateway/standards/dicom/name-uid.ts"
import { fileMetaBytes } from "../../../gateway/standards/dicom/part10.ts"
import { isUid } from "../../../gateway/standards/dicom/uid.ts"
import { ANNEX_H, IDEOGRAPHIC_NAME } from "../../peers/japanese-names.ts"
import { writeStudy } from "../../peers/dicom-study.ts"

const EXPLICIT = "1.2.840.10008.1.2.1"
const IMPLICIT = "1.2.840.10008.1.2"
const CDA_ID = "2.25.104235551234567890123456789012345678901"
/** Of odd length. */
const PDF = Buffer.from("%PDF-1.7\nnot much of a document\n%%EOF")
const LATIN = {
  SpecificCharacterSet: "ISO_IR 100",
  PatientName: Buffer.from("M\xfcller^J\xfcrgen", "latin1"),
}
/** Undeclared Shift_JIS, as some devices send it: 山田^太郎. */
const UNDECLARED = { SpecificCharacterSet: "", PatientName: Buffer.from("8e5293635e91be9859", "hex") }

describe("a report as Encapsulated PDF", () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-encapsulated-"))
  })
  after(() => rmSync(folder, { recursive: true }))

  const image = (shape: { SpecificCharacterSet: string; PatientName: Uint8Array }): DataSet => {
    const { files } = writeStudy(join(folder, "study"), { PatientID: "P1", slices: 1, ...shape })
    return readPart10(readFileSync(files[0]!)).dataSet
  }
  const report = (of: DataSet, bend: Partial<EncapsulatedPdf> = {}): EncapsulatedPdf => ({
    image: of,
    characterSet: "study",
    SOPInstanceUID: uidOfName(CDA_ID, "encapsulated-pdf"),
    SeriesInstanceUID: uidOfName(CDA_ID, "report-series"),
    SeriesNumber: 9001,
    InstanceNumber: 1,
    titles: ["画像診断報告書", "Diagnostic imaging report"],
    HL7InstanceIdentifier: CDA_ID,
    contentDateTime: "20261125141205",
    manufacturer: "Dokuei",
    pdf: PDF,
    ...bend,
  })
  const written = (one: EncapsulatedPdf, syntax = EXPLICIT): DataSet =>
    readDataSet(writeEncapsulatedPdf(one, syntax), syntax).dataSet
  const hex = (of: DataSet, keyword: string): string => Buffer.from(of.bytes(keyword) ?? []).toString("hex")
  const COPIED = ["PatientName", "PatientID", "StudyInstanceUID", "StudyDate", "AccessionNumber", "StudyID"]

  const shapes = [...ANNEX_H, { what: "Latin-1", ...LATIN }, { what: "undeclared Shift_JIS", ...UNDECLARED }]
  for (const shape of shapes)
    for (const syntax of [EXPLICIT, IMPLICIT])
      it(`has patient and study byte by byte as the image has them, in ${shape.what}, ${syntax}`, () => {
        const of = image(shape)
        const object = written(report(of), syntax)
        for (const keyword of [...COPIED, "SpecificCharacterSet"])
          assert.equal(hex(object, keyword), hex(of, keyword), keyword)
        assert.equal(object.text("StudyDescription"), "HEAD MRI")
      })

  it("gives the signed bytes back, though they are padded in between", () => {
    const object = written(report(image(LATIN)))
    assert.equal(object.bytes("EncapsulatedDocument")!.length, PDF.length + 1)
    assert.deepEqual(Buffer.from(encapsulatedDocument(object)!), PDF)
    assert.equal(object.number("EncapsulatedDocumentLength"), PDF.length)
  })

  it("has a Japanese title where the character set has one, and an English one elsewhere", () => {
    const titleOf = (shape: { SpecificCharacterSet: string; PatientName: Uint8Array }) =>
      written(report(image(shape))).text("DocumentTitle")
    assert.deepEqual(ANNEX_H.map(titleOf), Array(3).fill("画像診断報告書"))
    assert.equal(titleOf(LATIN), "Diagnostic imaging report")
    assert.equal(titleOf(UNDECLARED), "Diagnostic imaging report")
  })

  it("is written in UTF-8 where that is agreed, and says the same", () => {
    for (const shape of ANNEX_H) {
      const object = written(report(image(shape), { characterSet: "ISO_IR 192" }))
      assert.equal(object.text("SpecificCharacterSet"), "ISO_IR 192")
      const { familyName, givenName } = object.personName("PatientName").ideographic
      assert.equal(`${familyName} ${givenName}`, IDEOGRAPHIC_NAME)
      assert.equal(object.decoded("PatientName")!.marked, false)
    }
  })

  it("names the CDA document that says the same, its version and its series", () => {
    const object = written(report(image(LATIN), { InstanceNumber: 2 }))
    assert.equal(object.text("HL7InstanceIdentifier"), CDA_ID)
    assert.equal(object.text("InstanceNumber"), "2")
    assert.equal(object.text("Modality"), "DOC")
    assert.equal(object.text("SOPClassUID"), ENCAPSULATED_PDF_STORAGE)
  })

  it("has UIDs that follow from the document's ids, and no two alike", () => {
    const uids = ["encapsulated-pdf", "report-series", "page/1"].map((part) => uidOfName(CDA_ID, part))
    assert.equal(new Set(uids).size, 3)
    assert.ok(uids.every(isUid))
    assert.equal(uidOfName(CDA_ID, "page/1"), uids[2])
  })

  it("needs an image that names its study", () => {
    const nothing = readDataSet(new Uint8Array(0), EXPLICIT).dataSet
    assert.throws(() => writeEncapsulatedPdf(report(nothing), EXPLICIT), { code: "REPORT_STUDY" })
  })

  it("is read by DCMTK without a complaint", () => {
    const one = report(image(LATIN))
    const file = join(folder, "report.dcm")
    const meta = fileMetaBytes({
      MediaStorageSOPClassUID: ENCAPSULATED_PDF_STORAGE,
      MediaStorageSOPInstanceUID: one.SOPInstanceUID,
      TransferSyntaxUID: EXPLICIT,
      SendingApplicationEntityTitle: "DOKUEI",
      ReceivingApplicationEntityTitle: "PACS",
    })
    writeFileSync(file, Buffer.concat([meta, writeEncapsulatedPdf(one, EXPLICIT)]))
    const dump = execFileSync("dcmdump", ["+L", file], { encoding: "utf8" })
    assert.match(dump, /\(0042,0015\) UL 37/)
    assert.match(dump, new RegExp(`\\(0040,e001\\) ST \\[${CDA_ID}`))
    assert.match(dump, /\(0042,0012\) LO \[application\/pdf\]/)
    const pdf = join(folder, "report.pdf")
    execFileSync("dcm2pdf", [file, pdf], { stdio: "pipe" })
    assert.deepEqual(readFileSync(pdf).subarray(0, PDF.length), PDF)
  })
})
