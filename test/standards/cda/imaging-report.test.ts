import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import fc from "fast-check"
import { writeImagingReport } from "../../../gateway/standards/cda/imaging-report.ts"
import { readImagingReport } from "../../../gateway/standards/cda/read-imaging-report.ts"
import { reportText } from "../../../gateway/standards/cda/report-text.ts"
import type { ImagingReport } from "../../../gateway/standards/cda/report-content.ts"
import type { ReportContent } from "../../../gateway/journey/ports/drawing.ts"
import { ADDENDUM, CORRECTED, CORRECTED_ADDENDUM, REPORT } from "./sample-report.ts"

const textOf = (report: ImagingReport) => new TextDecoder().decode(writeImagingReport(report))
const bent = (from: string | RegExp, to: string, report = REPORT) => {
  const text = textOf(report)
  const changed = text.replace(from, to)
  assert.notEqual(changed, text, "the sample holds what the test bends")
  return new TextEncoder().encode(changed)
}
const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted

describe("imaging report document", () => {
  it("reads back as it was written, final, corrected and preliminary", () => {
    for (const report of [REPORT, CORRECTED, { ...REPORT, status: "preliminary" as const }])
      assert.deepEqual(readImagingReport(writeImagingReport(report)), report)
  })

  it("gives equal bytes for equal content", () => {
    assert.deepEqual(writeImagingReport(REPORT), writeImagingReport(structuredClone(REPORT)))
  })

  it("takes the gateway's own report content as it is", () => {
    const content: ReportContent = {
      ...REPORT,
      patient: { ...REPORT.patient, nameMarked: false },
      study: { ...REPORT.study, instances: 2, instancesExpected: null, bytes: 1 },
    }
    assert.deepEqual(writeImagingReport(content), writeImagingReport(REPORT))
  })

  it("carries the three names of the patient", () => {
    const text = textOf(REPORT)
    assert.match(text, /<name use="IDE"><family>見本<\/family> <given>太郎<\/given><\/name>/)
    assert.match(text, /<name use="SYL"><family>ミホン<\/family> <given>タロウ<\/given><\/name>/)
    assert.match(text, /<name use="ABC"><family>MIHON<\/family> <given>TARO<\/given><\/name>/)
  })

  it("has a legal authenticator unless it is preliminary", () => {
    assert.match(
      textOf(REPORT),
      /<legalAuthenticator><time value="20261125051205\+0000"\/><signatureCode code="S"\/>/,
    )
    assert.doesNotMatch(textOf({ ...REPORT, status: "preliminary" }), /legalAuthenticator/)
  })

  it("takes the place of a preliminary report without a reason, preliminary or final, and is no correction", () => {
    const replacing = { ...REPORT, versionNumber: 2, replacesPreliminary: "2.25.4711" }
    for (const status of ["final", "preliminary"] as const) {
      const report = { ...replacing, status }
      assert.match(
        textOf(report),
        /<relatedDocument typeCode="RPLC"><parentDocument><id root="2\.25\.4711"\/><setId root="2\.25\.2042[0-9]+"\/><versionNumber value="1"\/>/,
      )
      assert.deepEqual(readImagingReport(writeImagingReport(report)), report)
    }
    const bends: readonly Partial<ImagingReport>[] = [
      { versionNumber: 1 },
      { replacesPreliminary: "1.02" },
      { status: "corrected" },
    ]
    for (const bend of bends)
      assert.throws(() => writeImagingReport({ ...replacing, ...bend }), code("REPORT_INVALID"))
  })

  it("names the replaced version in a correction", () => {
    assert.match(
      textOf(CORRECTED),
      /<relatedDocument typeCode="RPLC"><parentDocument><id root="2\.25\.1042[0-9]+"\/><setId root="2\.25\.2042[0-9]+"\/><versionNumber value="1"\/>/,
    )
  })

  it("names what an addendum is added to, in a document of its own kind and set", () => {
    const text = textOf(ADDENDUM)
    assert.match(
      text,
      /<relatedDocument typeCode="APND"><parentDocument><id root="2\.25\.1042[0-9]+"\/><setId root="2\.25\.2042[0-9]+"\/><versionNumber value="1"\/>/,
    )
    assert.match(text, /<templateId root="1\.2\.840\.10008\.9\.24"\/>/)
    assert.doesNotMatch(text, /<templateId root="1\.2\.840\.10008\.9\.1"\/>/)
    for (const each of [ADDENDUM, CORRECTED_ADDENDUM])
      assert.deepEqual(readImagingReport(writeImagingReport(each)), each)
  })

  it("refuses an addendum that says nothing, is added to nothing, or is a version of what it is added to", () => {
    const appends = ADDENDUM.addendum!.appends!
    const bends: readonly Partial<ImagingReport>[] = [
      { addendum: { text: " ", appends } },
      { addendum: { text: "追記", appends: null } },
      { addendum: null },
      { status: "final" },
      { setId: REPORT.setId },
      { versionNumber: 2 },
      { addendum: { text: "追記", appends: { ...appends, documentId: "1.02" } } },
    ]
    for (const bend of bends)
      assert.throws(() => writeImagingReport({ ...ADDENDUM, ...bend }), code("REPORT_INVALID"))
  })

  it("keeps any text and caption exactly", () => {
    const line = fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => {
      try {
        return reportText(text) === text
      } catch {
        return false
      }
    })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), line, (lines, impression) => {
        const report = { ...REPORT, findings: lines.join("\n"), impression, keyImages: [] }
        assert.deepEqual(readImagingReport(writeImagingReport(report)), report)
      }),
      { numRuns: 200 },
    )
  })

  it("refuses control characters", () => {
    for (const text of ["a\tb", "a\rb", "a\u0000b", "a\u001bb", "a\u0085b", "a\ud800b"])
      assert.throws(() => writeImagingReport({ ...REPORT, findings: text }), code("REPORT_TEXT_CONTROL"))
  })

  it("composes but never replaces ㎜ ① ℃ or a compatibility ideograph", () => {
    assert.equal(reportText("\u304b\u3099㎜①℃\ufa19髙﨑"), "\u304c㎜①℃\ufa19髙﨑")
  })

  it("refuses a correction without reason, and a reason without correction", () => {
    const correction = { replacesDocumentId: REPORT.documentId, reason: " " }
    assert.throws(() => writeImagingReport({ ...CORRECTED, correction }), code("REPORT_INVALID"))
    assert.throws(() => writeImagingReport({ ...CORRECTED, correction: null }), code("REPORT_INVALID"))
    assert.throws(() => writeImagingReport({ ...CORRECTED, status: "final" }), code("REPORT_INVALID"))
    assert.throws(() => writeImagingReport({ ...CORRECTED, versionNumber: 1 }), code("REPORT_INVALID"))
  })

  it("carries the Study Instance UID of a device that writes leading zeros", () => {
    const report = { ...REPORT, study: { ...REPORT.study, StudyInstanceUID: "1.2.392.0017.5" } }
    assert.deepEqual(readImagingReport(writeImagingReport(report)), report)
  })

  it("refuses ids that are no OID and times without zone", () => {
    assert.throws(() => writeImagingReport({ ...REPORT, documentId: "1.02" }), code("REPORT_INVALID"))
    assert.throws(
      () => writeImagingReport({ ...REPORT, effectiveTime: "2026-11-25T05:12:05" }),
      code("REPORT_INVALID"),
    )
    assert.throws(() => writeImagingReport({ ...REPORT, effectiveTime: "today" }), code("REPORT_INVALID"))
  })
})

