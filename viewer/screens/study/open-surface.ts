import { openPlain } from "./plain-surface.ts"
import type { Surface } from "./surface.ts"

/**
 * The drawing inside `element`. The engine is a chunk of its own, fetched when the first image is looked at; a machine
 * without WebGL2, or on which the engine does not start, gets the plain canvas with the same pixels.
 */
export async function openSurface(element: HTMLDivElement): Promise<Surface> {
  if (document.createElement("canvas").getContext("webgl2") === null) return openPlain(element)
  const { openCornerstone } = await import("./viewport.ts")
  return openCornerstone(element)
}
