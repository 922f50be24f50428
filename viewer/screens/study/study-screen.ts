import { html, type PropertyValues, type TemplateResult } from "lit"
import type { KeyImage } from "../../../gateway/journey/views/reading.ts"
import type { Api, ApiError } from "../../api.ts"
import type { ToolMode } from "../../gesture/intent.ts"
import { tableAsWindow } from "../../image/window-presets.ts"
import type { LiveEvents } from "../../live-events.ts"
import { asApiError } from "../../parts/fetched.ts"
import { LightElement } from "../../parts/light-element.ts"
import { failed, skeleton } from "../../parts/states.ts"
import { st } from "../../text/study.ts"
import { day, shortDate } from "../../words/instant.ts"
import { address } from "../../words/route.ts"
import { CaseSession, openCase } from "./case-session.ts"
import type { ImageController, ViewState } from "./image-controller.ts"
import { ImageDesk } from "./image-desk.ts"
import type { ImageView } from "./image-view.ts"
import { reportPane, reportTab, type ReportActions, type ReportState } from "./report-pane.ts"
import { seriesStrip } from "./series-strip.ts"
import { signChecks, type Confirmed, type SignCheck } from "./sign-checks.ts"
import { indexInStack } from "./stack.ts"
import { choosePreset, commandOf, runCommand } from "./study-commands.ts"
import { notices, studyHeader, type Amending } from "./study-frame.ts"
import { toolBar, type ToolActions, type ToolState } from "./tool-bar.ts"
import { viewportFigure } from "./viewport-figure.ts"

/** Due times are words of minutes. */
const TICK_MS = 10_000
/** A page out of sight this long gives its images back. */
const HIDDEN_MS = 60_000

/** The image on screen with its window, as a key image; null for a preview, which is not the image. */
function keyOf(view: ViewState | null): KeyImage | null {
  const { shown, voi, quality } = view ?? {}
  if (!shown || !voi || quality !== "full") return null
  const window = voi.kind === "table" ? tableAsWindow(voi) : voi
  const { SOPInstanceUID, frame } = shown
  return { SOPInstanceUID, frame, windowCenter: window.center, windowWidth: window.width }
}

/** Reading one case: series, image, tools and report. Light DOM; `api` and `live` come from the page. */
export class StudyScreen extends LightElement {
  static override properties = {
    requestId: { attribute: false },
    api: { attribute: false },
    live: { attribute: false },
    displayUntil: { attribute: false },
  }
  declare requestId: string
  declare api: Api
  declare live: LiveEvents | undefined
  /** Last day (YYYY-MM-DD) of the check of this registered device's display; null = nobody vouches for it. */
  declare displayUntil: string | null

