import type { Camera, Size } from "../../image/camera.ts"
import type { ImageFacts } from "../../image/image-facts.ts"
import type { Presentation, StoredPixels } from "../../image/presentation.ts"

/** A frame with everything that decides how it looks. */
export interface Picture {
  readonly facts: ImageFacts
  readonly pixels: StoredPixels
  readonly presentation: Presentation
  readonly camera: Camera
}

/** Draws one picture into one element; answered by Cornerstone3D and by a plain canvas. */
export interface Surface {
  readonly engine: "cornerstone3d" | "canvas"
  /** Size of the drawing in device pixels. */
  readonly size: Size
  /** Draws; cheap when only the window or the camera changed. */
  show(picture: Picture): void
  /** The element changed its size; the caller shows again. */
  resize(): void
  close(): void
}
