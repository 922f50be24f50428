import { html, type PropertyValues, type TemplateResult } from "lit"
import { firstVoi } from "../../image/auto-window.ts"
import type { Voi } from "../../image/voi.ts"
import { LightElement } from "../../parts/light-element.ts"
import type { FrameStore } from "./frame-store.ts"
import { rgbaOf } from "./plain-surface.ts"
import type { StackImage } from "./stack.ts"

/** Device pixels of a thumbnail; the style sheet decides how large it stands on the page. */
const WIDTH = 160
const HEIGHT = 132

/** A small picture of one frame, drawn from its first resolutions; nothing is fetched that the viewport would not use. */
export class ImageThumb extends LightElement {
  static override properties = {
    image: { attribute: false },
    store: { attribute: false },
    voi: { attribute: false },
    whole: { attribute: false },
  }
  declare image: StackImage | undefined
  declare store: FrameStore
  /** Window to draw with; the device's own when undefined. */
  declare voi: Voi | undefined
  /** The whole image with black beside it, where it stands for what is signed; else as much as fills the thumbnail. */
  declare whole: boolean | undefined
  readonly #gone = new AbortController()

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#gone.abort()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("image") || changed.has("voi")) void this.#draw()
  }

  async #draw(): Promise<void> {
    const { image, voi } = this
    if (image === undefined) return
    const { signal } = this.#gone
    const loading = this.store.preview(image, signal).then((first) => first ?? this.store.full(image, signal))
    // A thumbnail that cannot be drawn stays black; the viewport says why when the image is opened.
    const frame = await loading.then(
      (one) => one,
      () => null,
    )
    if (frame === null || image !== this.image) return
    const { facts } = image
    const presentation = { voi: voi ?? firstVoi(facts, frame.pixels), inverted: false }
    const picture = new OffscreenCanvas(facts.columns, facts.rows)
    picture.getContext("2d")?.putImageData(rgbaOf({ facts, pixels: frame.pixels, presentation }), 0, 0)
    const context = this.querySelector("canvas")?.getContext("2d")
    const [wide, high] = [WIDTH / facts.columns, HEIGHT / (facts.rows * facts.pixelAspect)]
    const scale = this.whole === true ? Math.min(wide, high) : Math.max(wide, high)
    const [width, height] = [facts.columns * scale, facts.rows * facts.pixelAspect * scale]
    context?.clearRect(0, 0, WIDTH, HEIGHT)
    context?.drawImage(picture, (WIDTH - width) / 2, (HEIGHT - height) / 2, width, height)
    this.dataset.drawn = "true"
  }

  override render(): TemplateResult {
    return html`<canvas width=${WIDTH} height=${HEIGHT} aria-hidden="true"></canvas>`
  }
}
customElements.define("image-thumb", ImageThumb)
