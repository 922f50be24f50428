/**
 * How much of each pixel lies inside outlines: exact signed area, gathered edge by edge and summed along the row. Grey
 * edges come out of it without sampling.
 */

export interface Point {
  readonly x: number
  readonly y: number
}

/** A curve is straight enough when it bends less than this, in pixels. */
const FLATNESS = 0.1
const MAX_STEPS = 32

export class Coverage {
  readonly width: number
  readonly height: number
  readonly #stride: number
  readonly #area: Float32Array

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    // An edge at the right border gives its area to what would be the pixels after it.
    this.#stride = width + 2
    this.#area = new Float32Array(this.#stride * height)
  }

  /** One edge of a closed outline, in pixels, y downwards. What lies outside the page counts nothing. */
  edge(from: Point, to: Point): void {
    if (from.y === to.y) return
    const direction = from.y < to.y ? 1 : -1
    const [top, bottom] = direction === 1 ? [from, to] : [to, from]
    const slope = (bottom.x - top.x) / (bottom.y - top.y)
    const first = Math.max(0, top.y)
    let x = top.x + (first - top.y) * slope
    for (let row = Math.floor(first); row < Math.min(this.height, Math.ceil(bottom.y)); row++) {
      const height = Math.min(row + 1, bottom.y) - Math.max(row, first)
      const nextX = x + height * slope
      this.#row(row, direction * height, x, nextX)
      x = nextX
    }
  }

  quadratic(from: Point, control: Point, to: Point): void {
    const bend = Math.hypot(from.x - 2 * control.x + to.x, from.y - 2 * control.y + to.y) / 4
    this.#curve(from, bend, (t) => {
      const u = 1 - t
      return between([from, u * u], [control, 2 * u * t], [to, t * t])
    })
  }

  cubic(from: Point, first: Point, second: Point, to: Point): void {
    const bend = Math.max(
      Math.hypot(from.x - 2 * first.x + second.x, from.y - 2 * first.y + second.y),
      Math.hypot(first.x - 2 * second.x + to.x, first.y - 2 * second.y + to.y),
    )
    this.#curve(from, bend, (t) => {
      const u = 1 - t
      return between([from, u * u * u], [first, 3 * u * u * t], [second, 3 * u * t * t], [to, t * t * t])
    })
  }

  /** 0 to 1 for every pixel, row by row. */
  shares(): Float32Array {
    const shares = new Float32Array(this.width * this.height)
    for (let row = 0; row < this.height; row++) {
      let sum = 0
      for (let column = 0; column < this.width; column++) {
        sum += this.#area[row * this.#stride + column] ?? 0
        shares[row * this.width + column] = Math.min(1, Math.abs(sum))
      }
    }
    return shares
  }

  #curve(from: Point, bend: number, at: (t: number) => Point): void {
    const steps = Math.max(1, Math.min(MAX_STEPS, Math.ceil(Math.sqrt(bend / FLATNESS))))
    let before = from
    for (let step = 1; step <= steps; step++) {
      const point = at(step / steps)
      this.edge(before, point)
      before = point
    }
  }

  /** The part of an edge within one row: `signedHeight` of it, from `x0` to `x1`. */
  #row(row: number, signedHeight: number, x0: number, x1: number): void {
    const clamped = (x: number): number => Math.min(Math.max(x, 0), this.width)
    const [left, right] = x0 < x1 ? [clamped(x0), clamped(x1)] : [clamped(x1), clamped(x0)]
    const start = row * this.#stride
    const column = Math.floor(left)
    if (right <= column + 1) {
      this.#add(start + column, signedHeight * (column + 1 - (left + right) / 2))
      this.#add(start + column + 1, signedHeight * ((left + right) / 2 - column))
      return
    }
    this.#slanted(start, signedHeight, left, right)
  }

  /** Over several columns: the area to the right of the edge grows from column to column. */
  #slanted(start: number, signedHeight: number, left: number, right: number): void {
    const perColumn = signedHeight / (right - left)
    let before = 0
    for (let column = Math.floor(left); column < right; column++) {
      const from = Math.max(left, column)
      const to = Math.min(right, column + 1)
      const passed = perColumn * (to - from)
      const share = passed * (column + 1 - (from + to) / 2)
      this.#add(start + column, before + share)
      before = passed - share
    }
    this.#add(start + Math.ceil(right), before)
  }

  #add(at: number, area: number): void {
    this.#area[at] = (this.#area[at] ?? 0) + area
  }
}

function between(...weighted: readonly (readonly [Point, number])[]): Point {
  return weighted.reduce((sum, [{ x, y }, weight]) => ({ x: sum.x + x * weight, y: sum.y + y * weight }), {
    x: 0,
    y: 0,
  })
}
