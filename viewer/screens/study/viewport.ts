/**
 * The one place that knows Cornerstone3D. It draws pictures that we fetched and decoded: its loaders, caches and
 * tools are not used, so its memory is one texture. The engine's world is the image itself (x = column, y = row ×
 * pixel aspect): orientation and position in the patient are ours to show, not the engine's to draw by.
 */
import {
  cache,
  Enums,
  init,
  metaData,
  RenderingEngine,
  utilities,
  type StackViewport,
  type Types,
} from "@cornerstonejs/core"
import { isPixelExact, snapToPixels, type Camera, type Size } from "../../image/camera.ts"
import { enginePixels, type EnginePixels } from "../../image/engine-pixels.ts"
import type { ImageFacts } from "../../image/image-facts.ts"
import { blackValue, transferNodes, type TransferNode } from "../../image/transfer-nodes.ts"
import type { Picture, Surface } from "./surface.ts"

/** Hard limit of the engine's own cache; nothing of ours goes there, and nothing may grow there. */
const ENGINE_CACHE_BYTES = 150e6
const ENGINE_ID = "dokuei"
/** Texels of the grey curve: 4 per grey level and more, so the drawn grey is off by rounding only. */
const CURVE_TEXELS = 4096

/** What the engine asks about a picture; it lives as long as the picture is shown. */
const shown = new Map<string, ImageFacts>()

const ANSWERS: Readonly<Record<string, (facts: ImageFacts) => object>> = {
  // Never MONOCHROME1: inversion is part of our grey curve, and must not be done twice.
  [Enums.MetadataModules.IMAGE_PIXEL]: (facts) => ({
    pixelRepresentation: facts.signed ? 1 : 0,
    bitsAllocated: facts.bitsAllocated,
    bitsStored: facts.bitsStored,
    highBit: facts.bitsStored - 1,
    photometricInterpretation: facts.samplesPerPixel === 3 ? "RGB" : "MONOCHROME2",
    samplesPerPixel: facts.samplesPerPixel,
  }),
  [Enums.MetadataModules.IMAGE_PLANE]: (facts) => ({
    rowCosines: [1, 0, 0],
    columnCosines: [0, 1, 0],
    imagePositionPatient: [0, 0, 0],
    imageOrientationPatient: [1, 0, 0, 0, 1, 0],
    columnPixelSpacing: 1,
    rowPixelSpacing: facts.pixelAspect,
    rows: facts.rows,
    columns: facts.columns,
  }),
  [Enums.MetadataModules.GENERAL_SERIES]: () => ({ modality: "OT" }),
}

function provide(type: string, imageId: string): unknown {
  const facts = shown.get(imageId)
  return facts === undefined ? undefined : ANSWERS[type]?.(facts)
}

let started = false
function start(): void {
  if (started) return
  started = true
  init({ rendering: { webGlContextCount: 1 } } as Parameters<typeof init>[0])
  cache.setMaxCacheSize(ENGINE_CACHE_BYTES)
  metaData.addProvider(provide, 1)
}

function engineImage(imageId: string, facts: ImageFacts, pixels: EnginePixels): Types.IImage {
  const { rows, columns, samplesPerPixel } = facts
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    width: columns,
    height: rows,
    scalarData: pixels,
    numberOfComponents: samplesPerPixel,
  })
  return {
    imageId,
    rows,
    columns,
    width: columns,
    height: rows,
    columnPixelSpacing: 1,
    rowPixelSpacing: facts.pixelAspect,
    minPixelValue: 0,
    maxPixelValue: 255,
    slope: 1,
    intercept: 0,
    windowCenter: 128,
    windowWidth: 256,
    voiLUTFunction: Enums.VOILUTFunctionType.LINEAR,
    color: samplesPerPixel === 3,
    rgba: false,
    numberOfComponents: samplesPerPixel,
    invert: false,
    sizeInBytes: pixels.byteLength,
    dataType: pixels.constructor.name as Types.IImage["dataType"],
    voxelManager,
    getPixelData: () => pixels,
    getCanvas: () => {
      throw new Error("the engine draws by WebGL only")
    },
  }
}