describe("reading an imaging report", () => {
  it("refuses what is not a CDA document, or not a report", () => {
    const foreign = new TextEncoder().encode("<ClinicalDocument xmlns='urn:other'/>")
    assert.throws(() => readImagingReport(foreign), code("REPORT_NOT_CDA"))
    assert.throws(() => readImagingReport(bent("POCD_HD000040", "POCD_HD000041")), code("REPORT_NOT_CDA"))
    assert.throws(() => readImagingReport(bent("18748-4", "11502-2")), code("REPORT_NOT_CDA"))
  })

  it("refuses a document without impression, set or patient id", () => {
    assert.throws(() => readImagingReport(bent("19005-8", "19005-9")), code("REPORT_INCOMPLETE"))
    assert.throws(() => readImagingReport(bent(/<setId[^>]*>/, "")), code("REPORT_INCOMPLETE"))
    assert.throws(() => readImagingReport(bent(' extension="00-0012345"', "")), code("REPORT_INCOMPLETE"))
  })

  it("refuses two patients, two findings and a picture that is no inline PNG", () => {
    assert.throws(
      () => readImagingReport(bent(/(<recordTarget>.*<\/recordTarget>)/, "$1$1")),
      code("REPORT_INVALID"),
    )
    assert.throws(() => readImagingReport(bent("55111-9", "59776-5")), code("REPORT_INVALID"))
    assert.throws(() => readImagingReport(bent("image/png", "image/gif")), code("REPORT_INVALID"))
    assert.throws(() => readImagingReport(bent('B64">', 'B64">*')), code("BASE64_MALFORMED"))
  })

  it("refuses a relation it does not know, two of them, and an addendum with the number of a version", () => {
    const relation = /<relatedDocument typeCode="RPLC">.*<\/relatedDocument>/
    for (const [from, to] of [
      ['relatedDocument typeCode="RPLC"', 'relatedDocument typeCode="SUCC"'],
      ['relatedDocument typeCode="RPLC"', 'relatedDocument typeCode="APND"'],
      [relation, "$&$&"],
    ] as const)
      assert.throws(() => readImagingReport(bent(from, to, CORRECTED)), code("REPORT_INVALID"))
  })

  it("reads a neighbour's addendum: by its relation alone, with a parent that has no set, in sections of any kind", () => {
    const plain = bent('<templateId root="1.2.840.10008.9.24"/>', "", ADDENDUM)
    assert.deepEqual(readImagingReport(plain), ADDENDUM)
    const bare = readImagingReport(
      bent(/<setId root="[0-9.]+"\/><versionNumber value="1"\/><\/parent/, "</parent", ADDENDUM),
    )
    assert.deepEqual(bare.addendum?.appends, {
      documentId: REPORT.documentId,
      setId: null,
      versionNumber: null,
    })
    const impression = readImagingReport(bent("55107-7", "19005-8", ADDENDUM))
    assert.deepEqual([impression.impression, impression.addendum?.text], [ADDENDUM.addendum?.text, ""])
    assert.throws(() => readImagingReport(bent("55107-7", "55107-8", ADDENDUM)), code("REPORT_INCOMPLETE"))
  })

  it("reads what a document was made from (XFRM) beside its parent, and takes it for no relation of versions", () => {
    const made =
      '<relatedDocument typeCode="XFRM"><parentDocument><id root="1.2.3"/></parentDocument></relatedDocument>'
    for (const report of [ADDENDUM, CORRECTED])
      assert.deepEqual(readImagingReport(bent("<relatedDocument", `${made}<relatedDocument`, report)), report)
  })

  it("reads lists and tables of a neighbour's narrative line by line", () => {
    const list = "<text>\n <list>\n  <item>一</item>\n  <item>二</item>\n </list>\n</text>"
    const read = readImagingReport(bent(/(診断<\/title>)<text>.*?<\/text>/, `$1${list}`))
    assert.equal(read.impression, "一\n二")
  })
})