  #session: CaseSession | null = null
  #images: ImageDesk | null = null
  #failure: ApiError | null = null
  #mode: ToolMode = "scroll"
  #presetsOpen = false
  #isFolded = false
  #isAmending = false
  #confirmed: Confirmed = { patient: false, partial: false }
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined
  #ears = new AbortController()

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#end()
  }

  /** The page may have set `api` before this class was loaded; only now is it surely here. */
  protected override firstUpdated(): void {
    this.#begin()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.get("requestId") === undefined) return
    this.#end()
    this.#begin()
  }

  #begin(): void {
    this.#ears = new AbortController()
    const { signal } = this.#ears
    addEventListener("keydown", (event) => this.#key(event), { signal })
    document.addEventListener("visibilitychange", () => this.#visibility(), { signal })
    addEventListener("pagehide", () => void this.#session?.flush(), { signal })
    const ticker = setInterval(() => this.requestUpdate(), TICK_MS)
    const unhear = this.live?.hear(({ requestId }) => {
      if (requestId === null || requestId === this.requestId) void this.#refresh()
    })
    signal.addEventListener("abort", () => {
      clearInterval(ticker)
      unhear?.()
    })
    void this.#open()
  }

  #end(): void {
    this.#ears.abort()
    clearTimeout(this.#hiddenTimer)
    this.#session?.close()
    this.#images?.close()
    this.#session = null
    this.#images = null
    this.#confirmed = { patient: false, partial: false }
  }

  async #open(): Promise<void> {
    const { signal } = this.#ears
    this.#failure = null
    this.requestUpdate()
    try {
      const view = await openCase(this.api, this.requestId)
      if (signal.aborted) return
      this.#session = new CaseSession(this.api, view, () => this.requestUpdate())
      this.#images = new ImageDesk(this.api, view, () => this.requestUpdate())
    } catch (error) {
      this.#failure = asApiError(error)
    }
    this.requestUpdate()
  }

  /** Something changed at the gateway: images arrived, another reader, a step of signing. */
  async #refresh(): Promise<void> {
    if (this.#session === null) return this.#open()
    const { signal } = this.#ears
    // What is on screen stays when the gateway does not answer; the page says that the line is down.
    const view = await this.api.reading(this.requestId, "page").catch(() => null)
    if (view === null || signal.aborted) return
    this.#session.take(view)
    this.#images?.take(view)
  }

  #visibility(): void {
    clearTimeout(this.#hiddenTimer)
    if (document.visibilityState === "visible") return
    void this.#session?.flush()
    this.#hiddenTimer = setTimeout(() => this.#images?.forget(), HIDDEN_MS)
  }

  // ---- commands

  get #controller(): ImageController | null {
    return this.querySelector<ImageView>("image-view")?.controller ?? null
  }

  #key(event: KeyboardEvent): void {
    const command = commandOf(event)
    const [session, images] = [this.#session, this.#images]
    if (command === null || session === null || images === null) return
    event.preventDefault()
    // Every key is a tool, but for leafing through the images behind the sheet.
    if (command.kind !== "scroll" && command.kind !== "end") this.#set({ presetsOpen: false })
    runCommand(command, {
      controller: this.#controller,
      images,
      setMode: (mode) => this.#set({ mode }),
      toggleKey: () => this.#toggleKey(),
      toggleReport: () => this.#set({ isFolded: !this.#isFolded }),
      save: () => void session.flush(),
    })
  }

  #set(choice: { mode?: ToolMode; presetsOpen?: boolean; isFolded?: boolean }): void {
    this.#mode = choice.mode ?? this.#mode
    this.#presetsOpen = choice.presetsOpen ?? this.#presetsOpen
    this.#isFolded = choice.isFolded ?? this.#isFolded
    this.requestUpdate()
  }

  #toggleKey(): void {
    const key = keyOf(this.#images?.view ?? null)
    if (key !== null) this.#session?.toggleKey(key)
  }

  #showKey(key: KeyImage): void {
    const index = this.#images?.show(key) ?? null
    if (index !== null) this.#controller?.goTo(index)
  }

  #confirm(id: SignCheck["id"]): void {
    if (id === "patient") this.#confirmed = { ...this.#confirmed, patient: true }
    if (id === "images") this.#confirmed = { ...this.#confirmed, partial: true }
    this.requestUpdate()
  }

  async #sign(session: CaseSession): Promise<void> {
    if (await session.flush()) location.hash = address.sign(this.requestId)
  }

  async #preliminary(session: CaseSession): Promise<void> {
    if (await session.flush()) location.hash = address.preliminary(this.requestId)
  }

  // ---- drawing

  #reportState(session: CaseSession, images: ImageDesk): ReportState {
    const { view, draft, saving, isCorrection } = session
    const { patient, study } = view
    const checks = signChecks({ draft, patient, study, isCorrection, confirmed: this.#confirmed })
    const keys = draft.keyImages.map((key) => images.locate(key))
    const paperUrl = (index: number): string => this.api.paperUrl(this.requestId, index)
    return { view, draft, saving, isCorrection, keys, checks, store: images.store, paperUrl }
  }

  #reportActions(session: CaseSession): ReportActions {
    return {
      edit: (part) => session.edit(part),
      compose: (active) => session.compose(active),
      leave: () => void session.flush(),
      confirm: (id) => this.#confirm(id),
      keep: (which) => void session.resolve(which),
      fold: () => this.#set({ isFolded: true }),
      sign: () => void this.#sign(session),
      preliminary: () => void this.#preliminary(session),
      show: (item) => this.#showKey(item.key),
      remove: (item) => session.toggleKey(item.key),
      add: () => this.#toggleKey(),
    }
  }

  #toolState(session: CaseSession, images: ImageDesk): ToolState {
    const { view, modality } = images
    const shown = view?.shown ?? null
    return {
      mode: this.#mode,
      modality,
      view,
      presetsOpen: this.#presetsOpen,
      isKeyImage: shown !== null && session.isKey(shown),
      canKey: session.saving !== null && keyOf(view) !== null,
    }
  }

  /** Whoever takes another tool is done with the sheet. */
  #toolActions(images: ImageDesk): ToolActions {
    const alone =
      (act: () => void): (() => void) =>
      () => {
        this.#set({ presetsOpen: false })
        act()
      }
    return {
      mode: (mode) => this.#set({ mode, presetsOpen: false }),
      presets: () => this.#set({ presetsOpen: !this.#presetsOpen }),
      preset: (key) => {
        choosePreset({ controller: this.#controller, images }, key)
        this.#set({ presetsOpen: false })
      },
      invert: alone(() => this.#controller?.invert()),
      fit: alone(() => this.#controller?.fit()),
      oneToOne: alone(() => this.#controller?.oneToOne()),
      reset: alone(() => this.#controller?.reset()),
      keyImage: alone(() => this.#toggleKey()),
    }
  }

  /** A check that has ended says nothing more. */
  #checkedUntil(): string | null {
    const until = this.displayUntil ?? ""
    return until >= day(this.api.clock.now()) ? until : null
  }

  #figure(session: CaseSession, images: ImageDesk, tools: ToolState, actions: ToolActions): TemplateResult {
    return viewportFigure({
      view: session.view,
      opened: images.opened,
      failure: images.failure,
      store: images.store,
      tools,
      actions,
      checkedUntil: this.#checkedUntil(),
      marks: session.draft.keyImages.map((key) => indexInStack(images.stack, key)).filter((at) => at >= 0),
      viewChanged: (state) => images.viewChanged(state),
      keyImage: () => this.#toggleKey(),
      retry: () => images.retry(),
    })
  }

  #report(session: CaseSession, images: ImageDesk): TemplateResult {
    const report = this.#reportState(session, images)
    if (!this.#isFolded) return reportPane(report, this.#reportActions(session))
    const isBlocked = session.saving !== null && report.checks.some(({ level }) => level === "blocked")
    return reportTab(isBlocked, () => this.#set({ isFolded: false }))
  }

  #amending(session: CaseSession): Amending {
    const show = (isOpen: boolean): void => {
      this.#isAmending = isOpen
      this.requestUpdate()
    }
    return {
      isOpen: this.#isAmending,
      open: () => show(true),
      close: () => show(false),
      begin: (amendment) => {
        show(false)
        this.#set({ isFolded: false })
        // Somebody was faster: what stands now is read anew.
        session.amend(amendment).catch(() => this.#refresh())
      },
    }
  }

  #read(session: CaseSession, images: ImageDesk): TemplateResult {
    const { view } = session
    const now = this.api.clock.now()
    const taken = view.study.studyDateTime
    const date = taken === null ? "" : shortDate(taken, now)
    const [tools, actions] = [this.#toolState(session, images), this.#toolActions(images)]
    return html`${studyHeader(view, now)} ${notices(session, this.#amending(session))}
      <main class="fill read ${this.#isFolded ? "read-1" : ""}" tabindex="-1">
        ${seriesStrip(images.strip(), images.store, images.currentUid, date, (uid) => images.openUid(uid))}
        <div class="views">${this.#figure(session, images, tools, actions)}</div>
        ${this.#report(session, images)} ${toolBar(tools, actions)}
      </main>`
  }

  override render(): TemplateResult {
    if (this.#failure !== null) return failed("session.failed", this.#failure, () => void this.#open())
    if (this.#session === null || this.#images === null) return skeleton(st("read.loading"))
    return this.#read(this.#session, this.#images)
  }
}
customElements.define("study-screen", StudyScreen)