/** The parts of vtk.js behind a stack viewport that set the grey curve; its own types call them `any`. */
interface GreyCurveActor {
  getMapper(): { getColorTextureWidth(): number; setColorTextureWidth(texels: number): void }
  getProperty(): {
    setUseLookupTableScalarRange(use: boolean): void
    getRGBTransferFunction(component: number): { setNodes(nodes: readonly object[]): void }
  }
}

function setGreyCurve(viewport: StackViewport, nodes: readonly TransferNode[]): void {
  const actor = viewport.getDefaultActor().actor as unknown as GreyCurveActor
  const mapper = actor.getMapper()
  if (mapper.getColorTextureWidth() !== CURVE_TEXELS) mapper.setColorTextureWidth(CURVE_TEXELS)
  actor.getProperty().setUseLookupTableScalarRange(true)
  actor
    .getProperty()
    .getRGBTransferFunction(0)
    .setNodes(nodes.map(([x, grey]) => ({ x, r: grey, g: grey, b: grey, midpoint: 0.5, sharpness: 0 })))
}

function setCamera(viewport: StackViewport, camera: Camera, size: Size, aspect: number): void {
  const { scale, centerX, centerY } = snapToPixels(camera, size, aspect)
  const focalPoint: Types.Point3 = [centerX, centerY * aspect, 0]
  viewport.setCamera({
    focalPoint,
    position: [focalPoint[0], focalPoint[1], -1],
    viewPlaneNormal: [0, 0, -1],
    viewUp: [0, -1, 0],
    parallelScale: size.height / 2 / scale,
  })
  viewport.setProperties({
    interpolationType: isPixelExact(camera, aspect)
      ? Enums.InterpolationType.NEAREST
      : Enums.InterpolationType.LINEAR,
  })
}

/** One WebGL context for the whole page; browsers allow only a few. */
let runningEngine: RenderingEngine | undefined

class CornerstoneSurface implements Surface {
  readonly engine = "cornerstone3d"
  readonly #id: string
  readonly #engine: RenderingEngine
  readonly #viewport: StackViewport
  #last: { readonly facts: ImageFacts; readonly source: unknown; readonly black: number } | null = null

  constructor(element: HTMLDivElement, id: string) {
    start()
    this.#id = id
    this.#engine = runningEngine ??= new RenderingEngine(ENGINE_ID)
    this.#engine.enableElement({ viewportId: id, element, type: Enums.ViewportType.STACK })
    this.#viewport = this.#engine.getViewport<StackViewport>(id)
  }

  /** What the next picture is drawn into: the canvas itself gets its new size only with that picture. */
  get size(): Size {
    const { sWidth: width, sHeight: height } = this.#viewport
    return { width, height }
  }

  show({ facts, pixels, presentation, camera }: Picture): void {
    const nodes = transferNodes(facts, presentation)
    const black = facts.padding === null ? 0 : blackValue(nodes)
    if (this.#last?.source !== pixels || this.#last.facts !== facts || this.#last.black !== black) {
      shown.set(this.#id, facts)
      this.#viewport.renderImageObject(engineImage(this.#id, facts, enginePixels(facts, pixels, black)))
      this.#last = { facts, source: pixels, black }
    }
    setGreyCurve(this.#viewport, nodes)
    setCamera(this.#viewport, camera, this.size, facts.pixelAspect)
    this.#viewport.render()
  }

  resize(): void {
    this.#engine.resize(false, false)
  }

  /** With its last viewport the engine goes too, and its WebGL context with it. */
  close(): void {
    this.#engine.disableElement(this.#id)
    shown.delete(this.#id)
    if (this.#engine.getViewports().length > 0) return
    this.#engine.destroy()
    runningEngine = undefined
  }
}

let opened = 0

/** A surface inside `element`; throws when the engine cannot start (the caller then takes the plain one). */
export const openCornerstone = (element: HTMLDivElement): Surface =>
  new CornerstoneSurface(element, `viewport-${(opened += 1)}`)
