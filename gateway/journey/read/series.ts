/** A study's instances as series and images, in the order a reader scrolls them. */
import type { ImageHeader, InstanceRecord } from "../records/instance.ts"
import type { ImageView, SeriesView } from "../views/reading.ts"

const UNREAD: ImageHeader = {
  Modality: "",
  SeriesNumber: 0,
  SeriesDescription: "",
  InstanceNumber: 0,
  NumberOfFrames: 1,
}

export function seriesViews(instances: readonly InstanceRecord[]): SeriesView[] {
  const bySeries = Map.groupBy(instances, (each) => each.private.SeriesInstanceUID)
  const views = [...bySeries].map(([SeriesInstanceUID, members]): SeriesView => {
    const header = members[0]?.private.image ?? UNREAD
    return {
      SeriesInstanceUID,
      SeriesNumber: header.SeriesNumber,
      SeriesDescription: header.SeriesDescription,
      Modality: header.Modality,
      images: members.map(imageView).sort((a, b) => a.InstanceNumber - b.InstanceNumber),
    }
  })
  return views.sort((a, b) => a.SeriesNumber - b.SeriesNumber)
}

function imageView({ private: instance }: InstanceRecord): ImageView {
  const image = instance.image ?? UNREAD
  return {
    SOPInstanceUID: instance.SOPInstanceUID,
    SOPClassUID: instance.SOPClassUID,
    InstanceNumber: image.InstanceNumber,
    frames: image.NumberOfFrames,
  }
}
