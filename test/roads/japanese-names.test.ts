/** A Japanese name in each character set of PS3.5 annex H, read where people read it. */
import assert from "node:assert/strict"
import { join } from "node:path"
import { staffItems } from "../../deploy/demo/hospital.ts"
import { receiveReport, REPORT, signReport } from "../../deploy/demo/walk.ts"
import type { ReadingView, WorkItem } from "../../gateway/journey/views/reading.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import type { PatientView } from "../../gateway/journey/views/study.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { ANNEX_H, IDEOGRAPHIC_NAME, PHONETIC_NAME } from "../peers/japanese-names.ts"
import { Bench } from "../peers/openssl.ts"
import { Road, SILENT } from "./road.ts"

describe("a Japanese name", function () {
  this.timeout(180_000)
  let road: Road
  let bench: Bench
  before(async () => {
    bench = new Bench()
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s" })
  })
  after(async () => {
    bench.remove()
    await road.close()
  })

  for (const [index, name] of ANNEX_H.entries())
    it(`in ${name.what} is right in work list, DICOMweb, CDA, PDF and on the staff page`, async () => {
      const { reader, clerk } = await road.desks()
      const study = writeStudy(join(road.site.dir, `study-${index}`), {
        ...name,
        PatientID: `NAME${index}`,
        slices: 1,
      })
      const requestId = await road.send(study)
      const reading = await road.read(requestId)
      assertName(reading.patient, name.alphabetic)
      const { items } = await reader.get<{ items: WorkItem[] }>("/api/worklist")
      assertName(items.find((each) => each.requestId === requestId)?.patient, name.alphabetic)

      const json = await metadata(reading)
      assert.deepEqual(json["00100010"], {
        vr: "PN",
        Value: [
          {
            Alphabetic: name.alphabetic.replace(" ", "^"),
            Ideographic: IDEOGRAPHIC_NAME.replace(" ", "^"),
            Phonetic: PHONETIC_NAME.replace(" ", "^"),
          },
        ],
      })

      await signReport({ reader, clerk }, reading, REPORT, SILENT)
      await receiveReport({ reader, clerk }, requestId, 1, SILENT)
      const detail = await clerk.get<StaffDetail>(`/api/requests/${requestId}`)
      assertName(detail.patient, name.alphabetic)
      const row = (await staffItems(road.site)).find((each) => each.requestId === requestId)
      assertName(row?.patient, name.alphabetic)

      const document = async (kind: string): Promise<Buffer> =>
        (await clerk.bytes(`/api/reports/${detail.report?.reportId ?? ""}/${kind}`)).bytes
      assertCda((await document("cda")).toString("utf8"))
      const page = printed(await document("pdf"))
      assert.ok(page.includes(IDEOGRAPHIC_NAME) && page.includes(PHONETIC_NAME), page)
    })

  async function metadata({ requestId, study, series }: ReadingView): Promise<Record<string, unknown>> {
    const { reader } = await road.desks()
    const path = `/dicomweb/studies/${study.StudyInstanceUID}/series/${series[0]?.SeriesInstanceUID ?? ""}/metadata?case=${requestId}`
    const { bytes } = await reader.bytes(path, { Accept: "application/dicom+json" })
    const [instance] = JSON.parse(bytes.toString("utf8")) as Record<string, unknown>[]
    return instance ?? {}
  }

  /** The names of the CDA's patient as another program reads them. */
  function assertCda(cda: string): void {
    bench.write("report.xml", cda)
    const patient =
      "/*[local-name()='ClinicalDocument']/*[local-name()='recordTarget']//*[local-name()='patient']"
    const query = `${patient}/*[local-name()='name']`
    const { stdout } = bench.run("xmllint", "--xpath", query, "report.xml")
    const names = stdout.toString("utf8")
    for (const part of [...IDEOGRAPHIC_NAME.split(" "), ...PHONETIC_NAME.split(" ")])
      assert.ok(names.includes(`>${part}<`), names)
    assert.match(names, /use="IDE"/)
    assert.match(names, /use="PHON?"|use="SYL"/)
  }

  function printed(pdf: Buffer): string {
    bench.write("report.pdf", pdf)
    const { stdout } = bench.run("pdftotext", "-enc", "UTF-8", "report.pdf", "-")
    // The printed form may separate the names by an ideographic space.
    return stdout.toString("utf8").replaceAll("\u3000", " ")
  }
})

function assertName(patient: PatientView | undefined, alphabetic: string): void {
  assert.deepEqual(
    { ideographic: patient?.ideographic, phonetic: patient?.phonetic, alphabetic: patient?.alphabetic },
    { ideographic: IDEOGRAPHIC_NAME, phonetic: PHONETIC_NAME, alphabetic },
  )
  assert.equal(patient?.nameMarked, false)
}