describe("imaging report against the schema of HL7", () => {
  const shared = process.env.DOKUEI_SHARED
  let folder = ""
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-cda-"))
  })
  after(() => rm(folder, { recursive: true }))

  for (const [name, report] of Object.entries({
    final: REPORT,
    corrected: CORRECTED,
    addendum: ADDENDUM,
    "corrected-addendum": CORRECTED_ADDENDUM,
    preliminary: { ...REPORT, status: "preliminary" as const, keyImages: [] },
    "zero-led": { ...REPORT, study: { ...REPORT.study, StudyInstanceUID: "1.2.392.0017.5" } },
    sparse: {
      ...REPORT,
      physician: "",
      purpose: "",
      findings: "",
      patient: {
        ...REPORT.patient,
        ideographic: "",
        phonetic: "",
        alphabetic: "",
        birthDate: null,
        sex: "" as const,
      },
      study: { ...REPORT.study, modalities: [], bodyPart: "", studyDateTime: null, AccessionNumber: "" },
    },
  }))
    it(`accepts the ${name} report`, async function () {
      if (shared === undefined) {
        console.log("skipped: DOKUEI_SHARED is not set, so there is no CDA.xsd")
        this.skip()
      }
      const file = join(folder, `${name}.xml`)
      await writeFile(file, writeImagingReport(report))
      const schema = join(shared, "ihe/schema/cda/infrastructure/cda/CDA.xsd")
      await promisify(execFile)("xmllint", ["--nonet", "--noout", "--schema", schema, file])
    })
})
