import { firstVoi, modalityRange } from "../../image/auto-window.ts"
import { fitCamera, oneToOneCamera, panBy, zoomAt, type Camera, type ImageSize } from "../../image/camera.ts"
import type { FrameFault } from "../../image/frame-body.ts"
import type { Voi } from "../../image/voi.ts"
import { dragWindow } from "../../image/window-presets.ts"
import type { Intent } from "../../gesture/intent.ts"
import { faultOf } from "./fault-of.ts"
import type { DecodedFrame, FrameStore } from "./frame-store.ts"
import type { StackImage } from "./stack.ts"
import type { Surface } from "./surface.ts"

/** What is on screen. `index` is where the reader wants to be, `shown` the image whose pixels are drawn. */
export interface ViewState {
  readonly index: number
  readonly shown: StackImage | null
  readonly shownIndex: number
  readonly quality: "preview" | "full" | null
  readonly fault: FrameFault | null
  readonly voi: Voi | null
  readonly inverted: boolean
  readonly camera: Camera | null
  /** The whole image is in view, whatever the size of the viewport. */
  readonly fitted: boolean
}

const EMPTY: ViewState = {
  index: 0,
  shown: null,
  shownIndex: -1,
  quality: null,
  fault: null,
  voi: null,
  inverted: false,
  camera: null,
  fitted: true,
}

/** Between two surfaces nothing is drawn. */
const NOWHERE: Surface = {
  engine: "canvas",
  size: { width: 0, height: 0 },
  show: () => undefined,
  resize: () => undefined,
  close: () => undefined,
}

const imageSize = ({ facts }: StackImage): ImageSize => ({
  width: facts.columns,
  height: facts.rows,
  pixelAspect: facts.pixelAspect,
})

/** One viewport's behaviour: which image, which window, which camera; draws after every change. */
export class ImageController {
  #surface: Surface
  readonly #store: FrameStore
  readonly #onChange: (state: ViewState) => void
  #stack: readonly StackImage[] = []
  #frame: DecodedFrame | null = null
  #load = new AbortController()
  #state: ViewState = EMPTY
  /** The reader's window for this series; null = the device's own. */
  #chosen: Voi | null = null
  /** Made of pixels when the device gave none; one for the series, so that scrolling does not flicker. */
  #automatic: { readonly voi: Voi; readonly quality: "preview" | "full" } | null = null

  constructor(surface: Surface, store: FrameStore, onChange: (state: ViewState) => void) {
    this.#surface = surface
    this.#store = store
    this.#onChange = onChange
  }

  get state(): ViewState {
    return this.#state
  }

  /** Opens another series at `index`; window, inversion and camera start afresh. */
  open(stack: readonly StackImage[], index: number): void {
    this.#stack = stack
    this.#frame = null
    this.#chosen = null
    this.#automatic = null
    this.#change({ ...EMPTY })
    this.goTo(index)
  }

