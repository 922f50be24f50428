import { html, nothing, type PropertyValues, type TemplateResult } from "lit"
import type { KeyImage, SeriesView } from "../../../gateway/journey/views.ts"
import type { Api, ApiError } from "../../api.ts"
import { DecoderPool } from "../../decode-worker/decoder-pool.ts"
import type { ToolMode } from "../../gesture/intent.ts"
import { keyCommand, type KeyCommand } from "../../gesture/keys.ts"
import { presetsFor, tableAsWindow } from "../../image/window-presets.ts"
import type { LiveEvents } from "../../live-events.ts"
import { asApiError } from "../../parts/fetched.ts"
import { LightElement } from "../../parts/light-element.ts"
import { failed, skeleton } from "../../parts/states.ts"
import { st } from "../../text/study.ts"
import { address } from "../../words/route.ts"
import { CaseSession, firstSeries, openCase } from "./case-session.ts"
import { FrameStore } from "./frame-store.ts"
import type { ImageController, ViewState } from "./image-controller.ts"
import type { ImageView } from "./image-view.ts"
import type { TrayItem } from "./key-tray.ts"
import { Prefetcher } from "./prefetcher.ts"
import { reportPane, reportTab, type ReportActions, type ReportState } from "./report-pane.ts"
import { SeriesStacks } from "./series-stacks.ts"
import { seriesStrip } from "./series-strip.ts"
import { signChecks, type Confirmed, type SignCheck } from "./sign-checks.ts"
import { indexInStack, type StackImage } from "./stack.ts"
import { notices, studyHeader } from "./study-frame.ts"
import { toolBar, type ToolActions, type ToolState } from "./tool-bar.ts"
import { viewportFigure } from "./viewport-figure.ts"

/** Due times are words of minutes. */
const TICK_MS = 10_000
/** A page out of sight this long gives its images back. */
const HIDDEN_MS = 60_000

/** Safari reports the Enter that ends a composition by this alone (UI Events, legacy attributes). */
interface LegacyKey {
  readonly keyCode: number
}

/** A text field has the keyboard. */
const isEditor = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("textarea, input, select, [contenteditable]")

/** Reading one case: series, image, tools and report. Light DOM; `api` and `live` come from the page. */
export class StudyScreen extends LightElement {
  static override properties = {
    requestId: { attribute: false },
    api: { attribute: false },
    live: { attribute: false },
  }
  declare requestId: string
  declare api: Api
  declare live: LiveEvents | undefined

  #session: CaseSession | null = null
  #failure: ApiError | null = null
  #decoders: DecoderPool | null = null
  #store: FrameStore | null = null
  #stacks: SeriesStacks | null = null
  #prefetcher: Prefetcher | null = null
  #series: SeriesView | null = null
  #stack: readonly StackImage[] = []
  #startIndex = 0
  #seriesFailure: ApiError | null = null
  #view: ViewState | null = null
  #direction: 1 | -1 = 1
  #prefetchedFrom: StackImage | null = null
  #mode: ToolMode = "scroll"
  #presetsOpen = false
  #isFolded = false
  #confirmed: Confirmed = { patient: false, partial: false }
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined
  #progressFrame = 0
  #ears = new AbortController()

  // ---- life

