/** A report's last mile: from the reading centre's signature into the hospital's PACS, which is Orthanc. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { makeStudy } from "../../deploy/demo/study.ts"
import { receiveReport, REPORT, signReport, until } from "../../deploy/demo/walk.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { readPart10 } from "../../gateway/standards/dicom/data-set.ts"
import { encapsulatedDocument } from "../../gateway/standards/dicom/encapsulated-pdf.ts"
import { Orthanc } from "../peers/orthanc.ts"
import { Road, SILENT } from "./road.ts"

interface WithArchive {
  dicom: { archive?: { aeTitle: string; host: string; port: number } }
}

describe("the road on into the hospital's archive", function () {
  this.timeout(120_000)
  let road: Road
  let pacs: Orthanc

  before(async () => {
    pacs = await Orthanc.open()
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s" })
    await road.stop("edge")
    road.configure("edge", (config) => {
      const { dicom } = config as unknown as WithArchive
      dicom.archive = { aeTitle: "PACS", host: "127.0.0.1", port: pacs.port }
    })
    await road.start("edge")
  })
  after(async () => {
    await road.close()
    await pacs.close()
  })

  it("ends with the signed PDF in the PACS, beside the study it is about", async () => {
    const desks = await road.desks()
    const study = makeStudy(join(road.site.dir, "study"), "ARCHIVE1")
    const requestId = await road.send(study)
    await signReport(desks, await road.read(requestId), REPORT, SILENT)
    const home = await receiveReport(desks, requestId, 1, SILENT)
    const detail = () => desks.clerk.get<StaffDetail>(`/api/requests/${requestId}`)
    await until("the report in the archive", async () => {
      return (await detail()).deliveries.some(({ state }) => state === "delivered")
    })
    const [file] = await pacs.files()
    const { dataSet } = readPart10(file!)
    const pdf = encapsulatedDocument(dataSet)!
    assert.equal(createHash("sha256").update(pdf).digest("hex"), home.report?.pdfSha256)
    assert.equal(dataSet.text("StudyInstanceUID"), study.StudyInstanceUID)
    assert.equal(dataSet.text("PatientID"), study.PatientID)
    const [delivery] = (await detail()).deliveries
    assert.deepEqual([delivery?.channel, delivery?.aeTitle], ["archive", "PACS"])
  })
})
