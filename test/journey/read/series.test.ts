import assert from "node:assert/strict"
import { seriesViews } from "../../../gateway/journey/read/series.ts"
import type { InstanceRecord } from "../../../gateway/journey/records/instance.ts"
import { instance } from "../../storage/ledger/records.ts"

const image = (SeriesInstanceUID: string, SeriesNumber: number, InstanceNumber: number): InstanceRecord => {
  const one = instance("o", SeriesInstanceUID)
  const header = { Modality: "MR", SeriesNumber, SeriesDescription: "T2", InstanceNumber, NumberOfFrames: 2 }
  const SOPInstanceUID = `${SeriesInstanceUID}.${InstanceNumber}`
  return { ...one, private: { ...one.private, SeriesInstanceUID, SOPInstanceUID, image: header } }
}

describe("a study's series", () => {
  it("stand by their numbers, and so do their images, whatever order they came in", () => {
    const views = seriesViews([image("b", 2, 10), image("a", 1, 2), image("b", 2, 9), image("a", 1, 1)])
    assert.deepEqual(
      views.map(({ SeriesNumber, images }) => [SeriesNumber, ...images.map((each) => each.InstanceNumber)]),
      [
        [1, 1, 2],
        [2, 9, 10],
      ],
    )
    assert.deepEqual([views[0]?.Modality, views[0]?.images[0]?.frames], ["MR", 2])
  })

  it("of images nobody has opened yet are there too", () => {
    const unread = instance("o", "1.2")
    const [only] = seriesViews([{ ...unread, private: { ...unread.private, image: null } }])
    assert.deepEqual([only?.SeriesNumber, only?.images[0]?.frames], [0, 1])
  })
})