  override connectedCallback(): void {
    super.connectedCallback()
    this.#ears = new AbortController()
    const { signal } = this.#ears
    addEventListener("keydown", (event) => this.#key(event), { signal })
    document.addEventListener("visibilitychange", () => this.#visibility(), { signal })
    addEventListener("pagehide", () => void this.#session?.flush(), { signal })
    const ticker = setInterval(() => this.requestUpdate(), TICK_MS)
    signal.addEventListener("abort", () => clearInterval(ticker))
    if (this.hasUpdated) this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#ears.abort()
    clearTimeout(this.#hiddenTimer)
    this.#prefetcher?.stop()
    this.#session?.close()
    this.#decoders?.close()
    this.#session = null
  }

  /** The page may have set `api` before this class was loaded; only now is it surely here. */
  protected override firstUpdated(): void {
    this.#begin()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("requestId") && changed.get("requestId") !== undefined) this.#begin()
  }

  #begin(): void {
    this.#decoders?.close()
    this.#decoders = new DecoderPool()
    this.#store = new FrameStore(this.api, this.#decoders)
    this.#stacks = new SeriesStacks(this.api)
    this.#prefetcher = new Prefetcher(
      this.#store,
      () => this.#otherStacks(),
      () => this.#progressed(),
    )
    const unhear = this.live?.hear(() => void this.#refresh())
    this.#ears.signal.addEventListener("abort", () => unhear?.())
    void this.#open()
  }

  async #open(): Promise<void> {
    this.#failure = null
    this.requestUpdate()
    try {
      const view = await openCase(this.api, this.requestId)
      this.#session = new CaseSession(this.api, view, () => this.requestUpdate())
      const first = firstSeries(view.series)
      if (first !== undefined) void this.#openSeries(first)
      void this.#loadStrip(view.study.StudyInstanceUID, view.series)
    } catch (error) {
      this.#failure = asApiError(error)
    }
    this.requestUpdate()
  }

  /** Something changed at the gateway: images arrived, another reader, a step of signing. */
  async #refresh(): Promise<void> {
    if (this.#session === null) return this.#open()
    const view = await this.api.reading(this.requestId)
    this.#session.take(view)
    const grown = view.series.find(
      ({ SeriesInstanceUID }) => SeriesInstanceUID === this.#series?.SeriesInstanceUID,
    )
    if (grown !== undefined && grown.images.length !== this.#series?.images.length)
      void this.#openSeries(grown, this.#view?.index ?? 0)
    else if (this.#series === null && view.series[0] !== undefined) void this.#openSeries(view.series[0])
    void this.#loadStrip(view.study.StudyInstanceUID, view.series)
  }

  // ---- images

  async #openSeries(series: SeriesView, index = 0): Promise<void> {
    const study = this.#session?.view.study.StudyInstanceUID
    if (study === undefined || this.#stacks === null) return
    this.#series = series
    this.#seriesFailure = null
    try {
      const stack = await this.#stacks.load(study, series)
      if (this.#series !== series) return
      this.#startIndex = index
      this.#stack = stack
    } catch (error) {
      this.#seriesFailure = asApiError(error)
    }
    this.requestUpdate()
  }

  /** Metadata of the other series, one after the other: they draw the thumbnails and place the key images. */
  async #loadStrip(study: string, series: readonly SeriesView[]): Promise<void> {
    for (const one of series) {
      // A series whose metadata fail says so when it is opened.
      await this.#stacks?.load(study, one).catch(() => null)
      this.requestUpdate()
    }
  }

  #otherStacks(): readonly (readonly StackImage[])[] {
    const others = this.#session?.view.series.filter((one) => one !== this.#series) ?? []
    return others.flatMap((one) => {
      const stack = this.#stacks?.peek(one)
      return stack ? [stack] : []
    })
  }

  #viewChanged(state: ViewState): void {
    const before = this.#view
    this.#view = state
    if (before?.index !== state.index) this.#direction = state.index >= (before?.index ?? 0) ? 1 : -1
    // Only when the slice on screen is there do the others get the line.
    const settled = state.quality === "full" || state.fault !== null
    if (settled && state.shown !== null && state.shown !== this.#prefetchedFrom) {
      this.#prefetchedFrom = state.shown
      this.#prefetcher?.around(this.#stack, state.index, this.#direction)
    }
    this.requestUpdate()
  }

  /** Many frames arrive in one drawing of the page. */
  #progressed(): void {
    if (this.#progressFrame !== 0) return
    this.#progressFrame = requestAnimationFrame(() => {
      this.#progressFrame = 0
      this.requestUpdate()
    })
  }

