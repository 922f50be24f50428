/**
 * After a study was sent, with DCMTK as the modality: late images, a rejection note of IHE IOCM, and a recall, each to the
 * reader's own page over the real road.
 */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { sendStudy } from "../../deploy/demo/hospital.ts"
import { makeStudy, type DemoStudy } from "../../deploy/demo/study.ts"
import { until, type Desks } from "../../deploy/demo/walk.ts"
import type { ReadingView, WorkItem } from "../../gateway/journey/views/reading.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { readPart10 } from "../../gateway/standards/dicom/data-set.ts"
import { sharedAttributes, writeManifest } from "../../gateway/standards/dicom/kos.ts"
import { wireRequest } from "../peers/wire.ts"
import { Road } from "./road.ts"

const LATE = 2

describe("the road after a study was sent", function () {
  this.timeout(180_000)
  let road: Road
  let desks: Desks
  let study: DemoStudy
  let requestId: string

  before(async () => {
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", tapped: true, recoding: "none" })
    desks = await road.desks()
    study = makeStudy(join(road.site.dir, "study"), "LATE1")
  })
  after(() => road.close())

  const item = async (): Promise<WorkItem | undefined> =>
    (await desks.reader.get<{ items: WorkItem[] }>("/api/worklist")).items.find(
      (each) => each.requestId === requestId,
    )
  const shown = async (): Promise<number> => {
    const view = await desks.reader.get<ReadingView>(`/api/cases/${requestId}`)
    return view.series.flatMap(({ images }) => images).length
  }
  const submissions = () =>
    road.taps
      .center!.exchanges.map((each) => wireRequest(each))
      .filter((each) => each.contentType === "study")
  const codes = async (): Promise<string[]> => ((await item())?.notices ?? []).map(({ code }) => code)

  it("late images leave as a supplement: only they travel, and the reader's case shows them", async () => {
    requestId = await road.send({ ...study, files: study.files.slice(LATE) })
    await road.reached(requestId, "arrived")
    assert.equal(await shown(), study.files.length - LATE)
    await sendStudy(road.site, study.files.slice(0, LATE))
    await until("the late images", async () => (await item())?.study.instances === study.files.length)
    assert.equal(await shown(), study.files.length)
    assert.deepEqual(await codes(), ["late-supplement"])
    const [first, second] = submissions()
    assert.ok(first!.documents.length - second!.documents.length > study.files.length - 2 * LATE - 1)
    assert.equal(submissions().length, 2)
  })

  it("a rejection note that DCMTK reads takes images back at the centre", async () => {
    const { dataSet } = readPart10(readFileSync(study.files[0]!))
    const rejected = study.files.slice(0, LATE).map((file) => readPart10(readFileSync(file)).dataSet)
    const note = writeManifest(
      {
        shared: sharedAttributes(dataSet),
        series: [
          {
            SeriesInstanceUID: dataSet.text("SeriesInstanceUID"),
            instances: rejected.map((each) => ({
              SOPClassUID: each.text("SOPClassUID"),
              SOPInstanceUID: each.text("SOPInstanceUID"),
            })),
          },
        ],
        title: "113037",
        contentDateTime: "20261125141500",
        manufacturer: "QA station",
        aeTitle: "MR1",
      },
      randomBytes(32),
    )
    const file = join(road.site.dir, "note.dcm")
    writeFileSync(file, note.file)
    assert.match(
      execFileSync("dsrdump", [file], { stdio: ["ignore", "pipe", "ignore"] }).toString(),
      /Rejected for Patient Safety Reasons/,
    )
    await sendStudy(road.site, [file])
    await until("the images to go", async () => (await shown()) === study.files.length - LATE)
    assert.deepEqual(await codes(), ["late-supplement", "images-withdrawn"])
    const hidden = rejected[0]!.text("SOPInstanceUID")
    const series = dataSet.text("SeriesInstanceUID")
    await assert.rejects(
      desks.reader.bytes(
        `/dicomweb/studies/${study.StudyInstanceUID}/series/${series}/instances/${hidden}/frames/1?case=${requestId}`,
        { Accept: "*/*" },
      ),
      { status: 404 },
    )
  })

  it("a recall destroys the centre's copy, closes the case and brings the certificate home", async () => {
    await desks.clerk.post(`/api/requests/${requestId}/recall`, { reason: "別の施設に送るはずだった" })
    const detail = await until("the certificate", async () => {
      const now = await desks.clerk.get<StaffDetail>(`/api/requests/${requestId}`)
      return now.deletions.length > 0 ? now : null
    })
    assert.equal(detail.deletions[0]?.certificate, "valid")
    assert.notEqual(detail.recall?.toldCenterAt ?? null, null)
    const gone = await item()
    assert.deepEqual([gone?.state, await codes()], ["failed", ["recalled"]])
  })
})
