import type { ReadingView, ReportDraft } from "../../../gateway/journey/views/reading.ts"
import type { Api } from "../../api.ts"
import { DecoderPool } from "../../decode-worker/decoder-pool.ts"
import { FrameStore } from "./frame-store.ts"
import type { TrayItem } from "./key-tray.ts"
import { SeriesStacks } from "./series-stacks.ts"

type Keys = Pick<ReportDraft, "keyImages">

/** The key images of a report, drawn beside its text where the very pages cannot be. */
export class KeyImages {
  readonly store: FrameStore
  readonly #decoders = new DecoderPool()
  readonly #stacks: SeriesStacks

  constructor(api: Api) {
    this.store = new FrameStore(api, this.#decoders)
    this.#stacks = new SeriesStacks(api)
  }

  /** A key image that cannot be drawn here is still in the PDF, which is what gets signed. */
  async load(view: ReadingView, { keyImages }: Keys): Promise<void> {
    const wanted = new Set(keyImages.map(({ SOPInstanceUID }) => SOPInstanceUID))
    const study = { requestId: view.requestId, StudyInstanceUID: view.study.StudyInstanceUID }
    const needed = view.series.filter(({ images }) =>
      images.some(({ SOPInstanceUID }) => wanted.has(SOPInstanceUID)),
    )
    await Promise.allSettled(needed.map((one) => this.#stacks.load(study, one)))
  }

  located(view: ReadingView, { keyImages }: Keys): readonly TrayItem[] {
    return keyImages.map((key) => this.#stacks.locate(view, key))
  }

  close(): void {
    this.#decoders.close()
  }
}