  #visibility(): void {
    clearTimeout(this.#hiddenTimer)
    if (document.visibilityState === "visible") return
    void this.#session?.flush()
    this.#hiddenTimer = setTimeout(() => {
      const shown = this.#view?.shown
      this.#prefetcher?.stop()
      this.#store?.forgetAllBut(shown ? [shown] : [])
    }, HIDDEN_MS)
  }

  // ---- commands

  get #controller(): ImageController | null {
    return this.querySelector<ImageView>("image-view")?.controller ?? null
  }

  #key(event: KeyboardEvent): void {
    const { key, isComposing, ctrlKey, metaKey, altKey } = event
    const { keyCode }: LegacyKey = event
    const inEditor = isEditor(event.target)
    const command = keyCommand({ key, keyCode, isComposing, ctrlKey, metaKey, altKey, inEditor })
    if (command === null || this.#session === null) return
    event.preventDefault()
    this.#run(command)
  }

  #run(command: KeyCommand): void {
    const controller = this.#controller
    switch (command.kind) {
      case "scroll":
        return controller?.apply({ kind: "scroll", images: command.images })
      case "end":
        return controller?.goTo(command.which === "first" ? 0 : this.#stack.length - 1)
      case "zoom":
        return controller?.zoomMiddle(command.factor)
      case "preset":
        return this.#preset(command.key)
      case "series":
        return this.#nextSeries(command.by)
      case "tool":
        return this.#setMode(command.mode)
      case "fit":
        return controller?.toggleFit()
      case "invert":
        return controller?.invert()
      case "reset":
        return controller?.reset()
      case "key-image":
        return this.#toggleKey()
      case "report-pane":
        return this.#fold(!this.#isFolded)
      case "save":
        void this.#session?.flush()
    }
  }

  #setMode(mode: ToolMode): void {
    this.#mode = mode
    this.requestUpdate()
  }

  #preset(key: string): void {
    const preset = presetsFor(this.#series?.Modality ?? "").find((one) => one.key === key)
    if (preset !== undefined) this.#controller?.setVoi(preset.window)
    else if (key === "0") this.#controller?.setVoi(null)
    this.#presetsOpen = false
    this.requestUpdate()
  }

  #nextSeries(by: 1 | -1): void {
    const series = this.#session?.view.series ?? []
    const at = series.findIndex(
      ({ SeriesInstanceUID }) => SeriesInstanceUID === this.#series?.SeriesInstanceUID,
    )
    const next = series[at + by]
    if (next !== undefined) void this.#openSeries(next)
  }

  #fold(isFolded: boolean): void {
    this.#isFolded = isFolded
    this.requestUpdate()
  }

  // ---- key images and report

  /** The image on screen with its window, as a key image; null for a preview, which is not the image. */
  #keyOnScreen(): KeyImage | null {
    const { shown, voi, quality } = this.#view ?? {}
    if (!shown || !voi || quality !== "full") return null
    const window = voi.kind === "table" ? tableAsWindow(voi) : voi
    const { SOPInstanceUID, frame } = shown
    return { SOPInstanceUID, frame, windowCenter: window.center, windowWidth: window.width }
  }

  #toggleKey(): void {
    const key = this.#keyOnScreen()
    if (key !== null) this.#session?.toggleKey(key)
  }

  async #showKey({ key }: TrayItem): Promise<void> {
    const series = this.#session?.view.series.find(({ images }) =>
      images.some(({ SOPInstanceUID }) => SOPInstanceUID === key.SOPInstanceUID),
    )
    if (series === undefined) return
    if (series !== this.#series)
      await this.#openSeries(series, indexInStack(this.#stacks?.peek(series) ?? [], key))
    else this.#controller?.goTo(indexInStack(this.#stack, key))
  }

  #confirm(id: SignCheck["id"]): void {
    if (id === "patient") this.#confirmed = { ...this.#confirmed, patient: true }
    if (id === "images") this.#confirmed = { ...this.#confirmed, partial: true }
    this.requestUpdate()
  }

  async #sign(): Promise<void> {
    if ((await this.#session?.flush()) === true) location.hash = address.sign(this.requestId)
  }

  #reportState(session: CaseSession, store: FrameStore): ReportState {
    const { view, draft, saving, isCorrection } = session
    const checks = signChecks({
      draft,
      patient: view.patient,
      study: view.study,
      isCorrection,
      confirmed: this.#confirmed,
    })
    const keys = draft.keyImages.flatMap((key) => this.#stacks?.locate(view, key) ?? [])
    return { view, draft, saving, isCorrection, keys, checks, store }
  }

  #reportActions(session: CaseSession): ReportActions {
    return {
      edit: (part) => session.edit(part),
      compose: (active) => session.compose(active),
      leave: () => void session.flush(),
      confirm: (id) => this.#confirm(id),
      keep: (which) => void session.resolve(which),
      fold: () => this.#fold(true),
      sign: () => void this.#sign(),
      show: (item) => void this.#showKey(item),
      remove: (item) => session.toggleKey(item.key),
      add: () => this.#toggleKey(),
    }
  }

  // ---- drawing

  #toolState(session: CaseSession): ToolState {
    const shown = this.#view?.shown
    return {
      mode: this.#mode,
      modality: this.#series?.Modality ?? "",
      view: this.#view,
      presetsOpen: this.#presetsOpen,
      isKeyImage: shown ? session.isKey(shown) : false,
      canKey: session.saving !== null && this.#keyOnScreen() !== null,
    }
  }

  #toolActions(): ToolActions {
    return {
      mode: (mode) => this.#setMode(mode),
      presets: () => {
        this.#presetsOpen = !this.#presetsOpen
        this.requestUpdate()
      },
      preset: (key) => this.#preset(key),
      invert: () => this.#controller?.invert(),
      fit: () => this.#controller?.toggleFit(),
      reset: () => this.#controller?.reset(),
      keyImage: () => this.#toggleKey(),
    }
  }

  #marks(session: CaseSession): readonly number[] {
    return session.draft.keyImages.map((key) => indexInStack(this.#stack, key)).filter((index) => index >= 0)
  }

  #read(session: CaseSession, store: FrameStore): TemplateResult {
    const { view } = session
    const report = this.#reportState(session, store)
    const isBlocked = session.saving !== null && report.checks.some(({ level }) => level === "blocked")
    const items = view.series.map((series) => ({ series, stack: this.#stacks?.peek(series) ?? null }))
    const date = view.study.studyDateTime?.slice(5, 10).replace("-", "/") ?? ""
    const [tools, actions] = [this.#toolState(session), this.#toolActions()]
    return html`${studyHeader(view, this.api.clock.now())}
      ${notices(session, (reason) => void session.correct(reason))}
      <main class="fill read ${this.#isFolded ? "read-1" : ""}" tabindex="-1">
        ${seriesStrip(items, store, this.#series?.SeriesInstanceUID ?? "", date, (uid) => {
          const series = view.series.find(({ SeriesInstanceUID }) => SeriesInstanceUID === uid)
          if (series !== undefined) void this.#openSeries(series)
        })}
        <div class="views">
          ${viewportFigure({
            view,
            series: this.#series,
            stack: this.#stack,
            startIndex: this.#startIndex,
            failure: this.#seriesFailure,
            store,
            tools,
            actions,
            marks: this.#marks(session),
            viewChanged: (state) => this.#viewChanged(state),
            keyImage: () => this.#toggleKey(),
            retry: () => this.#series !== null && void this.#openSeries(this.#series),
          })}
        </div>
        ${
          this.#isFolded
            ? reportTab(isBlocked, () => this.#fold(false))
            : reportPane(report, this.#reportActions(session))
        }
        ${toolBar(tools, actions)}
      </main>`
  }

  override render(): unknown {
    if (this.#failure !== null) return failed("session.failed", this.#failure, () => void this.#open())
    if (this.#session === null || this.#store === null) return html`${skeleton(st("read.loading"))}${nothing}`
    return this.#read(this.#session, this.#store)
  }
}
customElements.define("study-screen", StudyScreen)
