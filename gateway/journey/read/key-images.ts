/** Key images of a report: the frames a reader marked, rendered through the window they were read with. */
import { found } from "../desk-guards.ts"
import { header, instanceOf, renderedFrame } from "./images.ts"
import type { ReportContent } from "../ports/drawing.ts"
import type { StudyRecord } from "../records/study.ts"
import type { KeyImage } from "../views/reading.ts"
import type { World } from "../world.ts"

export async function keyImages(
  world: World,
  study: StudyRecord,
  marked: readonly KeyImage[],
): Promise<ReportContent["keyImages"]> {
  const pictures: { png: Uint8Array; caption: string }[] = []
  for (const each of marked) {
    const { place } = found(await instanceOf(world, study, each.SOPInstanceUID), "key image")
    const { dataSet } = await header(world, place)
    const window = { center: each.windowCenter, width: each.windowWidth }
    const series = dataSet.text("SeriesNumber")
    const image = dataSet.text("InstanceNumber")
    pictures.push({
      png: await renderedFrame(world, place, each.frame, window),
      caption: `Se ${series} 画像 ${image}`,
    })
  }
  return pictures
}