  /** The nearest index that exists. */
  goTo(index: number): void {
    const wanted = Math.min(this.#stack.length - 1, Math.max(0, index))
    const image = this.#stack[wanted]
    if (image === undefined) return
    this.#load.abort()
    this.#load = new AbortController()
    this.#change({ index: wanted, fault: null })
    void this.#bring(image, wanted, this.#load.signal)
  }

  retry(): void {
    this.goTo(this.#state.index)
  }

  /** Null goes back to the device's own window. */
  setVoi(voi: Voi | null): void {
    this.#chosen = voi
    this.#draw()
  }

  invert(): void {
    this.#change({ inverted: !this.#state.inverted })
    this.#draw()
  }

  /** The whole image, until the reader zooms. */
  fit(): void {
    this.#change({ fitted: true })
    this.#draw()
  }

  /** One image pixel on one device pixel. */
  oneToOne(): void {
    const { shown } = this.#state
    if (shown !== null) this.#look(oneToOneCamera(imageSize(shown)))
  }

  toggleFit(): void {
    if (this.#state.fitted) this.oneToOne()
    else this.fit()
  }

  reset(): void {
    this.#chosen = null
    this.#change({ inverted: false, fitted: true })
    this.#draw()
  }

  /** Something a hand meant, in CSS px of the surface. */
  apply(intent: Intent): void {
    const ratio = devicePixelRatio
    const { shown, camera, voi } = this.#state
    if (intent.kind === "scroll") return this.goTo(this.#state.index + intent.images)
    if (shown === null || camera === null) return
    const image = imageSize(shown)
    switch (intent.kind) {
      case "window":
        if (voi !== null) this.setVoi(dragWindow(voi, intent.dx, intent.dy, modalityRange(shown.facts)))
        return
      case "zoom":
        return this.#look(
          zoomAt(
            camera,
            intent.factor,
            intent.x * ratio,
            intent.y * ratio,
            this.#surface.size,
            image.pixelAspect,
          ),
        )
      case "pan":
        return this.#look(panBy(camera, intent.dx * ratio, intent.dy * ratio, image))
      case "double-tap":
        return this.toggleFit()
      case "long-press":
        return
    }
  }

  /** About the middle of the viewport, for keys. */
  zoomMiddle(factor: number): void {
    const { width, height } = this.#surface.size
    this.apply({ kind: "zoom", factor, x: width / 2 / devicePixelRatio, y: height / 2 / devicePixelRatio })
  }

  resize(): void {
    this.#surface.resize()
    this.#draw()
  }

  /** Gives the drawing up and takes another: image, window and camera stay. */
  async renew(open: () => Promise<Surface>): Promise<void> {
    this.#surface.close()
    this.#surface = NOWHERE
    this.#surface = await open()
    this.#draw()
  }

  close(): void {
    this.#load.abort()
    this.#surface.close()
  }

  #look(camera: Camera): void {
    this.#change({ camera, fitted: false })
    this.#draw()
  }

  /** Preview first unless the whole frame is nearly here; what arrives too late for its index is not drawn. */
  async #bring(image: StackImage, index: number, signal: AbortSignal): Promise<void> {
    try {
      const here = this.#store.peek(image) ?? (await this.#store.preview(image, signal))
      if (here !== null && !signal.aborted) this.#take(image, index, here)
      if (here?.quality === "full") return
      const full = await this.#store.full(image, signal)
      if (!signal.aborted) this.#take(image, index, full)
    } catch (error) {
      if (!signal.aborted) this.#fail(image, index, faultOf(error))
    }
  }

  #take(image: StackImage, index: number, frame: DecodedFrame): void {
    const before = this.#state.shown
    const sameSize = before?.facts.rows === image.facts.rows && before.facts.columns === image.facts.columns
    this.#frame = frame
    const fitted = this.#state.fitted || !sameSize
    this.#change({ shown: image, shownIndex: index, quality: frame.quality, fault: null, fitted })
    this.#draw()
  }

  /** A frame that cannot be shown leaves no older picture behind under its number. */
  #fail(image: StackImage, index: number, fault: FrameFault): void {
    this.#frame = null
    this.#change({ shown: image, shownIndex: index, quality: null, fault })
  }

  #voiFor(image: StackImage, frame: DecodedFrame): Voi {
    if (this.#chosen !== null) return this.#chosen
    const own = image.facts.voi[0]
    if (own !== undefined) return own
    if (this.#automatic === null || (this.#automatic.quality === "preview" && frame.quality === "full"))
      this.#automatic = { voi: firstVoi(image.facts, frame.pixels), quality: frame.quality }
    return this.#automatic.voi
  }

  #draw(): void {
    const { shown, inverted } = this.#state
    if (shown === null || this.#frame === null || this.#surface === NOWHERE) return
    const { facts } = shown
    const fit = this.#state.fitted || this.#state.camera === null
    const camera = fit ? fitCamera(imageSize(shown), this.#surface.size) : this.#state.camera
    if (camera === null) return
    const voi = this.#voiFor(shown, this.#frame)
    this.#change({ camera, voi })
    this.#surface.show({ facts, pixels: this.#frame.pixels, presentation: { voi, inverted }, camera })
  }

  #change(part: Partial<ViewState>): void {
    this.#state = { ...this.#state, ...part }
    this.#onChange(this.#state)
  }
}
