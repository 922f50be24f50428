import { html, nothing, type PropertyValues, type TemplateResult } from "lit"
import type { ToolMode } from "../../gesture/intent.ts"
import type { FrameStore } from "./frame-store.ts"
import type { StackImage } from "./stack.ts"
import { LightElement } from "../../parts/light-element.ts"
import { corners, type CornerFacts } from "./corner-texts.ts"
import { faultTile, previewMark } from "./frame-states.ts"
import { GestureListener } from "./gesture-listener.ts"
import { ImageController, type ViewState } from "./image-controller.ts"
import { openSurface } from "./open-surface.ts"
import { scrubber } from "./scrubber.ts"

const AWAY_MS = 60_000

/**
 * One image area: the drawing, what stands in its corners, and the hands on it. What is shown stands in data
 * attributes (`data-index`, `data-window-center`, `data-window-width`, `data-zoom`, `data-quality`, `data-engine`).
 *
 * Fires `view-change` with the ViewState, and `key-image` after a long press.
 */
export class ImageView extends LightElement {
  static override properties = {
    stack: { attribute: false },
    startIndex: { attribute: false },
    store: { attribute: false },
    mode: { attribute: false },
    facts: { attribute: false },
    marks: { attribute: false },
  }
  declare stack: readonly StackImage[]
  declare startIndex: number
  declare store: FrameStore
  declare mode: ToolMode
  /** Who and what this is, for the corners. */
  declare facts: CornerFacts
  /** Indices of key images, for the scrubber. */
  declare marks: readonly number[]

  #controller: ImageController | null = null
  #gestures: GestureListener | null = null
  #sizes: ResizeObserver | null = null
  #view: ViewState | null = null
  #hiddenAtMs: number | null = null
  #ears = new AbortController()

  /** The behaviour behind this view; null until the engine is here. */
  get controller(): ImageController | null {
    return this.#controller
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#ears.abort()
    this.#gestures?.close()
    this.#sizes?.disconnect()
    this.#controller?.close()
    this.#controller = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) void this.#open()
  }

  protected override firstUpdated(): void {
    void this.#open()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("stack") && this.#controller !== null) this.#controller.open(this.stack, this.startIndex)
  }

  async #open(): Promise<void> {
    const host = this.querySelector<HTMLDivElement>(".vp-canvas")
    const hands = this.querySelector<HTMLElement>(".vp-hands")
    if (host === null || hands === null) return
    const surface = await openSurface(host)
    if (!this.isConnected) {
      surface.close()
      return
    }
    this.dataset.engine = surface.engine
    const controller = new ImageController(surface, this.store, (state) => this.#changed(state))
    this.#controller = controller
    const settings = () => ({ mode: this.mode, images: this.stack.length })
    this.#gestures = new GestureListener(hands, settings, (intent) => {
      if (intent.kind === "long-press") this.dispatchEvent(new CustomEvent("key-image"))
      else controller.apply(intent)
    })
    this.#sizes = new ResizeObserver(() => controller.resize())
    this.#sizes.observe(host)
    controller.open(this.stack, this.startIndex)
    this.#ears = new AbortController()
    document.addEventListener("visibilitychange", () => this.#visibility(), { signal: this.#ears.signal })
  }

  /** Tablets take the WebGL context of a page in the background, without a word: after a while away it is made anew. */
  #visibility(): void {
    const host = this.querySelector<HTMLDivElement>(".vp-canvas")
    const awayMs = this.#hiddenAtMs === null ? 0 : performance.now() - this.#hiddenAtMs
    this.#hiddenAtMs = document.visibilityState === "hidden" ? performance.now() : null
    if (document.visibilityState === "visible" && awayMs > AWAY_MS && host !== null)
      void this.#controller?.renew(() => openSurface(host))
  }

  #changed(state: ViewState): void {
    this.#view = state
    this.#publish(state)
    this.requestUpdate()
    this.dispatchEvent(new CustomEvent<ViewState>("view-change", { detail: state }))
  }

  #publish({ shownIndex, voi, camera, quality, inverted }: ViewState): void {
    const window = voi?.kind === "window" ? voi : null
    this.dataset.index = String(shownIndex + 1)
    this.dataset.windowCenter = String(window?.center ?? "")
    this.dataset.windowWidth = String(window?.width ?? "")
    this.dataset.zoom = camera === null ? "" : camera.scale.toFixed(4)
    this.dataset.quality = quality ?? "none"
    this.dataset.inverted = String(inverted)
  }

  override render(): TemplateResult {
    const view = this.#view
    return html`<div class="vp-body">
      <div class="vp-canvas"></div>
      <div class="vp-hands"></div>
      ${view === null ? nothing : this.#overlay(view)}
    </div>`
  }

  #overlay(view: ViewState): unknown {
    const scrub = scrubber(view.index, this.stack.length, this.marks, (index) =>
      this.#controller?.goTo(index),
    )
    if (view.fault !== null)
      return [
        corners(this.facts, view, this.stack.length),
        faultTile(view, () => this.#controller?.retry()),
        scrub,
      ]
    return [corners(this.facts, view, this.stack.length), previewMark(view), scrub]
  }
}
customElements.define("image-view", ImageView)

declare global {
  interface HTMLElementTagNameMap {
    "image-view": ImageView
  }
}
