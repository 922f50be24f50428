/**
 * Where the image lies on the canvas. All lengths are device pixels and image pixels; the engine is told the result.
 * Image coordinates: (0, 0) is the centre of the top left pixel, x along a row.
 */
export interface Camera {
  /** Device pixels per image column. */
  readonly scale: number
  /** Image point shown at the canvas's centre. */
  readonly centerX: number
  readonly centerY: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** Image size with the shape of its pixels: a row is `pixelAspect` times as high as a column is wide. */
export interface ImageSize extends Size {
  readonly pixelAspect: number
}

const MIN_SCALE = 0.05
const MAX_SCALE = 32

const middleOf = (image: ImageSize): Pick<Camera, "centerX" | "centerY"> => ({
  centerX: (image.width - 1) / 2,
  centerY: (image.height - 1) / 2,
})

/** Whole object in view, never cropped. */
export const fitCamera = (image: ImageSize, canvas: Size): Camera => ({
  scale: Math.min(canvas.width / image.width, canvas.height / (image.height * image.pixelAspect)),
  ...middleOf(image),
})

/** One image column on one device pixel. */
export const oneToOneCamera = (image: ImageSize): Camera => ({ scale: 1, ...middleOf(image) })

/** Same image point under the given canvas point (device px), `factor` times larger. */
export function zoomAt(
  camera: Camera,
  factor: number,
  x: number,
  y: number,
  canvas: Size,
  aspect: number,
): Camera {
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, camera.scale * factor))
  const shift = 1 / camera.scale - 1 / scale
  return {
    scale,
    centerX: camera.centerX + (x - canvas.width / 2) * shift,
    centerY: camera.centerY + ((y - canvas.height / 2) * shift) / aspect,
  }
}

/** Image follows the hand. At least its centre third stays reachable: the image point at the centre is inside it. */
export function panBy(camera: Camera, dx: number, dy: number, image: ImageSize): Camera {
  const inside = (value: number, length: number): number => Math.min(length - 0.5, Math.max(-0.5, value))
  return {
    scale: camera.scale,
    centerX: inside(camera.centerX - dx / camera.scale, image.width),
    centerY: inside(camera.centerY - dy / (camera.scale * image.pixelAspect), image.height),
  }
}

/** Whether pixels are drawn as they are: square, one image pixel on a whole number of device pixels. */
export const isPixelExact = (camera: Camera, aspect: number): boolean =>
  aspect === 1 && Number.isInteger(camera.scale)

/** Moves a pixel-exact camera by less than a device pixel so that pixel edges fall on pixel edges. */
export function snapToPixels(camera: Camera, canvas: Size, aspect: number): Camera {
  if (!isPixelExact(camera, aspect)) return camera
  const snap = (center: number, length: number): number => {
    const edge = length / 2 - (center + 0.5) * camera.scale
    return center + (edge - Math.round(edge)) / camera.scale
  }
  return {
    ...camera,
    centerX: snap(camera.centerX, canvas.width),
    centerY: snap(camera.centerY, canvas.height),
  }
}

/** Canvas point (device px) of the top left corner of the top left pixel. */
export const originOnCanvas = (camera: Camera, canvas: Size, aspect: number): readonly [number, number] => [
  canvas.width / 2 - (camera.centerX + 0.5) * camera.scale,
  canvas.height / 2 - (camera.centerY + 0.5) * camera.scale * aspect,
]
