import type { KeyImage, ReadingView, SeriesView } from "../../../gateway/journey/views/reading.ts"
import type { Api, ApiError } from "../../api.ts"
import { DecoderPool } from "../../decode-worker/decoder-pool.ts"
import { asApiError } from "../../parts/fetched.ts"
import { firstSeries } from "./case-session.ts"
import { FrameStore } from "./frame-store.ts"
import type { ViewState } from "./image-controller.ts"
import type { TrayItem } from "./key-tray.ts"
import { Prefetcher } from "./prefetcher.ts"
import { SeriesStacks } from "./series-stacks.ts"
import type { StripItem } from "./series-strip.ts"
import { indexInStack, type CaseStudy, type StackImage } from "./stack.ts"

/** A series with its frames: replaced as one, so that no label ever stands over the pixels of another series. */
export interface OpenedSeries {
  readonly series: SeriesView
  readonly stack: readonly StackImage[]
  /** Where the viewport starts. */
  readonly startIndex: number
}

/** The image side of an opened case: its series, what is loaded of them, and what the viewport shows. */
export class ImageDesk {
  readonly store: FrameStore
  readonly #decoders = new DecoderPool()
  readonly #stacks: SeriesStacks
  readonly #prefetcher: Prefetcher
  readonly #changed: () => void
  #case: ReadingView
  #wanted: SeriesView | null = null
  #opened: OpenedSeries | null = null
  #failure: ApiError | null = null
  #view: ViewState | null = null
  #direction: 1 | -1 = 1
  #prefetchedFrom: StackImage | null = null
  #nextDrawing = 0

  constructor(api: Api, view: ReadingView, changed: () => void) {
    this.#case = view
    this.#changed = changed
    this.store = new FrameStore(api, this.#decoders)
    this.#stacks = new SeriesStacks(api)
    this.#prefetcher = new Prefetcher(
      this.store,
      () => this.#otherStacks(),
      () => this.#progressed(),
    )
    const first = firstSeries(view.series)
    if (first !== undefined) void this.openSeries(first)
    void this.#loadStrip()
  }

  get opened(): OpenedSeries | null {
    return this.#opened
  }
  /** Why the series last asked for is not open. */
  get failure(): ApiError | null {
    return this.#failure
  }
  /** What the viewport last told; null before its first image. */
  get view(): ViewState | null {
    return this.#view
  }
  get stack(): readonly StackImage[] {
    return this.#opened?.stack ?? []
  }
  get modality(): string {
    return this.#opened?.series.Modality ?? ""
  }
  /** The series the reader chose, also while it is being opened. */
  get currentUid(): string {
    return this.#wanted?.SeriesInstanceUID ?? ""
  }

  strip(): readonly StripItem[] {
    return this.#case.series.map((series) => ({ series, stack: this.#stacks.peek(series) }))
  }

  locate(key: KeyImage): TrayItem {
    return this.#stacks.locate(this.#case, key)
  }

  /** A newer answer of the gateway; a series that has grown is opened again where the reader is. */
  take(view: ReadingView): void {
    this.#case = view
    const same = view.series.find(({ SeriesInstanceUID }) => SeriesInstanceUID === this.currentUid)
    if (same !== undefined && same.images.length !== this.#wanted?.images.length)
      void this.openSeries(same, this.#view?.index ?? 0)
    else if (same === undefined && view.series[0] !== undefined) void this.openSeries(view.series[0])
    void this.#loadStrip()
  }

  async openSeries(series: SeriesView, startIndex = 0): Promise<void> {
    this.#wanted = series
    this.#failure = null
    this.#changed()
    try {
      const stack = await this.#stacks.load(this.#caseStudy(), series)
      if (this.#wanted === series) this.#opened = { series, stack, startIndex }
    } catch (error) {
      if (this.#wanted === series) this.#failure = asApiError(error)
    }
    this.#changed()
  }

  openUid(uid: string): void {
    const series = this.#case.series.find(({ SeriesInstanceUID }) => SeriesInstanceUID === uid)
    if (series !== undefined) void this.openSeries(series)
  }

  retry(): void {
    if (this.#wanted !== null) void this.openSeries(this.#wanted)
  }

  nextSeries(by: 1 | -1): void {
    const at = this.#case.series.findIndex(({ SeriesInstanceUID }) => SeriesInstanceUID === this.currentUid)
    const next = this.#case.series[at + by]
    if (next !== undefined) void this.openSeries(next)
  }

  /** Opens the series of a key image; its place when that series is already open. */
  show(key: KeyImage): number | null {
    const here = indexInStack(this.stack, key)
    if (here >= 0) return here
    const series = this.#case.series.find(({ images }) =>
      images.some(({ SOPInstanceUID }) => SOPInstanceUID === key.SOPInstanceUID),
    )
    const stack = series === undefined ? null : this.#stacks.peek(series)
    if (series !== undefined) void this.openSeries(series, stack === null ? 0 : indexInStack(stack, key))
    return null
  }

  /** The viewport shows something else. Only when its own slice is there do the others get the line. */
  viewChanged(state: ViewState): void {
    if (this.#view?.index !== state.index) this.#direction = state.index >= (this.#view?.index ?? 0) ? 1 : -1
    this.#view = state
    const isSettled = state.quality === "full" || state.fault !== null
    if (isSettled && state.shown !== null && state.shown !== this.#prefetchedFrom) {
      this.#prefetchedFrom = state.shown
      this.#prefetcher.around(this.stack, state.index, this.#direction)
    }
    this.#changed()
  }

  /** The page is out of sight for long: everything but the image on screen is given back. */
  forget(): void {
    this.#prefetcher.stop()
    this.#prefetchedFrom = null
    const shown = this.#view?.shown ?? null
    this.store.forgetAllBut(shown === null ? [] : [shown])
  }

  close(): void {
    this.#prefetcher.stop()
    cancelAnimationFrame(this.#nextDrawing)
    this.#decoders.close()
  }

  /** Metadata of all series, one after the other: they draw the thumbnails and place the key images. */
  async #loadStrip(): Promise<void> {
    for (const one of this.#case.series) {
      // A series whose metadata fail says so when it is opened.
      await this.#stacks.load(this.#caseStudy(), one).catch(() => null)
      this.#changed()
    }
  }

  #caseStudy(): CaseStudy {
    const { requestId, study } = this.#case
    return { requestId, StudyInstanceUID: study.StudyInstanceUID }
  }

  #otherStacks(): readonly (readonly StackImage[])[] {
    const others = this.#case.series.filter(({ SeriesInstanceUID }) => SeriesInstanceUID !== this.currentUid)
    return others.flatMap((one) => {
      const stack = this.#stacks.peek(one)
      return stack === null ? [] : [stack]
    })
  }

  /** Many frames may arrive before the page is drawn once. */
  #progressed(): void {
    if (this.#nextDrawing !== 0) return
    this.#nextDrawing = requestAnimationFrame(() => {
      this.#nextDrawing = 0
      this.#changed()
    })
  }
}
