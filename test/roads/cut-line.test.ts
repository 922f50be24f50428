/**
 * The line to the reading centre breaks every few seconds, with whatever is on it, while a study that takes much longer is
 * sent: real processes, real TLS, a relay that holds a rate and cuts.
 */
import assert from "node:assert/strict"
import { join } from "node:path"
import type { WorkItem } from "../../gateway/journey/views/reading.ts"
import { until } from "../../deploy/demo/walk.ts"
import { BreakingLine } from "../peers/breaking-line.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { Road } from "./road.ts"

const isLong = process.env.DOKUEI_LONG !== undefined
const MBIT_PER_S = 40
const CUT_EVERY_MS = isLong ? 10_000 : 4_000
/** Of half a megabyte each. */
const IMAGES = isLong ? 1200 : 160

const FEWEST_CUTS = 3
const PATIENCE_MS = isLong ? 800_000 : 150_000

describe("a line that breaks while a study is sent", function () {
  this.timeout(isLong ? 900_000 : 180_000)
  let road: Road
  let line: BreakingLine

  before(async () => {
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", recoding: "none", roles: ["center"] })
    line = await BreakingLine.open({
      mbitPerSecond: MBIT_PER_S,
      cutEveryMs: CUT_EVERY_MS,
      port: road.site.ports.centerXdr,
    })
    road.configure("edge", (config) => {
      for (const agreement of config.agreements)
        agreement.endpoint = agreement.endpoint.replace(/:\d+\//, `:${line.port}/`)
    })
    await road.start("edge")
  })
  after(async () => {
    await road.close()
    await line.close()
  })

  it("brings it whole, and sends little of it twice", async () => {
    const desks = await road.desks()
    const { instances, ...study } = writeStudy(join(road.site.dir, "study"), {
      PatientID: "CUT1",
      PatientName: Buffer.from("Yamada^Tarou"),
      slices: IMAGES,
      rows: 512,
    })
    const usefulBytes = instances.reduce((sum, { dataSet }) => sum + dataSet.length, 0)
    const requestId = await road.send({ ...study, files: instances.map(({ file }) => file) })
    const parts = new Set<number>()
    const item = async (): Promise<WorkItem | undefined> =>
      (await desks.reader.get<{ items: WorkItem[] }>("/api/worklist")).items.find(
        (each) => each.requestId === requestId,
      )
    await until(
      "the study",
      async () => {
        const seen = await item()
        if (seen?.state === "created") parts.add(seen.study.instances)
        return seen?.state === "ready"
      },
      PATIENCE_MS,
    )
    assert.equal((await item())?.study.instances, IMAGES)
    const more = line.bytes / usefulBytes - 1
    const again = line.lost.reduce((sum, bytes) => sum + bytes, 0) / usefulBytes
    const seconds = line.lost.map((bytes) => (bytes * 8) / 1e6 / MBIT_PER_S)
    console.log(
      `      ${(usefulBytes / 1e6).toFixed(0)} MB, ${(again * 100).toFixed(1)} % sent again, ${(more * 100).toFixed(1)} % more on the line in all; cuts cost ${seconds.map((each) => each.toFixed(1)).join(" ")} s; seen with ${parts.size} counts of ${IMAGES}`,
    )
    assert.ok(parts.size >= 2, "it was seen arriving")
    assert.ok(seconds.length >= FEWEST_CUTS, `only ${seconds.length} cuts`)
    const average = seconds.reduce((sum, each) => sum + each, 0) / seconds.length
    assert.ok(average <= 1, `a cut costs ${average.toFixed(1)} s of the line`)
    // Of a line that is cut every four seconds one second is at stake as well: less is not worth a signature.
    if (isLong) assert.ok(again <= 0.1, `${(again * 100).toFixed(1)} % sent again`)
  })
})
