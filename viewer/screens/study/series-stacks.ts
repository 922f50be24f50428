import type { KeyImage, ReadingView, SeriesView } from "../../../gateway/journey/views/reading.ts"
import type { Api } from "../../api.ts"
import type { DicomJson } from "../../image/dicom-json.ts"
import type { TrayItem } from "./key-tray.ts"
import { indexInStack, seriesPath, stackOf, type CaseStudy, type StackImage } from "./stack.ts"

/** The stacks of one study, each made of its series' metadata when first asked for. */
export class SeriesStacks {
  readonly #api: Pick<Api, "get">
  readonly #stacks = new Map<string, readonly StackImage[]>()

  constructor(api: Pick<Api, "get">) {
    this.#api = api
  }

  /** The stack if its metadata are here. */
  peek(series: SeriesView): readonly StackImage[] | null {
    return this.#stacks.get(this.#key(series)) ?? null
  }

  /** Asks for the metadata once; a series that has grown meanwhile is asked for again. */
  async load(study: CaseStudy, series: SeriesView): Promise<readonly StackImage[]> {
    const known = this.#stacks.get(this.#key(series))
    if (known !== undefined) return known
    const path = seriesPath(study, series.SeriesInstanceUID, "metadata")
    const response = await this.#api.get(path, { headers: { Accept: "application/dicom+json" } })
    const stack = stackOf(study, series, (await response.json()) as readonly DicomJson[])
    this.#stacks.set(this.#key(series), stack)
    return stack
  }

  /** Where a key image lies; without metadata only its number in the series is known. */
  locate(view: ReadingView, key: KeyImage): TrayItem {
    const series = view.series.find(({ images }) =>
      images.some(({ SOPInstanceUID }) => SOPInstanceUID === key.SOPInstanceUID),
    )
    const stack = series === undefined ? null : this.peek(series)
    const at = stack === null ? -1 : indexInStack(stack, key)
    const image = series?.images.find(({ SOPInstanceUID }) => SOPInstanceUID === key.SOPInstanceUID)
    const place = at >= 0 ? at + 1 : (image?.InstanceNumber ?? 0)
    return { key, image: stack?.[at], seriesNumber: series?.SeriesNumber ?? 0, place }
  }

  #key({ SeriesInstanceUID, images }: SeriesView): string {
    return `${SeriesInstanceUID} ${images.length}`
  }
}
