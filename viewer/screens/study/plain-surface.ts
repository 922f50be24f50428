import { isPixelExact, originOnCanvas, snapToPixels, type Size } from "../../image/camera.ts"
import { presentGrey } from "../../image/presentation.ts"
import type { Picture, Surface } from "./surface.ts"

/** RGBA of a picture as the display shows it. */
export function rgbaOf({ facts, pixels, presentation }: Omit<Picture, "camera">): ImageData {
  const out = new ImageData(facts.columns, facts.rows)
  const grey = facts.samplesPerPixel === 1 ? presentGrey(facts, presentation, pixels) : null
  for (let at = 0; at < facts.columns * facts.rows; at++)
    for (let channel = 0; channel < 4; channel++)
      out.data[4 * at + channel] =
        channel === 3 ? 255 : grey === null ? (pixels[3 * at + channel] ?? 0) : (grey[at] ?? 0)
  return out
}

/** Drawing on a 2-D canvas, for machines without WebGL2: slower, same pixels (the CPU reference itself). */
class PlainSurface implements Surface {
  readonly engine = "canvas"
  readonly #canvas = document.createElement("canvas")
  readonly #picture = document.createElement("canvas")
  readonly #element: HTMLElement

  constructor(element: HTMLElement) {
    this.#element = element
    element.replaceChildren(this.#canvas)
    this.resize()
  }

  get size(): Size {
    return { width: this.#canvas.width, height: this.#canvas.height }
  }

  show(picture: Picture): void {
    const { facts } = picture
    const camera = snapToPixels(picture.camera, this.size, facts.pixelAspect)
    Object.assign(this.#picture, { width: facts.columns, height: facts.rows })
    this.#picture.getContext("2d")?.putImageData(rgbaOf(picture), 0, 0)
    const context = this.#canvas.getContext("2d")
    if (context === null) return
    context.fillStyle = "#000"
    context.fillRect(0, 0, this.size.width, this.size.height)
    context.imageSmoothingEnabled = !isPixelExact(camera, facts.pixelAspect)
    const [left, top] = originOnCanvas(camera, this.size, facts.pixelAspect)
    const height = facts.rows * camera.scale * facts.pixelAspect
    context.drawImage(this.#picture, left, top, facts.columns * camera.scale, height)
  }

  resize(): void {
    this.#canvas.width = Math.round(this.#element.clientWidth * devicePixelRatio)
    this.#canvas.height = Math.round(this.#element.clientHeight * devicePixelRatio)
  }

  close(): void {
    this.#canvas.remove()
  }
}

export const openPlain = (element: HTMLElement): Surface => new PlainSurface(element)
