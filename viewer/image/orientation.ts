import type { ImageFacts, Vector3 } from "./image-facts.ts"

/** Letters at the four edges; "" when the device gave no orientation. */
export interface OrientationLetters {
  readonly left: string
  readonly right: string
  readonly top: string
  readonly bottom: string
}

/** Patient axes of PS3.3 C.7.6.2.1.1: +x to the patient's left, +y to the back, +z to the head. */
const LETTERS = [
  ["L", "R"],
  ["P", "A"],
  ["H", "F"],
] as const
/** A component smaller than this (cosine, about 17°) gets no letter of its own. */
const OBLIQUE = 0.3

/** Letters of a direction, the strongest first, e.g. "L" or "LP"; at most two. */
export function directionLetters(direction: Vector3): string {
  return direction
    .map((cosine, axis) => ({ size: Math.abs(cosine), letter: LETTERS[axis]?.[cosine >= 0 ? 0 : 1] ?? "" }))
    .filter(({ size }) => size > OBLIQUE)
    .sort((a, b) => b.size - a.size)
    .slice(0, 2)
    .map(({ letter }) => letter)
    .join("")
}

const opposite = ([x, y, z]: Vector3): Vector3 => [-x, -y, -z]

/** Which side of the patient each edge of the picture is. */
export function orientationLetters(
  facts: Pick<ImageFacts, "rowDirection" | "columnDirection">,
): OrientationLetters {
  const { rowDirection: row, columnDirection: column } = facts
  if (row === null || column === null) return { left: "", right: "", top: "", bottom: "" }
  return {
    left: directionLetters(opposite(row)),
    right: directionLetters(row),
    top: directionLetters(opposite(column)),
    bottom: directionLetters(column),
  }
}

/** Position of the slice along its normal in mm, the number shown as 位置; null without geometry. */
export function slicePosition(
  facts: Pick<ImageFacts, "rowDirection" | "columnDirection" | "position">,
): number | null {
  const { rowDirection: r, columnDirection: c, position: p } = facts
  if (r === null || c === null || p === null) return null
  const normal = [r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2], r[0] * c[1] - r[1] * c[0]] as const
  return normal[0] * p[0] + normal[1] * p[1] + normal[2] * p[2]
}
